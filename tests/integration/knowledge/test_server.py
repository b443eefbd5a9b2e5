"""The index on a Chroma server: many machines share it, and it may go away and come back."""

from __future__ import annotations

from pathlib import Path

import pytest

from plugins.knowledge.chroma.config import ChromaConfig
from tests.integration.knowledge.conftest import Opened, Server

OTHER_WORDS = "any place to leave my vehicle"


async def test_machines_share_the_index_and_it_may_go_away_and_come_back(
    opened: Opened, folder: Path, tmp_path: Path, server: Server
) -> None:
    one = await opened(tmp_path / "one", url=server.url, refresh_seconds=0.01)
    two = await opened(tmp_path / "two", url=server.url, refresh_seconds=0.01)
    assert (await two.index()).detail == "nothing has changed"
    for machine in (one, two):
        assert (await machine.search(OTHER_WORDS))[0].title == "Where can I park?"
    assert not (tmp_path / "one" / "knowledge" / "chroma").exists()

    (folder / "knowledge" / "wifi.md").write_text("## Is there wifi?\nYes.\n")
    assert (await one.index()).fresh == 1
    assert (await two.search("where is the garage"))[0].title == "Where can I park?"  # of an index that is gone
    await two.index()
    assert (await two.search("is there wifi"))[0].title == "Is there wifi?"

    server.stop()
    for machine in (one, two):
        assert (await machine.search("where is the garage"))[0].title == "Where can I park?"
        assert not (await machine.check()).ok
    three = await opened(tmp_path / "three", index=False, url=server.url, refresh_seconds=0.01)
    assert (await three.search("where is the garage"))[0].title == "Where can I park?"

    server.start()
    assert (await three.index()).detail == "nothing has changed"
    for machine in (one, two, three):
        assert (await machine.search(OTHER_WORDS))[0].title == "Where can I park?"


@pytest.mark.parametrize("url", ["chroma:8000", "http://", "http://chroma:8000/api", "ftp://chroma", "http://c?x=1"])
def test_an_address_that_is_none_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="address of a Chroma server"):
        ChromaConfig(url=url)
