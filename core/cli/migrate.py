"""`deskbell migrate`: brings the database to the shape this version needs."""

from __future__ import annotations

import asyncio

from rich.console import Console

from core.config.settings import load_runtime, read_environment
from core.store.embedded import EmbeddedServer
from core.store.migrate import HEAD
from core.store.migrate import migrate as run


def migrate() -> None:
    """Create or update the tables. Safe to run again, and while others start."""
    settings = load_runtime(read_environment())
    server = None
    if settings.database_url:
        url = settings.database_url.get_secret_value()
    else:
        server = EmbeddedServer(settings.home)
        url = server.start()
    try:
        changed = asyncio.run(run(url))
    finally:
        if server:
            server.stop()
    Console().print(f"Database is at step {HEAD}" + (", updated now." if changed else ", nothing to do."))
