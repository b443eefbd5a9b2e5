"""The stage contract: one middleware of a clinic's pipeline.

::

    class Greeter(Stage):
        name = "greeter"

        async def __call__(self, turn: Turn, call_next: CallNext) -> None:
            await call_next()              # inward: the stages written below this one in the YAML
            turn.say("Bye for now.")       # and back out again

Order comes from the YAML only: the first stage written is the outermost. A stage that does not call
`call_next` ends the turn there. `call_next` may be awaited at most once.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar, Generic, TypeVar

from deskbell.clinic import Clinic
from deskbell.knowledge import Knowledge
from deskbell.known import Line
from deskbell.llm import LLM
from deskbell.turn import Turn
from deskbell.types import Settings

CallNext = Callable[[], Awaitable[None]]
Transcript = Callable[[Turn, int], Awaitable[Sequence[Line]]]


@dataclass(frozen=True, slots=True)
class Traffic:
    """How many texts of ours went to a contact and from a clinic before this turn."""

    #: To the contact within the last hour, since staff last had the conversation.
    hour: int = 0
    #: To the contact within the last 24 hours.
    day: int = 0
    #: From the clinic to everybody within the last 24 hours; may be a minute old.
    clinic_day: int = 0


TrafficCount = Callable[[Turn], Awaitable[Traffic]]


@dataclass(frozen=True, slots=True)
class Usage:
    """What language models used up in the clinic's day so far."""

    tokens: int = 0
    #: Millionths of a dollar.
    cost_micros: int = 0
    #: Texts that a model worded.
    texts: int = 0


UsageCount = Callable[[Turn], Awaitable[Usage]]


#: When quiet hours end for an address, and with them a text waits that nobody asked for; None when it may leave.
QuietUntil = Callable[[str, datetime], datetime | None]


def never_quiet(address: str, now: datetime) -> datetime | None:
    """Where there are no quiet hours."""
    return None


async def no_usage(turn: Turn) -> Usage:
    """Where nobody counts."""
    return Usage()


async def _no_transcript(turn: Turn, limit: int) -> Sequence[Line]:
    return ()


async def no_traffic(turn: Turn) -> Traffic:
    """Where nobody counts."""
    return Traffic()


@dataclass(frozen=True, slots=True)
class StageContext:
    """What the runtime gives a stage of one clinic. All handles belong to this clinic alone."""

    clinic: Clinic
    #: The clinic's knowledge, or None when none is configured.
    knowledge: Knowledge[Any] | None = None
    #: The clinic's models in the order of its ladder, by binding key.
    models: Mapping[str, LLM[Any]] = field(default_factory=dict)
    #: Whether the clinic has a way to take deposits.
    takes_payments: bool = False
    #: Loads the last lines of the conversation before this turn, oldest first.
    transcript: Transcript = _no_transcript
    #: Counts what was sent lately, for caps.
    traffic: TrafficCount = no_traffic
    #: Counts what models used up today, for budgets.
    usage: UsageCount = no_usage
    #: For words that would not be true any more when a text that waits is read. The send gate asks by itself.
    quiet_until: QuietUntil = never_quiet


ConfigT = TypeVar("ConfigT", bound=Settings)


class Stage(Generic[ConfigT]):
    """A middleware. One instance serves all conversations of one clinic, concurrently: keep no state in it."""

    #: The word that pipelines write; lower-case, unique.
    name: ClassVar[str]
    Config: ClassVar[type[Any]] = Settings
    #: A sealed stage cannot be left out of a pipeline.
    sealed: ClassVar[bool] = False
    #: Names of stages that must stand inside (below) this one, where they are present; "*" is every stage but
    #: those that name this one in their own `outside_of`.
    outside_of: ClassVar[frozenset[str]] = frozenset()
    #: Why, in one sentence, for the error that a wrong pipeline gets.
    because: ClassVar[str] = ""

    def __init__(self, config: ConfigT, context: StageContext) -> None:
        self.config = config
        self.context = context

    async def __call__(self, turn: Turn, call_next: CallNext) -> None:
        raise NotImplementedError
