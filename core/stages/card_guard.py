"""Answers a card number, which intake has cut out already: not by text, and how instead. The rest goes on."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import ClassVar

from pydantic import Field

from core.receptionist.cards import CUT, cut_cards, cut_digits, split_card
from core.stages.emergency import EmergencyLine
from deskbell import CallNext, Say, Settings, Stage, TextKind, TextReceived, Turn, Withhold

#: What people write around a card number; a text of nothing else asks for no other answer.
_AROUND = re.compile(
    r"\b(?:here(?:'s| is)?|it(?:'s| is)?|this is|my|the|a|card|credit|debit|number|num|no|is|visa|master ?card|amex|"
    r"american express|discover|exp(?:iry|iration|ires)?|date|cvv|cvc|code|security|zip|on|use|charge|for|to|pay|"
    r"please|pls|thanks|thank you|you|can|hi|hello|and|name|deposit|with|ok|okay|sure|yes)\b",
    re.IGNORECASE,
)


class CardGuardConfig(Settings):
    """Settings of the `card_guard` stage."""

    answer: str = Field(
        default="For your safety, please don't text card details: we have removed them. "
        "We take cards in person or through a secure link that we send you.",
        min_length=20,
        max_length=320,
        description="What a patient who texts a card number is told.",
    )


class CardGuard(Stage[CardGuardConfig]):
    """Puts the answer in front of whatever the stages inside say, as one text."""

    name: ClassVar[str] = "card_guard"
    Config = CardGuardConfig
    sealed: ClassVar[bool] = True
    outside_of: ClassVar[frozenset[str]] = frozenset({"emergency", "history", "assistant"})
    because: ClassVar[str] = "card numbers must be taken care of before anything else reads the text"

    async def __call__(self, turn: Turn, call_next: CallNext) -> None:
        cut = _with_cards(turn)
        for text in cut:
            shown = turn.shown(text)
            turn.add(Withhold(text.seq, "card", cut_cards(shown)[0] if text.card_removed else cut_digits(shown)))
        if not cut or _says_more(turn):
            await call_next()
        if cut and not any(say.by == EmergencyLine.name for say in turn.replies):
            turn.note("card_removed", texts=len(cut))
            self._answer(turn)

    def _answer(self, turn: Turn) -> None:
        first = next((say for say in turn.replies if say.kind is TextKind.REPLY), None)
        if first is None:
            turn.add(Say(self.config.answer, by=self.name))
        else:
            turn.rewrite(lambda say: replace(say, text=f"{self.config.answer} {say.text}") if say is first else say)


def with_split_card(turn: Turn) -> list[TextReceived]:
    """The texts that hold a card only together; the commit cuts their digits out of what is stored."""
    return turn.texts if split_card([text.text for text in turn.texts]) else []


def _with_cards(turn: Turn) -> list[TextReceived]:
    """The texts a card was cut from; all of them where a card only shows when they are read as one."""
    marked = [text for text in turn.texts if text.card_removed]
    return marked or with_split_card(turn)


def _says_more(turn: Turn) -> bool:
    """Whether anything but the card is in the turn's events."""
    if len(turn.texts) < len(turn.events):
        return True
    words, _ = cut_cards(" ".join(text.text for text in turn.texts))
    rest = _AROUND.sub(" ", words.replace(CUT, " ").replace("’", "'"))
    return re.search(r"[^\W\d_]{2,}", rest) is not None
