"""The index beside the searches: made anew, crashed, damaged, and changed by another process."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from deskbell import IndexStep, RetryLater
from plugins.knowledge.chroma import Chroma
from plugins.knowledge.chroma.embedders import Offline
from tests.integration.knowledge.conftest import NOW, Opened, binding

TEND = Chroma._tend
#: Shares no word with the entry that answers it.
OTHER_WORDS = "any place to leave my vehicle"
_INDEX_ELSEWHERE = """
import asyncio, sys
from pathlib import Path
from tests.integration.knowledge.conftest import binding

async def main():
    provider = binding(Path(sys.argv[1]), Path(sys.argv[2]))
    await provider.open()
    print((await provider.index()).fresh)
    await provider.close()

asyncio.run(main())
"""


def collections(provider: Chroma) -> list[str]:
    store, _ = provider._reach()
    return sorted(collection.name for collection in store._client.list_collections())


async def test_before_there_is_an_index_words_decide_and_after_it_meaning_too(opened: Opened) -> None:
    provider = await opened(index=False)
    assert (await provider.search("where is the garage"))[0].title == "Where can I park?"
    assert await provider.search(OTHER_WORDS) == []
    await provider.index()
    assert (await provider.search(OTHER_WORDS))[0].title == "Where can I park?"


async def test_the_index_comes_up_by_itself(opened: Opened, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Chroma, "_tend", TEND)
    monkeypatch.setattr("plugins.knowledge.chroma._SETTLING", 0.0)
    provider = await opened(index=False)
    while provider._run is None:  # noqa: ASYNC110 - nothing tells when it has begun
        await asyncio.sleep(0)
    await provider._run
    assert (await provider.search(OTHER_WORDS))[0].title == "Where can I park?"


async def test_an_older_index_is_removed_when_the_next_is_served(opened: Opened, folder: Path) -> None:
    provider = await opened()
    [signpost, first] = collections(provider)
    (folder / "knowledge" / "wifi.md").write_text("## Is there wifi?\nYes.\n")
    await provider.index()
    [same, second] = collections(provider)
    assert signpost == same == "pier-knowledge"
    assert first != second


async def test_what_a_crash_left_half_made_is_never_served_and_goes_in_time(opened: Opened, folder: Path) -> None:
    provider = await opened()
    store, _ = provider._reach()
    lately, long_ago = store.begin(NOW), store.begin(datetime(2026, 3, 1, tzinfo=UTC))
    (folder / "knowledge" / "wifi.md").write_text("## Is there wifi?\nYes.\n")
    await provider.index()
    assert lately in collections(provider)
    assert long_ago not in collections(provider)
    assert (await provider.search("is there wifi"))[0].title == "Is there wifi?"


async def test_an_index_that_fails_half_way_leaves_no_trace(
    opened: Opened, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    provider = await opened()
    before = collections(provider)
    (folder / "knowledge" / "a.md").write_text("## Is there wifi?\nYes.\n")
    (folder / "knowledge" / "b.md").write_text("## Is there coffee?\nYes.\n")
    embedded: list[str] = []

    def fail(self: Offline, texts: list[str]) -> list[list[float]]:
        embedded.extend(texts)
        if any("coffee" in text for text in texts):
            raise RetryLater("no luck")
        return [self.question(text) for text in texts]

    monkeypatch.setattr(Offline, "passages", fail)
    with pytest.raises(RetryLater):
        await provider.index()
    assert any("wifi" in text for text in embedded)
    assert collections(provider) == before
    assert (await provider.search(OTHER_WORDS))[0].title == "Where can I park?"


async def test_an_index_taken_away_under_a_search_costs_no_answer(opened: Opened) -> None:
    provider = await opened()
    store, _ = provider._reach()
    store.drop(store.current())
    assert (await provider.search("where is the garage"))[0].title == "Where can I park?"
    await provider.index()
    assert (await provider.search(OTHER_WORDS))[0].title == "Where can I park?"


async def test_while_indexes_follow_each_other_meaning_finds_in_every_process(opened: Opened, folder: Path) -> None:
    """Two bindings over one store, as two processes are: one makes indexes, both are searched."""
    # A machine that is busy with other tests must not turn this into a question of speed.
    makes, follows = await opened(deadline_seconds=30), await opened(deadline_seconds=30)
    indexing = asyncio.create_task(_index_again_and_again(makes, folder, 12))
    asked = 0
    while not indexing.done():
        for provider in (makes, follows):
            assert [found.title for found in await provider.search(OTHER_WORDS)][:1] == ["Where can I park?"]
            asked += 1
    await indexing
    assert asked > 12


async def _index_again_and_again(provider: Chroma, folder: Path, times: int) -> None:
    for number in range(times):
        (folder / "knowledge" / "news.md").write_text(f"## What is new in week {number}?\nNothing.\n")
        assert (await provider.index()).fresh == 1


async def test_an_index_made_by_another_process_is_taken_up(opened: Opened, folder: Path) -> None:
    provider = await opened()
    (folder / "knowledge" / "wifi.md").write_text("## Is there wifi?\nYes, ask at the desk.\n")
    done = await asyncio.create_subprocess_exec(
        sys.executable, "-c", _INDEX_ELSEWHERE, str(folder), str(folder.parent / "state"), stdout=subprocess.PIPE
    )
    searching = asyncio.create_task(_search_until(done, provider))
    out, _ = await done.communicate()
    assert out.strip() == b"1"
    assert await searching
    await asyncio.to_thread(provider._follow)
    assert (await provider.search("is there wifi"))[0].text == "Yes, ask at the desk."
    assert (await provider.search(OTHER_WORDS))[0].title == "Where can I park?"


async def _search_until(done: asyncio.subprocess.Process, provider: Chroma) -> bool:
    found = True
    while done.returncode is None:
        found &= bool(await provider.search("where is the garage"))
    return found


async def test_a_newer_index_is_looked_for_from_time_to_time(
    opened: Opened, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = await opened()
    monkeypatch.setattr(Chroma, "_tend", TEND)
    two = await opened(refresh_seconds=0.01)
    (folder / "knowledge" / "wifi.md").write_text("## Is there wifi?\nYes.\n")
    await one.index()
    async with asyncio.timeout(60):
        while not await two.search("is there wifi"):  # noqa: ASYNC110 - what is waited for is another search
            await asyncio.sleep(0.01)


async def test_nobody_waits_twice_for_what_does_not_answer(opened: Opened, monkeypatch: pytest.MonkeyPatch) -> None:
    provider = await opened(refresh_seconds=3600)
    tried: list[str] = []

    def fail(self: Offline, text: str) -> list[float]:
        tried.append(text)
        raise RetryLater("no luck")

    monkeypatch.setattr(Offline, "question", fail)
    for _ in range(3):
        assert (await provider.search("where is the garage"))[0].title == "Where can I park?"
    assert len(tried) == 1


async def test_after_a_restart_nothing_is_read_that_has_not_changed(
    opened: Opened, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = await opened()
    await first.close()
    read: list[str] = []
    monkeypatch.setattr(
        "plugins.knowledge.chroma.documents.Library.read", lambda library, document: read.append(document.file)
    )
    second = await opened(index=False)
    assert (await second.index()).detail == "nothing has changed"
    assert (await second.search(OTHER_WORDS))[0].title == "Where can I park?"
    assert read == []


@pytest.mark.parametrize("garbage", ["", "{", '{"form": 1}', '{"form": 99}', "[]"])
async def test_a_damaged_snapshot_is_no_harm(opened: Opened, folder: Path, garbage: str) -> None:
    first = await opened()
    await first.close()
    (folder.parent / "state" / "knowledge" / "pier-knowledge.json").write_text(garbage)
    second = await opened(index=False)
    assert (await second.search("where is the garage"))[0].title == "Where can I park?"


async def test_a_document_changed_while_we_were_away_is_current_at_once(opened: Opened, folder: Path) -> None:
    first = await opened()
    await first.close()
    (folder / "knowledge" / "visit.md").write_text("## Where can I park?\nAlso: garage\nOnly in the street now.\n")
    second = await opened(index=False)
    assert (await second.search("where is the garage"))[0].text == "Only in the street now."


async def test_who_asks_for_an_index_that_is_under_way_sees_its_progress_and_its_report(opened: Opened) -> None:
    provider = await opened(index=False)
    steps: tuple[list[IndexStep], list[IndexStep]] = ([], [])
    reports = await asyncio.gather(*(provider.index(one.append) for one in steps))
    await asyncio.sleep(0)
    assert reports[0] == reports[1]
    assert reports[0].fresh == 3
    assert steps[0] == steps[1]
    assert steps[0][-1].done == 2


async def test_closing_while_indexing_stops_it_and_leaves_the_old_index(opened: Opened, folder: Path) -> None:
    first = await opened()
    [_, version] = collections(first)
    for number in range(40):
        (folder / "knowledge" / f"{number}.md").write_text(f"## Is there wifi in room {number}?\nYes.\n")
    begun = asyncio.Event()
    indexing = asyncio.create_task(first.index(lambda _: begun.set()))
    await begun.wait()
    await first.close()
    await asyncio.gather(indexing, return_exceptions=True)
    second = binding(folder)
    await second.open()
    try:
        assert version in collections(second)
        assert second._reach()[0].current() == version
    finally:
        await second.close()


async def test_chroma_asks_nobody_and_reads_no_settings_of_the_operators(
    opened: Opened, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PERSIST_DIRECTORY", str(folder / "elsewhere"))
    monkeypatch.setenv("IS_PERSISTENT", "false")
    monkeypatch.setenv("ANONYMIZED_TELEMETRY", "true")
    provider = await opened()
    assert not (folder / "elsewhere").exists()
    assert (folder.parent / "state" / "knowledge" / "chroma" / "chroma.sqlite3").exists()
    assert provider._reach()[0]._client.get_settings().anonymized_telemetry is False
