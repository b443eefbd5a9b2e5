"""Storage: the database a process works on, embedded unless an address is given."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from core.config.settings import Runtime
from core.store.database import Database
from core.store.embedded import EmbeddedServer
from core.store.migrate import migrate


@asynccontextmanager
async def storage(settings: Runtime, *, size: int = 10) -> AsyncIterator[Database]:
    """An open, migrated database. Without an address PostgreSQL itself is started, its data below `home`."""
    server = None
    if settings.database_url is None:
        server = EmbeddedServer(settings.home)
        url = await asyncio.to_thread(server.start)
    else:
        url = settings.database_url.get_secret_value()
    try:
        await migrate(url)
        database = await Database.connect(url, size=size)
        try:
            yield database
        finally:
            await database.close()
    finally:
        if server is not None:
            await asyncio.to_thread(server.stop)
