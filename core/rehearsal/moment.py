"""What one turn of a conversation test did: what was said, what left the process, what is stored now."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from core.rehearsal.script import ScriptTurn
from deskbell import Draft, LinkRequest, Prompt


@dataclass(frozen=True, slots=True)
class KnownFact:
    """A fact as it is stored."""

    value: Any = field(repr=False)
    evidence: int
    by: str

    @property
    def shown(self) -> str:
        """The value as people read it."""
        if isinstance(self.value, Mapping):
            return str(self.value.get("text", self.value))
        return str(self.value or "")


@dataclass(frozen=True, slots=True)
class State:
    """A conversation as it stands."""

    facts: Mapping[str, KnownFact] = field(default_factory=dict)
    request: str | None = None
    led_by: Literal["bot", "staff"] = "bot"
    opted_out: bool = False
    #: Where the newest request's deposit stands, and where it is paid.
    deposit: str | None = None
    link: str = ""
    #: `seq` of the last event that was stored.
    events: int = 0

    def known(self, name: str) -> str:
        """A field in words, empty when it is unknown; ``name`` is the first and the last name."""
        if name == "name":
            return " ".join(part for part in (self.known("first_name"), self.known("last_name")) if part)
        fact = self.facts.get(name)
        return fact.shown if fact else ""


@dataclass(frozen=True, slots=True)
class Sent:
    """A text that left the process."""

    text: str = field(repr=False)
    sender: str
    to: str = field(repr=False)
    binding: str
    kind: str
    author: str
    #: The turn that wrote it; None for a text that no turn wrote.
    turn: int | None


@dataclass(frozen=True, slots=True)
class Notice:
    kind: str
    summary: str
    urgent: bool


@dataclass(frozen=True, slots=True)
class Call:
    """One call of the model."""

    prompt: Prompt = field(repr=False)
    #: None when it failed.
    draft: Draft | None = field(repr=False)


@dataclass(frozen=True, slots=True)
class Moment:
    """One turn of a script, played."""

    number: int
    script: ScriptTurn
    at: datetime
    #: What the patient wrote, and the number they wrote to.
    said: tuple[str, ...]
    texted: str
    sent: tuple[Sent, ...]
    #: Rows of the turns that ran, with their traces.
    turns: tuple[Mapping[str, Any], ...]
    notices: tuple[Notice, ...]
    calls: tuple[Call, ...]
    before: State
    after: State
    #: Why the turn could not be played as it is written; empty when it could.
    refused: str = ""
    #: Payment links that can be paid now.
    live_links: int = 0
    #: All that payment providers were asked for so far.
    links: tuple[LinkRequest, ...] = field(default=(), repr=False)
    #: All that the database holds, where a card number was texted.
    stored: str = field(default="", repr=False)

    @property
    def replies(self) -> tuple[Sent, ...]:
        """What the bot sent to the patient."""
        return tuple(sent for sent in self.sent if sent.author == "bot")

    @property
    def heard(self) -> str:
        """All that the patient got, as one text."""
        return " ".join(sent.text for sent in self.sent)

    @property
    def decisions(self) -> tuple[Mapping[str, Any], ...]:
        return tuple(decision for turn in self.turns for decision in turn["trace"]["decisions"])

    @property
    def effects(self) -> tuple[str, ...]:
        return tuple(effect for turn in self.turns for effect in turn["trace"]["effects"])

    @property
    def step(self) -> Mapping[str, Any] | None:
        """What the planner decided last, None when it was not asked."""
        steps = [one.get("details", {}) for one in self.decisions if one["decision"] == "step"]
        return steps[-1] if steps else None
