"""Random bits as text that people type and scanners scan: base 32 without I, O, Y and Z.

I and O are read as 1 and 0. Y and Z trade places when a scanner that types is set to a German keyboard and
the computer to an English one, or the other way round, so they never occur. Upper case keeps QR codes small
(their alphanumeric mode).
"""

ALPHABET = "0123456789ABCDEFGHJKLMNPQRSTUVWX"
BITS_PER_GLYPH = 5

TOKEN_PREFIX = "O2T"  # noqa: S105  (says what follows; opens nothing)
TOKEN_BYTES = 16
_TOKEN_GLYPHS = 26


def glyphs(number: int, count: int) -> str:
    """Return the lowest `count` glyphs of a number, most significant first."""
    return "".join(ALPHABET[(number >> (BITS_PER_GLYPH * place)) & 31] for place in reversed(range(count)))


def token_text(token: bytes) -> str:
    """Return what the QR code of an offer token carries: a prefix that no card has, then its 128 bits."""
    if len(token) != TOKEN_BYTES:
        raise ValueError(f"an offer token has {TOKEN_BYTES} bytes, not {len(token)}")
    return TOKEN_PREFIX + glyphs(int.from_bytes(token), _TOKEN_GLYPHS)


def token_bytes(text: str) -> bytes | None:
    """Return the 16 bytes of a scanned offer token, None when the text is something else (a card, a
    product).
    """
    letters = text.strip().upper()
    if len(letters) != len(TOKEN_PREFIX) + _TOKEN_GLYPHS or not letters.startswith(TOKEN_PREFIX):
        return None
    number = 0
    for letter in letters.removeprefix(TOKEN_PREFIX):
        value = ALPHABET.find(letter)
        if value < 0:
            return None
        number = number << BITS_PER_GLYPH | value
    # 26 glyphs hold 130 bits: a text with one of the top two set was never made here.
    return number.to_bytes(TOKEN_BYTES) if number.bit_length() <= 8 * TOKEN_BYTES else None
