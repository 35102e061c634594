"""Reading a request's body without being hurt by it: bounded size, bounded decompression, strict JSON, no
NUL.

Everything a hostile body can be is refused here with a 4xx, before any schema sees it: too large, a gzip
bomb, not UTF-8, not JSON, NaN, nested beyond reason, lone surrogates (orjson refuses these four), or NUL
characters, which PostgreSQL text cannot hold.
"""

import zlib
from collections.abc import Iterator
from typing import Any

import orjson
from werkzeug import Request
from werkzeug.exceptions import ClientDisconnected, RequestEntityTooLarge

from gateway.wire.problems import Problem

MAX_BODY_BYTES = 1_000_000
MAX_BATCH_BYTES = 10_000_000
MAX_DEPTH = 32
"""Deeper than any contract of ours; keeps recursive code away from Python's recursion limit."""

JSON_TYPES = frozenset({"application/json", "text/plain", ""})
"""Browsers' sendBeacon sends JSON as text/plain, and some tills send no type at all."""


def raw_body(request: Request, *, most: int = MAX_BODY_BYTES) -> bytes:
    """Return the decompressed body. Raises Problem body_too_large, unsupported_media_type, malformed_body."""
    sent = _sent(request, most)
    encoding = request.environ.get("HTTP_CONTENT_ENCODING", "").strip().lower()
    if encoding in {"", "identity"}:
        # Some event clients compress and forget to say so; no text begins with these two bytes.
        return _inflated(sent, "gzip", most) if sent[:2] == b"\x1f\x8b" else sent
    if encoding in {"gzip", "x-gzip", "deflate"}:
        return _inflated(sent, encoding, most)
    raise Problem("unsupported_media_type", "Content-Encoding may be gzip, deflate or none.")


def _sent(request: Request, most: int) -> bytes:
    announced = request.environ.get("CONTENT_LENGTH", "")
    length = int(announced) if announced.isdecimal() else None
    if length is not None and length > most:
        raise _too_large(most)
    try:
        if length is not None:
            # Werkzeug's stream is made for bodies of any length, and costs a till more than reading its JSON.
            sent: bytes = request.environ["wsgi.input"].read(length)
        else:
            sent = request.stream.read(most + 1)
    except (ClientDisconnected, RequestEntityTooLarge, OSError) as error:
        raise _cut_off() from error
    if length is not None and len(sent) < length:
        raise _cut_off()
    if len(sent) > most:
        raise _too_large(most)
    return sent


def _cut_off() -> Problem:
    return Problem("malformed_body", "The body ended before its announced length.")


def _inflated(sent: bytes, encoding: str, most: int) -> bytes:
    # 32 + MAX_WBITS reads gzip and zlib headers alike; the cap is on what comes out, so a bomb stops at the
    # limit.
    engine = zlib.decompressobj(32 + zlib.MAX_WBITS)
    try:
        body = engine.decompress(sent, most + 1)
    except zlib.error:
        raise Problem("malformed_body", f"The body is not valid {encoding}.") from None
    if len(body) > most or engine.unconsumed_tail:
        raise _too_large(most)
    if not engine.eof:
        raise Problem("malformed_body", f"The {encoding} body is cut off.")
    return body


def _too_large(most: int) -> Problem:
    return Problem(
        "body_too_large", f"At most {most:,} bytes, also after decompression; split it into several calls."
    )


def json_body(
    request: Request, *, most: int = MAX_BODY_BYTES, any_type: bool = False, any_depth: bool = False
) -> Any:
    """Return the body's JSON. `any_type` skips the content type check, for clients we do not control;
    `any_depth` skips the walk through the values where a decoder of fixed depth follows anyway.
    """
    if not any_type and not is_json(request):
        raise Problem("unsupported_media_type", "Send Content-Type: application/json.")
    return parsed(raw_body(request, most=most), any_depth=any_depth)


def is_json(request: Request) -> bool:
    """Whether the body says to be JSON, or says nothing."""
    sent = request.environ.get("CONTENT_TYPE", "").partition(";")[0].strip().lower()
    return sent in JSON_TYPES or sent.endswith("+json")


def parsed(raw: bytes, *, any_depth: bool = False) -> Any:
    """Return strict JSON as Python values. Raises Problem malformed_body."""
    if not raw:
        raise Problem("malformed_body", "The body is empty; send a JSON object.")
    try:
        value = orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        raise Problem(
            "malformed_body", f"Not valid JSON: {error.msg} (line {error.lineno}, column {error.colno})."
        ) from None
    # Cheap tests first: almost no body has either.
    if not any_depth and raw.count(b"[") + raw.count(b"{") > MAX_DEPTH and _too_deep(value):
        raise Problem("malformed_body", f"Nested deeper than {MAX_DEPTH} levels.")
    if b"\\u0000" in raw and _holds_nul(value):
        raise Problem("malformed_body", "A text holds a NUL character (\\u0000); remove it.")
    return value


def lines(raw: bytes) -> Iterator[tuple[int, bytes]]:
    """The numbered non-empty lines of an NDJSON body, from 1."""
    for number, line in enumerate(raw.split(b"\n"), start=1):
        stripped = line.strip()
        if stripped:
            yield number, stripped


def _too_deep(value: Any) -> bool:
    level = [value]
    for _ in range(MAX_DEPTH):
        # One expression: a batch of events has a thousand values on a level, and a till may wait meanwhile.
        level = [
            inner
            for outer in level
            for inner in (outer.values() if type(outer) is dict else outer)
            if type(inner) is dict or type(inner) is list
        ]
        if not level:
            return False
    return True


def _holds_nul(value: Any) -> bool:
    pending = [value]
    while pending:
        current = pending.pop()
        if isinstance(current, str):
            if "\x00" in current:
                return True
        elif isinstance(current, list):
            pending.extend(current)
        elif isinstance(current, dict):
            pending.extend(current)
            pending.extend(current.values())
    return False
