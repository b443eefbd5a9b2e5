"""Turns: load what is known, run the pipeline, commit what it wants, send. The heart of the engine."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from time import perf_counter

from core import log, metrics
from core.engine.announcing.audience import Audience
from core.engine.corrections import keep_corrections, known_facts
from core.engine.deposits.cashier import Cashier
from core.engine.deposits.news import current_deposit, keep_deposits
from core.engine.events import TEXT, decode, said
from core.engine.fold import fold
from core.engine.live import Directory, LiveClinic
from core.engine.outbox import Outbox
from core.engine.promises import keep_promises
from core.engine.queue import WakeQueue
from core.engine.steps import OnStep, Step, pass_by
from core.receptionist.consent_words import stop_among
from core.receptionist.promises import keep_promise
from core.store import mailbox, turns
from core.store.database import Database
from core.store.mailbox import Snapshot
from core.store.turns import Commit, Committed
from deskbell import (
    Clock,
    Contact,
    Effect,
    HandOver,
    NotifyStaff,
    RecordConsent,
    RequestStatus,
    StaffNotice,
    Turn,
    TurnReport,
)

logger = log.get(__name__)

#: A clinic that is not loaded (its file is broken, its plugin is missing) keeps its mail; asked again after this.
_NOT_SERVED = timedelta(seconds=30)

#: What the output guard and those who word drafts note of a text that broke a rule.
_REFUSED = frozenset({"blocked", "draft_refused"})

OnReport = Callable[[TurnReport, Sequence[StaffNotice]], Awaitable[None]]
#: Told of every turn that ran its pipeline and was committed.
OnCommitted = Callable[[Turn, Committed], None]


def _nobody(turn: Turn, committed: Committed) -> None:
    """Where nobody need know."""


class Turns:
    """Runs one turn at a time for each conversation, any number of conversations at once."""

    def __init__(
        self,
        database: Database,
        queue: WakeQueue,
        directory: Directory,
        outbox: Outbox,
        cashier: Cashier,
        clock: Clock,
        *,
        audience: Audience,
        on_report: OnReport,
        on_committed: OnCommitted = _nobody,
        on_step: OnStep = pass_by,
    ) -> None:
        self._database = database
        self._queue = queue
        self._directory = directory
        self._outbox = outbox
        self._cashier = cashier
        self._clock = clock
        self._audience = audience
        self._on_report = on_report
        self._on_committed = on_committed
        self._on_step = on_step

    async def handle(self, clinic: str, conversation: int, attempts: int) -> timedelta | None:
        """Runs a wake. Returns when to try again, None when it is done with."""
        live = self._directory.clinic(clinic)
        if live is None:
            logger.warning("clinic not served", clinic=clinic, next=f"its mail waits; tried again in {_NOT_SERVED}")
            return _NOT_SERVED
        async with self._database.connection() as connection:
            snapshot = await mailbox.load(connection, clinic, conversation)
        if snapshot is None or snapshot.arrived == snapshot.handled:
            return None
        if await self._still_typing(snapshot):
            return None
        self._on_step(Step.TURN_LOADED)
        try:
            committed = await self.run(live, snapshot)
        except Exception as error:  # noqa: BLE001 - a stage may raise anything; retried, then parked
            return await self._failed(live, snapshot, attempts, error)
        if committed:
            await self._outbox.drain(clinic, conversation)
        if committed and committed.deposits:
            await self._cashier.serve(clinic, conversation)
        return None

    async def _still_typing(self, snapshot: Snapshot) -> bool:
        """While the burst goes on, the wake is put off rather than answered."""
        if snapshot.settles_at is None:
            return False
        wait = snapshot.settles_at - self._clock.now()
        if wait <= timedelta():
            return False
        async with self._database.connection() as connection:
            await self._queue.wake(connection, snapshot.clinic, snapshot.conversation, wait)
        return True

    async def run(self, live: LiveClinic, snapshot: Snapshot) -> Committed | None:
        """One turn, from snapshot to commit. None when somebody else was faster: its work is void."""
        started = perf_counter()
        turn = self._begin(live, snapshot)
        keep_corrections(turn)
        keep_deposits(turn, live.plan.payment_links)
        keep_promises(turn, live.plan.staff)
        async with asyncio.timeout(live.plan.turns.deadline.total_seconds()):
            stages = await live.pipeline.run(turn)
        keep_promise(turn)
        elapsed = perf_counter() - started
        work = fold(
            turn,
            snapshot,
            outcome="done",
            milliseconds=elapsed * 1000,
            stages=stages,
            payment=live.payment,
            wanted=self._audience.wanted(live),
        )
        self._on_step(Step.BEFORE_COMMIT)
        committed = await self._commit(work)
        self._on_step(Step.AFTER_COMMIT)
        if committed is None:
            metrics.turns.labels(live.id, "discarded").inc()
            logger.warning("turn discarded", clinic=live.id, conversation=snapshot.conversation, why="overtaken")
            return None
        self._on_committed(turn, committed)
        await self._report(live, snapshot, turn, committed, elapsed, stages)
        return committed

    async def _commit(self, work: Commit) -> Committed | None:
        """Writes the turn, and the next wake when more came meanwhile."""
        async with self._database.connection() as connection:
            # Nearly always nothing came: then one statement is all, without the two round trips of a transaction.
            committed = await turns.commit(connection, work, unless_awake=True)
        if committed:
            return committed
        async with self._database.transaction() as connection:
            committed = await turns.commit(connection, work)
            if committed and committed.awake:
                wait = (committed.settles_at - self._clock.now()) if committed.settles_at else timedelta()
                await self._queue.wake(connection, work.clinic, work.conversation, wait)
        return committed

    def _begin(self, live: LiveClinic, snapshot: Snapshot) -> Turn:
        return Turn(
            clinic=live.plan.clinic,
            contact=Contact(snapshot.contact, snapshot.kind, snapshot.address, snapshot.opted_out),
            conversation=snapshot.conversation,
            owner=snapshot.owner,
            now=self._clock.now(),
            events=tuple(decode(row) for row in snapshot.events),
            known=known_facts(snapshot),
            request=RequestStatus(snapshot.request_status) if snapshot.request_status else None,
            memory=snapshot.memory,
            edition=snapshot.edition,
            deposit=current_deposit(snapshot),
            stage="engine",
        )

    async def _report(
        self,
        live: LiveClinic,
        snapshot: Snapshot,
        turn: Turn,
        committed: Committed,
        elapsed: float,
        stages: dict[str, float],
    ) -> None:
        metrics.turns.labels(live.id, "done").inc()
        metrics.turn_seconds.labels(live.id).observe(elapsed)
        for name, milliseconds in stages.items():
            metrics.stage_seconds.labels(live.id, name).observe(milliseconds / 1000)
        for note in turn.notes:
            metrics.decisions.labels(live.id, note.stage, note.decision).inc()
            if note.decision in _REFUSED and "rule" in note.details:
                by = note.details.get("by") or note.details.get("rung", "")
                metrics.blocked_texts.labels(live.id, note.details["rule"], by).inc()
        report = TurnReport(
            clinic=live.id,
            conversation=snapshot.conversation,
            turn=committed.turn,
            events=len(turn.events),
            texts=committed.texts,
            milliseconds=elapsed * 1000,
            outcome="done",
        )
        notices = [notice for effect in turn.effects if (notice := _notice(live.id, snapshot.conversation, effect))]
        await self._on_report(report, notices)

    # ---- when a turn fails -------------------------------------------------------------------------------------

    async def _failed(self, live: LiveClinic, snapshot: Snapshot, attempts: int, error: Exception) -> timedelta | None:
        """Tries again with back-off; after the last attempt parks the events and tells staff."""
        logger.error(
            "turn failed",
            clinic=live.id,
            conversation=snapshot.conversation,
            attempt=attempts + 1,
            error=type(error).__name__,
            where=_where(error),
        )
        metrics.turns.labels(live.id, "failed").inc()
        if attempts + 1 < live.plan.turns.attempts:
            return timedelta(seconds=2**attempts)
        await self._park(live, snapshot, error)
        return None

    async def _park(self, live: LiveClinic, snapshot: Snapshot, error: Exception) -> None:
        """Frees the mailbox of events that no turn survives; they stay visible, and a person is told.

        The patient gets no automatic line: without the stages nobody has checked for an emergency. A STOP among them
        is obeyed all the same.
        """
        turn = self._begin_blank(live, snapshot)
        _obey_stop(turn, snapshot)
        turn.add(NotifyStaff("parked", "A text could not be answered automatically: please reply.", urgent=True))
        turn.note("parked", error=type(error).__name__, where=_where(error))
        wanted = self._audience.wanted(live)
        work = fold(turn, snapshot, outcome="parked", milliseconds=0.0, stages={}, wanted=wanted)
        async with self._database.transaction() as connection:
            committed = await turns.commit(connection, turns.as_parked(work))
            if committed and committed.awake:
                await self._queue.wake(connection, live.id, snapshot.conversation, timedelta())
        if committed:
            await self._report(live, snapshot, turn, committed, 0.0, {})

    def _begin_blank(self, live: LiveClinic, snapshot: Snapshot) -> Turn:
        """A turn without its events, for they may be what cannot be read."""
        return Turn(
            clinic=live.plan.clinic,
            contact=Contact(snapshot.contact, snapshot.kind, snapshot.address, snapshot.opted_out),
            conversation=snapshot.conversation,
            owner=snapshot.owner,
            now=self._clock.now(),
            events=(),
            stage="engine",
        )


def _obey_stop(turn: Turn, snapshot: Snapshot) -> None:
    """Records an opt-out that no stage came to see, without a word."""
    texts = [(seq, body) for seq, kind, _, body in snapshot.events if kind == TEXT]
    stop = stop_among([said(body) for _, body in texts])
    if stop and not snapshot.opted_out:
        place, reading = stop
        turn.add(RecordConsent(True, texts[place][0], reading.source, reading.words))


def _notice(clinic: str, conversation: int, effect: Effect) -> StaffNotice | None:
    """What an effect tells the clinic's people, if anything."""
    match effect:
        case NotifyStaff():
            return StaffNotice(clinic, conversation, effect.kind, effect.summary, effect.urgent)
        case HandOver():
            return StaffNotice(clinic, conversation, effect.kind, effect.reason, effect.urgent)
        case _:
            return None


def _where(error: BaseException) -> str:
    """File and line where it broke: enough to find it, none of the data that broke it."""
    trace = error.__traceback__
    while trace and trace.tb_next:
        trace = trace.tb_next
    return f"{trace.tb_frame.f_code.co_filename.rsplit('/', 1)[-1]}:{trace.tb_lineno}" if trace else "unknown"
