"""Hook specifications: how a plugin says what it brings, and how it may watch.

A plugin is a module (or object) named in the entry-point group ``deskbell``; its functions are marked with
`hookimpl`. Registration hooks are plain functions, called once at load. Observer hooks are ``async def``, run
beside the work, are timed out and isolated, and cannot change a turn.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

import pluggy

if TYPE_CHECKING:
    from deskbell.announcement import Announcement
    from deskbell.channel import Channel
    from deskbell.history import History
    from deskbell.knowledge import Knowledge
    from deskbell.llm import LLM
    from deskbell.payment import Payment
    from deskbell.stage import Stage
    from deskbell.standin import StandIn

PROJECT = "deskbell"
hookspec = pluggy.HookspecMarker(PROJECT)
hookimpl = pluggy.HookimplMarker(PROJECT)


@dataclass(frozen=True, slots=True)
class TurnReport:
    """A turn that was committed."""

    clinic: str
    conversation: int
    turn: int
    events: int
    texts: int
    milliseconds: float
    outcome: str


@dataclass(frozen=True, slots=True)
class SentText:
    """A text that the carrier took."""

    clinic: str
    conversation: int
    text_id: str
    channel: str
    author: str
    segments: int | None
    at: datetime


@dataclass(frozen=True, slots=True)
class StaffNotice:
    """Something the clinic's people should know. Holds no health details."""

    clinic: str
    conversation: int
    kind: str
    summary: str = field(repr=False)
    urgent: bool = False


class Registration:
    """Called once at load; each returns the classes that the plugin brings."""

    @hookspec
    def register_channels(self) -> Sequence[type[Channel[Any]]]:
        """Ways to reach people."""
        raise NotImplementedError

    @hookspec
    def register_payments(self) -> Sequence[type[Payment[Any]]]:
        """Ways to take deposits."""
        raise NotImplementedError

    @hookspec
    def register_llms(self) -> Sequence[type[LLM[Any]]]:
        """Language models."""
        raise NotImplementedError

    @hookspec
    def register_knowledge(self) -> Sequence[type[Knowledge[Any]]]:
        """Ways to search a clinic's documents."""
        raise NotImplementedError

    @hookspec
    def register_histories(self) -> Sequence[type[History[Any]]]:
        """Ways to keep the last lines of conversations near at hand."""
        raise NotImplementedError

    @hookspec
    def register_stages(self) -> Sequence[type[Stage[Any]]]:
        """Middlewares for pipelines."""
        raise NotImplementedError

    @hookspec
    def register_commands(self) -> Sequence[tuple[str, Any]]:
        """Commands for the command line, as (name, function or Typer app)."""
        raise NotImplementedError

    @hookspec
    def register_pages(self) -> Sequence[Any]:
        """Sanic blueprints to serve beside the webhooks."""
        raise NotImplementedError

    @hookspec
    def register_stand_ins(self) -> Sequence[type[StandIn]]:
        """Sandboxes that play the providers' HTTP APIs."""
        raise NotImplementedError


class Observers:
    """Async; called after the fact, each on its own, at most a few seconds."""

    @hookspec
    async def on_turn_finished(self, report: TurnReport) -> None:
        """A turn was committed."""

    @hookspec
    async def on_message_sent(self, message: SentText) -> None:
        """A carrier took a text."""

    @hookspec
    async def on_staff_notice(self, notice: StaffNotice) -> None:
        """The clinic's people are told something."""

    @hookspec
    async def on_announcement(self, announcement: Announcement) -> None:
        """Something happened that those outside may hear of."""
