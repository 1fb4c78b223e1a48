"""修补: what python-wechaty 0.10.7 (2022) needs before it can be imported today, and to have pictures. All of it is here, and the
library is imported from here only."""

from __future__ import annotations

import os
import socket
import sys
import warnings
from dataclasses import dataclass
from types import ModuleType

__all__ = ["Chunk", "Id", "PuppetOptions", "PuppetService"]

os.environ.setdefault("WECHATY_LOG", "error")  # louder, it writes the token into the log


class Telnet:
    """As much of it as is asked for: whether somebody listens there."""

    def open(self, host: str, port: int, timeout: float) -> None:
        socket.create_connection((host, port), timeout).close()


def get_host(url: str) -> tuple[str, str | None, int | None]:
    found = urllib3.util.parse_url(url)
    return found.scheme or "http", found.host, found.port


# 1. telnetlib is gone in Python 3.13, and warns before that
telnetlib = ModuleType("telnetlib")
vars(telnetlib)["Telnet"] = Telnet
sys.modules.setdefault("telnetlib", telnetlib)

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # the tests make errors of warnings; these are not ours
    import pyee
    import pyee.asyncio
    import urllib3

    # 2. moved in pyee 12
    vars(pyee)["AsyncIOEventEmitter"] = pyee.asyncio.AsyncIOEventEmitter
    # 3. gone in urllib3 2
    vars(urllib3)["get_host"] = get_host

    import betterproto
    from wechaty_puppet.schemas.puppet import PuppetOptions
    from wechaty_puppet_service import PuppetService

# 4. a dataclass that is compared and used as a key
PuppetOptions.__hash__ = object.__hash__


# 5. what is larger than 20 KB goes by two calls that are newer than the library
@dataclass(eq=False, repr=False)
class Id(betterproto.Message):
    id: str = betterproto.string_field(1)


@dataclass(eq=False, repr=False)
class Chunk(betterproto.Message):
    chunk: bytes = betterproto.bytes_field(1)
