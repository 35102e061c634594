"""QR codes as one path."""

import re

import segno
from hypothesis import given
from hypothesis import strategies as st

from gateway.pages.qr import qr_code
from gateway.wire.glyphs import token_text
from tests.gateway.pages.qr_reader import SIZE, read


@given(st.text(alphabet="0123456789ABCDEFGHJKLMNPQRSTUVWX", min_size=1, max_size=60))
def test_the_path_draws_exactly_the_dark_modules(text: str) -> None:
    """Filling the path's rectangles gives the code's matrix back, module by module."""
    code = qr_code(text)
    expected = [list(row) for row in segno.make_qr(text, error="m", boost_error=False).matrix]
    drawn = [[0] * code.size for _ in range(code.size)]
    for x, y, width in re.findall(r"M(\d+) (\d+)h(\d+)v1h-\d+z", code.path):
        for column in range(int(x), int(x) + int(width)):
            drawn[int(y)][column] += 1
    assert drawn == expected


@given(st.binary(min_size=16, max_size=16))
def test_an_offers_code_is_small_and_reads_back(token: bytes) -> None:
    """25 modules a side, so that an old camera reads it from a screen; what is read is the token."""
    code = qr_code(token_text(token))
    assert code.size == SIZE
    assert read(code.path) == token_text(token)
