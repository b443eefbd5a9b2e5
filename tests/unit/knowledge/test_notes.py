"""The notes plugin: reading, faults with file and line, and finding by words."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from deskbell import DocumentRejected, Passage, ProviderContext, ProviderNotReady
from plugins.knowledge.notes import Notes, NotesConfig

VISIT = """# Visiting

## Where can I park?
Also: is there parking; garage
The garage next door is free
for an hour.

It closes at 9 PM.

## What is your cancellation policy?
Tell us 24 hours before.
"""
PRICES = "## Do you sell gift cards?\nYes, from $50.\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "knowledge" / "more").mkdir(parents=True)
    (tmp_path / "knowledge" / "visit.md").write_text(VISIT)
    (tmp_path / "knowledge" / "more" / "prices.md").write_text(PRICES)
    return tmp_path


def notes(folder: Path, **config: object) -> Notes:
    return Notes(NotesConfig.model_validate(config), ProviderContext("pier", "pier-knowledge", folder=str(folder)))


async def opened(folder: Path, **config: object) -> Notes:
    provider = notes(folder, **config)
    await provider.open()
    return provider


async def fault(folder: Path) -> str:
    with pytest.raises(ProviderNotReady) as caught:
        await notes(folder).open()
    return str(caught.value)


async def test_a_passage_names_its_entry_text_and_place(folder: Path) -> None:
    found = await (await opened(folder)).search("parking?")
    assert found == [
        Passage("Where can I park?", "The garage next door is free for an hour.\nIt closes at 9 PM.", "visit.md:3", 0.9)
    ]


@pytest.mark.parametrize(
    "question",
    ["is there a garage", "PARKING", "where do i park my car", "prking", "parkign please", "any parkings near you?"],
)
async def test_further_wordings_endings_and_slips_find_the_entry(folder: Path, question: str) -> None:
    found = await (await opened(folder, threshold=0.3)).search(question)
    assert found[0].title == "Where can I park?"


@pytest.mark.parametrize(
    "question", ["", "hi", "???", "do you repair bicycles", "what is it", "gravity of the moon", "🙂"]
)
async def test_what_the_notes_do_not_know_finds_nothing(folder: Path, question: str) -> None:
    assert await (await opened(folder)).search(question) == []


async def test_files_in_subfolders_count_and_limit_holds(folder: Path) -> None:
    provider = await opened(folder, threshold=0.05)
    assert [found.source for found in await provider.search("gift cards")] == ["more/prices.md:1"]
    assert len(await provider.search("parking cancellation gift", limit=2)) == 2


async def test_scores_fall_and_stay_within_bounds_and_repeat(folder: Path) -> None:
    provider = await opened(folder, threshold=0.01)
    scores = [found.score for found in await provider.search("gift card for the garage")]
    assert scores == sorted(scores, reverse=True)
    assert all(0 < score <= 1 for score in scores)
    assert await provider.search("gift garage") == await provider.search("gift garage")


async def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    assert str(tmp_path / "knowledge") in await fault(tmp_path)


async def test_an_empty_folder_is_an_error_that_says_what_to_write(tmp_path: Path) -> None:
    (tmp_path / "knowledge").mkdir()
    message = await fault(tmp_path)
    assert "holds no entry" in message
    assert "pier" in message


async def test_what_cannot_be_used_is_left_out_and_told_with_file_and_line(folder: Path) -> None:
    knowledge = folder / "knowledge"
    (knowledge / "a.md").write_text("# Title\n\n## Empty one\n\nAlso: nothing\n\n## Full\nYes.\n")
    (knowledge / "b.md").write_text("stray words\n## One\nText\n")
    (knowledge / "c.md").write_bytes("## Café\nYes\n".encode("latin-1"))
    (knowledge / "d.md").write_text("## Full\nAgain.\n")
    provider = await opened(folder)
    told = [str(refused) for refused in (await provider.status()).refused]
    for fault in (
        "a.md:3: an entry without an answer",
        "b.md:1: text that belongs to no entry",
        "c.md:1: is not UTF-8",
        "d.md:1: 'Full' is already at a.md:7",
    ):
        assert any(line.startswith(fault) for line in told), fault
    assert len(told) == 4
    assert [found.source for found in await provider.search("full")] == ["a.md:7"]
    assert not (await provider.check()).ok


async def test_when_nothing_can_be_used_every_fault_is_told(tmp_path: Path) -> None:
    (tmp_path / "knowledge").mkdir()
    (tmp_path / "knowledge" / "a.md").write_text("## Empty\n")
    (tmp_path / "knowledge" / "b.md").write_text("## Empty too\n")
    message = await fault(tmp_path)
    assert f"{tmp_path / 'knowledge' / 'a.md'}:1: an entry without an answer" in message
    assert f"{tmp_path / 'knowledge' / 'b.md'}:1: an entry without an answer" in message


async def test_an_index_that_would_hold_nothing_leaves_what_there_was(folder: Path) -> None:
    provider = await opened(folder)
    for path in (folder / "knowledge").rglob("*.md"):
        path.write_text("## Empty\n")
    with pytest.raises(DocumentRejected):
        await provider.index()
    assert [found.source for found in await provider.search("parking")] == ["visit.md:3"]


async def test_a_changed_note_is_told_and_found_after_indexing(folder: Path) -> None:
    provider = await opened(folder)
    (folder / "knowledge" / "more" / "prices.md").write_text("## Do you sell candles?\nYes, from $20.\n")
    assert (await provider.status()).changed == ("more/prices.md",)
    assert await provider.search("candles") == []
    assert (await provider.index()).passages == 3
    assert [found.title for found in await provider.search("candles")] == ["Do you sell candles?"]
    assert (await provider.status()).changed == ()


async def test_a_byte_order_mark_and_windows_line_ends_are_no_fault(tmp_path: Path) -> None:
    (tmp_path / "knowledge").mkdir()
    (tmp_path / "knowledge" / "a.md").write_bytes("\ufeff## Parking\r\nFree.\r\n".encode())
    assert [found.text for found in await (await opened(tmp_path)).search("parking")] == ["Free."]


async def test_searching_before_opening_or_after_closing_is_an_error(folder: Path) -> None:
    provider = await opened(folder)
    await provider.close()
    await provider.close()
    with pytest.raises(ProviderNotReady):
        await provider.search("parking")


async def test_check_counts_and_sees_a_later_fault(folder: Path) -> None:
    provider = await opened(folder)
    assert (await provider.check()).detail == "3 entries in 2 files"
    (folder / "knowledge" / "visit.md").write_text("## Empty\n")
    health = await provider.check()
    assert not health.ok
    assert "visit.md:1" in health.detail


@pytest.mark.parametrize("config", [{"threshold": 0}, {"threshold": 1.5}, {"folder": ""}, {"folders": "x"}])
def test_wrong_settings_are_refused(config: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        NotesConfig.model_validate(config)
