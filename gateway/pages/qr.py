"""QR codes as one SVG path, so that a page can draw them without markup in strings and without a data
address.
"""

from dataclasses import dataclass

import segno


@dataclass(frozen=True, slots=True)
class QrCode:
    """A square of `size` modules (without quiet zone) and the path that fills its dark ones."""

    size: int
    path: str


def qr_code(text: str) -> QrCode:
    """Return the QR code of a text at error correction M or better: a photograph of a screen loses little."""
    rows = [bytes(row) for row in segno.make_qr(text, error="m", boost_error=False).matrix]
    return QrCode(size=len(rows), path="".join(_runs(row, y) for y, row in enumerate(rows)))


def _runs(row: bytes, y: int) -> str:
    """Each run of dark modules as one rectangle."""
    path = ""
    x = 0
    while (start := row.find(1, x)) >= 0:
        end = row.find(0, start)
        x = end if end >= 0 else len(row)
        path += f"M{start} {y}h{x - start}v1h-{x - start}z"
    return path
