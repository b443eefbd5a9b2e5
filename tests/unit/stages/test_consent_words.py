"""Which texts opt out, opt in, ask for help, need a question back, or have nothing to do with consent.

The texts stand in the corpus, where each of them goes through the whole pipeline as well.
"""

from collections import Counter

import pytest

from core.receptionist.consent_words import Meaning, Reading, agrees, heard, read, stop_among
from deskbell import Keyword
from tests.corpus.texts import CorpusText, load

TEXTS = [text for text in load() if text.file == "consent"]
_MEANINGS = {meaning.value for meaning in Meaning}


def meaning(labels: frozenset[str]) -> str:
    return next(iter(labels & _MEANINGS), Meaning.NONE.value)


def test_the_table_is_long_and_has_its_share_of_texts_that_only_look_alike() -> None:
    counts = Counter(meaning(text.labels) for text in TEXTS)
    assert sum(counts.values()) >= 400
    assert counts[Meaning.NONE] >= 150
    assert min(counts[one] for one in Meaning) >= 15


@pytest.mark.parametrize("text", TEXTS, ids=lambda text: text.name)
def test_a_text_says_of_consent_what_it_should(text: CorpusText) -> None:
    [words] = text.texts
    assert read(words).meaning == meaning(text.labels)


def test_a_reaction_to_a_text_of_several_lines_is_no_opt_out() -> None:
    assert read("Laughed at “No more texts?\nReply STOP to opt out.”").meaning is Meaning.NONE


@pytest.mark.parametrize("text", ["", "   ", "...", "!!!", "?", "\u200b"])
def test_a_text_without_words_says_nothing(text: str) -> None:
    assert read(text).meaning is Meaning.NONE


@pytest.mark.parametrize(
    ("text", "source", "words"),
    [
        ("Stop!", "keyword", "stop"),
        ("Dana Cole here. Please STOP.", "keyword", "stop"),
        ("this is Dana, pls stop texting me, I'm on blood thinners", "phrase", "stop texting"),
        ("This isn't Dana, wrong number", "phrase", "wrong number"),
        ("UNSTOP", "keyword", "unstop"),
        ("ok, text me again. Dana", "phrase", "text me again"),
    ],
)
def test_the_ledger_gets_the_words_that_say_it_and_no_others(text: str, source: str, words: str) -> None:
    assert read(text)[1:] == (source, words)


def test_the_carriers_mark_outweighs_the_words_and_keeps_them_only_where_they_agree() -> None:
    assert heard("¡Adiós!", Keyword.STOP) == Reading(Meaning.STOP, "carrier")
    assert heard("Quit", Keyword.STOP) == Reading(Meaning.STOP, "carrier", "quit")
    assert heard("Quit", None) == Reading(Meaning.STOP, "keyword", "quit")


@pytest.mark.parametrize(
    ("texts", "place"),
    [
        (["hi", "STOP"], 1),
        (["STOP", "wait, is Friday free?"], 0),
        (["STOP", "START"], None),
        (["START", "stop texting me"], 1),
        (["not interested"], None),
        (["hi"], None),
        ([], None),
    ],
)
def test_of_several_texts_the_last_word_on_consent_counts(texts: list[str], place: int | None) -> None:
    found = stop_among([(text, None) for text in texts])
    assert (found[0] if found else None) == place


@pytest.mark.parametrize("text", ["yes", "Yes please", "yep", "sí", "yes do it"])
def test_a_bare_yes_agrees(text: str) -> None:
    assert agrees(text)


@pytest.mark.parametrize("text", ["yes, Tuesday at 3", "no", "please", "how much is it?", ""])
def test_anything_more_than_a_yes_does_not_agree(text: str) -> None:
    assert not agrees(text)


def test_a_very_long_text_is_read_quickly_and_means_nothing() -> None:
    assert read("botox and filler " * 2000).meaning is Meaning.NONE
