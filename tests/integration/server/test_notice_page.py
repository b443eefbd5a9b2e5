"""Where the link in a notice to staff leads."""

from __future__ import annotations

import httpx
import pytest

from core.engine.engine import Engine
from core.server.app import build_app
from core.server.listener import Listener
from core.server.webhooks import Receiver
from portal.plugin import register_pages
from tests.integration.server.conftest import Site


@pytest.mark.parametrize(
    ("path", "status"), [("/n/0123456789ab", 200), ("/n/nothing", 404), ("/n/0123456789ab/x", 404)]
)
async def test_it_says_how_to_read_on_and_nothing_else(site: Site, path: str, status: int) -> None:
    engine: Engine = site.engine

    async def readiness() -> list[str]:
        return []

    app = build_app(
        f"notice-{status}-{len(path)}", Receiver(engine.directory, engine.intake), readiness, register_pages()
    )
    listener = Listener(app, "127.0.0.1", 0)
    await listener.start()
    try:
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{listener.port}") as http:
            answer = await http.get(path)
    finally:
        await listener.stop(grace=1)
    assert answer.status_code == status
    if status == 200:
        assert "deskbell staff show 0123456789ab" in answer.text
        assert answer.headers["Cache-Control"] == "no-store"
