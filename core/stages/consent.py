"""Opt-outs, opt-ins and HELP: recorded, confirmed once, and after an opt-out silence.

Who answers, the carrier or we: where the channel says that the carrier has (`carrier_handled`), we record and stay
silent. Timers and outreach of a contact who opted out are stopped by the send gate, not here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from pydantic import Field

from core.receptionist.consent_words import Meaning, agrees, heard, read
from deskbell import (
    CallNext,
    Keyword,
    RecordConsent,
    Remember,
    Settings,
    Stage,
    TextKind,
    TextReceived,
    Turn,
)

_KEY = "consent_asked"
_PENDING, _ASKED = "pending", "asked"


class ConsentConfig(Settings):
    """Settings of the `consent` stage."""

    ask: str = Field(
        default="{clinic}: If you want no more texts from us, reply STOP. Otherwise just tell us how we can help.",
        max_length=160,
        description="Sent once when a text may or may not be an opt-out. Asks for no YES, CANCEL, END or QUIT: "
        "carriers act on these words.",
    )


@dataclass(frozen=True, slots=True)
class _Said:
    """One text and what it says of consent."""

    text: TextReceived
    meaning: Meaning
    source: str
    words: str


class Consent(Stage[ConsentConfig]):
    """Ends the turn for whoever has opted out, and for every text that is about consent alone."""

    name: ClassVar[str] = "consent"
    Config = ConsentConfig
    sealed: ClassVar[bool] = True
    outside_of: ClassVar[frozenset[str]] = frozenset({"*", "takeover"})
    because: ClassVar[str] = "nothing may be thought of or said to a contact who has opted out"

    async def __call__(self, turn: Turn, call_next: CallNext) -> None:
        said = [_meaning(turn, text) for text in turn.texts]
        word = next((one for one in reversed(said) if one.meaning in (Meaning.STOP, Meaning.START)), None)
        if word is not None and word.meaning is Meaning.STOP:
            self._stop(turn, said, word)
        elif word is not None and self._start(turn, said, word):
            if any(one.meaning is Meaning.NONE for one in said):
                await call_next()
        elif turn.contact.opted_out:
            self._silence(turn, said)
        else:
            await self._subscribed(turn, said, call_next)

    def _stop(self, turn: Turn, said: Sequence[_Said], word: _Said) -> None:
        if turn.contact.opted_out:
            turn.note("silent", reason="already opted out")
            return
        turn.note("opted_out", source=word.source)
        turn.add(RecordConsent(True, word.text.seq, word.source, word.words))
        _forget(turn)
        if not _answered(said, Keyword.STOP):
            turn.say(turn.clinic.say(turn.clinic.wording.opted_out), TextKind.CONSENT)

    def _start(self, turn: Turn, said: Sequence[_Said], word: _Said) -> bool:
        """Restores whoever was opted out; False when there was nothing to restore."""
        if not turn.contact.opted_out and not any(one.meaning is Meaning.STOP for one in said):
            return False
        turn.note("opted_in", source=word.source)
        turn.add(RecordConsent(False, word.text.seq, word.source, word.words))
        _forget(turn)
        if not _answered(said, Keyword.START):
            turn.say(turn.clinic.say(turn.clinic.wording.opted_in), TextKind.CONSENT)
        return True

    def _silence(self, turn: Turn, said: Sequence[_Said]) -> None:
        turn.note("silent", reason="opted out")
        self._help(turn, said)

    async def _subscribed(self, turn: Turn, said: Sequence[_Said], call_next: CallNext) -> None:
        if said and said[-1].meaning is Meaning.ASK:
            turn.note("asked")
            turn.add(Remember(_KEY, _PENDING))
            turn.say(turn.clinic.say(self.config.ask))
            return
        if turn.texts and turn.recall(_KEY) == _PENDING:
            turn.add(Remember(_KEY, _ASKED))
        self._help(turn, said)
        if not said or any(_is_conversation(one) for one in said):
            await call_next()

    def _help(self, turn: Turn, said: Sequence[_Said]) -> None:
        if any(one.meaning is Meaning.HELP for one in said) and not _answered(said, Keyword.HELP):
            turn.note("help")
            turn.say(turn.clinic.say(turn.clinic.wording.help), TextKind.CONSENT)


def _meaning(turn: Turn, text: TextReceived) -> _Said:
    """What one text says here and now: the carrier's mark first, then an answer to our question, then the words."""
    reading = read(text.text)
    asked = turn.recall(_KEY)
    if asked == _PENDING and agrees(text.text):
        return _Said(text, Meaning.STOP, "phrase", "yes, when asked")
    if asked is not None and reading.meaning is Meaning.ASK:
        return _Said(text, Meaning.STOP, "phrase", reading.words)
    reading = heard(text.text, text.carrier_handled)
    return _Said(text, *reading)


def _is_conversation(said: _Said) -> bool:
    """Whether the text is more than a consent word that somebody has answered.

    "Start" of a contact who is subscribed already is talk, and so is a "yes", which some carriers mark as an opt-in:
    it answers whatever we asked last.
    """
    if said.meaning is Meaning.HELP:
        return False
    if said.meaning is Meaning.START:
        return said.text.carrier_handled is None or agrees(said.text.text)
    return True


def _answered(said: Sequence[_Said], keyword: Keyword) -> bool:
    return any(one.text.carrier_handled is keyword for one in said)


def _forget(turn: Turn) -> None:
    if turn.recall(_KEY) is not None:
        turn.add(Remember(_KEY, None))
