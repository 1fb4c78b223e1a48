"""帧: what goes over an HTTP/2 line, in bytes (RFC 9113), and what gRPC's headers in it say.

Headers are the one thing that would need a state on both sides. We allow no table for them, so the same bytes always
mean the same headers, and are read once.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from urllib.parse import unquote

from hpack import Decoder, Encoder

DATA, HEADERS, RESET, SETTINGS, PUSH, PING, GOAWAY, WINDOW, CONTINUATION = 0, 1, 3, 4, 5, 6, 7, 8, 9
END_STREAM = ACK = 1
END_HEADERS, PADDED, PRIORITY = 4, 8, 32
HEADER_TABLE, ENABLE_PUSH, MOST_CALLS, FIRST_WINDOW = 1, 2, 3, 4  # settings

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
FRAME = 16_384  # bytes of one frame, the least that everybody takes
USUAL_WINDOW, LARGEST_WINDOW = 65_535, 2**31 - 1
CANCEL = 8

CANCELLED, UNKNOWN, DEADLINE_EXCEEDED, ALREADY_EXISTS = 1, 2, 4, 6
RESOURCE_EXHAUSTED, UNAVAILABLE, UNAUTHENTICATED = 8, 14, 16
_OF_HTTP = {401: UNAUTHENTICATED, 429: UNAVAILABLE, 502: UNAVAILABLE, 503: UNAVAILABLE, 504: UNAVAILABLE}


class Status(Exception):
    """How a call ended that did not end well: gRPC's number for it, and its words."""

    def __init__(self, code: int, details: str) -> None:
        super().__init__(f"{code}: {details}")
        self.code, self.details = code, details


@lru_cache(maxsize=256)
def read_headers(block: bytes) -> Mapping[str, str]:
    decoder = Decoder()
    decoder.header_table_size = decoder.max_allowed_table_size = 0
    return {str(name): str(value) for name, value in decoder.decode(block)}


def request_headers(
    path: str, *, authority: str, is_secure: bool, more: Iterable[tuple[str, str]] = ()
) -> bytes:
    """The headers of every call of this path, as they go over the line."""
    encoder = Encoder()
    encoder.header_table_size = 0
    named = [
        (":method", "POST"),
        (":scheme", "https" if is_secure else "http"),
        (":path", path),
        (":authority", authority),
        ("te", "trailers"),
        ("content-type", "application/grpc"),
        *more,
    ]
    return encoder.encode(named, huffman=False)


def frame(kind: int, flags: int, stream: int, body: bytes = b"") -> bytes:
    return len(body).to_bytes(3) + bytes((kind, flags)) + stream.to_bytes(4) + body


def unpadded(flags: int, body: bytes) -> bytes:
    return body[1 : len(body) - body[0]] if flags & PADDED else body


def status_of(headers: Mapping[str, str]) -> Status | None:
    """None when all is well."""
    code = headers.get("grpc-status")
    if code is None:
        http = headers.get(":status", "200")
        return Status(_OF_HTTP.get(int(http), UNKNOWN), f"no gRPC, but HTTP {http}")
    return None if code == "0" else Status(int(code), unquote(headers.get("grpc-message", "")))
