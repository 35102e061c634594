"""Reads the QR codes we draw, from their path: version 2, level M, alphanumeric, undamaged. Nothing more is
needed here.
"""

import re
from collections.abc import Callable

ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"
SIZE = 25

MASKS: list[Callable[[int, int], int]] = [
    lambda i, j: (i + j) % 2,
    lambda i, _: i % 2,
    lambda _, j: j % 3,
    lambda i, j: (i + j) % 3,
    lambda i, j: (i // 2 + j // 3) % 2,
    lambda i, j: i * j % 2 + i * j % 3,
    lambda i, j: (i * j % 2 + i * j % 3) % 2,
    lambda i, j: ((i + j) % 2 + i * j % 3) % 2,
]


def read(path: str) -> str:
    """The text of a code that was drawn as one SVG path."""
    dark = _modules(path)
    mask = MASKS[sum((8, column) in dark and 4 >> place for place, column in enumerate((2, 3, 4))) ^ 0b101]
    bits = "".join(
        str(int(((row, column) in dark) ^ (mask(row, column) == 0))) for row, column in _data_modules()
    )
    assert bits[:4] == "0010", "not alphanumeric"
    return _text(bits[13:], int(bits[4:13], 2))


def _modules(path: str) -> set[tuple[int, int]]:
    """The dark modules as (row, column)."""
    return {
        (int(y), int(x) + step)
        for x, y, width in re.findall(r"M(\d+) (\d+)h(\d+)v1h-\d+z", path)
        for step in range(int(width))
    }


def _data_modules() -> list[tuple[int, int]]:
    """Where the data lies, in reading order: up and down in columns of two, from the right."""
    found = []
    for turn, right in enumerate((*range(SIZE - 1, 6, -2), 5, 3, 1)):
        rows = range(SIZE) if turn % 2 else range(SIZE - 1, -1, -1)
        found += [(row, column) for row in rows for column in (right, right - 1) if _is_data(row, column)]
    return found


def _is_data(row: int, column: int) -> bool:
    far = SIZE - 8
    finder = (row < 9 and column < 9) or (row < 9 and column >= far) or (row >= far and column < 9)
    alignment = abs(row - (SIZE - 7)) <= 2 and abs(column - (SIZE - 7)) <= 2
    return not (finder or alignment or row == 6 or column == 6)


def _text(bits: str, count: int) -> str:
    text, at = "", 0
    while len(text) < count:
        width = 11 if count - len(text) > 1 else 6
        value = int(bits[at : at + width], 2)
        text += ALPHABET[value // 45] + ALPHABET[value % 45] if width == 11 else ALPHABET[value]
        at += width
    return text
