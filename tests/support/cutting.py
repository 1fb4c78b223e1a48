"""A line to PostgreSQL that is cut around COMMIT: before the server hears it, or before its answer comes back."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.support.postgres import PostgresServer
from tests.support.servers import private_folder

SOCKET = ".s.PGSQL.5432"


@dataclass
class CuttingLine:
    """How often to cut (0 to 1) and what has been cut so far."""

    server: Path
    folder: Path
    dice: random.Random
    how_often: float = 0.0
    unheard: int = 0  # COMMIT never reached the server
    unanswered: int = 0  # the server has committed, its answer was lost

    def url(self, direct: str) -> str:
        """The URL that goes through this line instead."""
        return direct.replace(str(self.server), str(self.folder))

    async def relay(self, client_reader: asyncio.StreamReader, client_writer: asyncio.StreamWriter) -> None:
        server_reader, server_writer = await asyncio.open_unix_connection(str(self.server / SOCKET))
        back = asyncio.ensure_future(_pump(server_reader, client_writer))
        try:
            while heard := await client_reader.read(65536):
                is_cut = b"COMMIT" in heard and self.dice.random() < self.how_often
                if is_cut and self.dice.random() < 0.5:
                    self.unheard += 1
                    return
                if is_cut:
                    back.cancel()  # nothing goes back any more, so this answer is for us
                    await asyncio.wait([back])
                    server_writer.write(heard)
                    assert b"COMMIT" in await server_reader.read(65536)
                    self.unanswered += 1
                    return
                server_writer.write(heard)
        except OSError:
            pass
        finally:
            back.cancel()
            client_writer.close()
            server_writer.close()


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while said := await reader.read(65536):
            writer.write(said)
        writer.close()  # the server has hung up
    except OSError:
        pass


@asynccontextmanager
async def cutting_line(server: PostgresServer, *, seed: int) -> AsyncIterator[CuttingLine]:
    """Open the line; it cuts nothing until `how_often` is raised."""
    folder = private_folder("cut-")
    line = CuttingLine(server.folder, folder, random.Random(seed))
    listening = await asyncio.start_unix_server(line.relay, str(folder / SOCKET))
    yield line
    listening.close()
    await listening.wait_closed()
    (folder / SOCKET).unlink(missing_ok=True)
    folder.rmdir()
