"""Hostile bodies end at the door with a 4xx."""

import gzip
import zlib
from typing import Any

import pytest
from werkzeug import Request
from werkzeug.test import EnvironBuilder

from gateway.wire import body as bodies
from gateway.wire.problems import Problem


def _request(data: bytes, *, encoding: str = "", content_type: str = "application/json") -> Request:
    headers = [("Content-Encoding", encoding)] if encoding else []
    return Request(
        EnvironBuilder(method="POST", data=data, headers=headers, content_type=content_type).get_environ()
    )


def _refusal(request: Request, **options: Any) -> str:
    with pytest.raises(Problem) as caught:
        bodies.json_body(request, **options)
    return caught.value.code


def test_plain_json_is_read() -> None:
    """What is well-formed passes."""
    assert bodies.json_body(_request(b'{"a": [1, "x", null]}')) == {"a": [1, "x", None]}


@pytest.mark.parametrize("encoding", ["gzip", "deflate"])
def test_compressed_json_is_read(encoding: str) -> None:
    """Clients may compress."""
    packed = gzip.compress(b'{"a":1}') if encoding == "gzip" else zlib.compress(b'{"a":1}')
    assert bodies.json_body(_request(packed, encoding=encoding)) == {"a": 1}


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"{",
        b"not json",
        b"\xff\xfe",
        b'{"a": NaN}',
        b'{"a": Infinity}',
        b'{"a": 1e999}',
        b'"\\ud800"',
        b'{"a": "\\u0000"}',
        b'{"\\u0000": 1}',
        b'[{"a": ["\\u0000"]}]',
        b'{"a": "\x00"}',
        b"[" * 5_000 + b"]" * 5_000,
        b'{"a":' * 40 + b"1" + b"}" * 40,
        b"\xef\xbb\xbf{}",
    ],
)
def test_what_is_not_our_json_is_refused(raw: bytes) -> None:
    """Broken syntax, other encodings, NaN, lone surrogates, NUL and absurd nesting are all malformed."""
    assert _refusal(_request(raw)) == "malformed_body"


def test_an_escaped_backslash_before_u0000_is_not_a_nul() -> None:
    """A text that spells out a backslash, u and four zeros is harmless."""
    assert bodies.json_body(_request(b'{"a": "\\\\u0000"}')) == {"a": "\\u0000"}


def test_a_body_beyond_the_limit_is_refused_by_its_length() -> None:
    """Ten megabytes are refused before they are read."""
    assert _refusal(_request(b" " * 10_000_000)) == "body_too_large"


def test_a_gzip_bomb_is_refused_at_the_limit() -> None:
    """A hundred megabytes of zeros packed into a hundred kilobytes never unfold."""
    bomb = gzip.compress(b"\0" * 100_000_000)
    assert len(bomb) < bodies.MAX_BODY_BYTES
    assert _refusal(_request(bomb, encoding="gzip")) == "body_too_large"


@pytest.mark.parametrize("packed", [b"not gzip", gzip.compress(b'{"a":1}', mtime=0)[:-9], b""])
def test_damaged_compression_is_refused(packed: bytes) -> None:
    """A cut-off or foreign stream is malformed."""
    assert _refusal(_request(packed, encoding="gzip")) == "malformed_body"


@pytest.mark.parametrize("encoding", ["br", "zstd", "gzip, gzip", "chunked"])
def test_an_unknown_encoding_is_refused(encoding: str) -> None:
    """Only what can be unfolded within bounds is."""
    assert _refusal(_request(b"{}", encoding=encoding)) == "unsupported_media_type"


def test_an_unknown_content_type_is_refused_unless_any_will_do() -> None:
    """A form is not JSON; clients we do not control may call theirs what they like."""
    request = _request(b"{}", content_type="application/x-www-form-urlencoded")
    assert _refusal(request) == "unsupported_media_type"
    again = _request(b"{}", content_type="application/x-www-form-urlencoded")
    assert bodies.json_body(again, any_type=True) == {}


def test_lines_are_numbered_as_they_were_sent() -> None:
    """Empty lines count, so that a rejected line can be found."""
    assert list(bodies.lines(b'{"a":1}\n\n  \r\n{"b":2}')) == [(1, b'{"a":1}'), (4, b'{"b":2}')]
