"""Texts written to keep us busy: each is read in a blink, however it is made. A worker that thinks serves nobody."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from time import process_time

import pytest

from core.receptionist import injection
from core.receptionist.cards import cut_cards
from core.receptionist.consent_words import read as read_consent
from core.receptionist.emergencies import recognise_burst
from core.receptionist.health import HealthRules
from core.receptionist.memory import Pending
from core.receptionist.senders import is_automatic
from core.receptionist.understanding import Reader
from tests.unit.receptionist.conftest import harbor

HEALTH = HealthRules(harbor())
NOW = datetime(2026, 3, 4, 15, 0, tzinfo=UTC)
#: Twelve segments and some: more than any carrier brings as one text.
LENGTH = 2000
_BLINK = 0.1
PIECES = [
    *("\n", " ", "\t", ".", "-", "'", "a ", "1 ", "1/", "1/2 ", "1:", "$1-", "hi ", "hi, ", "um ", "ok ", "no ", "my "),
    *("not ", "and ", "i'm ", "my name is ", "how ", "mon ", "at 5 ", "stop ", "pain ", "4242 ", "one "),
]


async def test_a_text_of_hesitation_is_read_at_once(reader: Reader) -> None:
    # Twice the time for each "hmm" more, where one can be read in two ways: 22 of them take seconds, 30 an hour.
    pending = Pending("new_or_returning")
    assert _seconds(lambda: reader.read("hmm " * 22 + "what", now=NOW, pending=pending)) < _BLINK


@pytest.mark.parametrize("piece", PIECES)
async def test_no_repetition_takes_long_to_read(reader: Reader, piece: str) -> None:
    text = (piece * LENGTH)[:LENGTH] + "x!"
    # The parser of dates is loaded with the first one that is met.
    reader.read("March 3rd", now=NOW)
    for pending in map(Pending, ("", "name", "when", "service", "new_or_returning")):
        assert _seconds(partial(reader.read, text, now=NOW, pending=pending)) < _BLINK
    assert _seconds(lambda: recognise_burst([text, text])) < _BLINK
    assert _seconds(lambda: read_consent(text)) < _BLINK
    assert _seconds(lambda: cut_cards(text)) < _BLINK
    assert _seconds(lambda: HEALTH.without(text)) < _BLINK
    assert _seconds(lambda: injection.without(text)) < _BLINK
    assert _seconds(lambda: is_automatic(text)) < _BLINK


@pytest.mark.parametrize(
    "piece", ["\t", "my skin is ", "swelling after ", "x y ", "<system ", "```", "{{", "-", "%41", "&#65;"]
)
@pytest.mark.parametrize("end", [" pregnant", " your instructions", " swollen"])
def test_no_text_takes_long_to_cut(piece: str, end: str) -> None:
    text = (piece * LENGTH)[: LENGTH - len(end)] + end
    assert _seconds(lambda: HEALTH.without(text)) < _BLINK
    assert _seconds(lambda: injection.without(text)) < _BLINK


def _seconds(work: Callable[[], object]) -> float:
    """What it costs this process, however busy the machine is."""
    started = process_time()
    work()
    return process_time() - started
