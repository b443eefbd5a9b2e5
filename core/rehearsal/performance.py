"""Playing one conversation: a real engine on a database of its own, a played carrier, a clock that is told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from time import perf_counter
from typing import Any
from uuid import uuid4

from core.engine.corrections import Corrections
from core.engine.live import LiveClinic
from core.rehearsal.expectations import unmet
from core.rehearsal.files import Rehearsal
from core.rehearsal.hostile import Hostile
from core.rehearsal.house import Lane, OpenClinic
from core.rehearsal.invariants import Scene, broken
from core.rehearsal.invariants.privacy import texts_a_card
from core.rehearsal.models import Casting, Model, Obedient, Scripted, Through, itself
from core.rehearsal.moment import KnownFact, Moment, Notice, Sent, State
from core.rehearsal.outcome import Fault, Outcome
from core.rehearsal.played import PlayedChannel, PlayedPayment
from core.rehearsal.script import Payment, Script, ScriptTurn, Staff
from core.store import deposits, mailbox, staff, turns
from core.store import rehearsal as store
from core.store.deposits import DepositRow
from deskbell import DeskbellError, InboundText, Media, MissedCall, Money, PaymentStatus, PaymentUpdate

_PATIENT = "+1212555{:04}"
_AUTHOR = "front desk"
_MOST = 1000


async def perform(
    rehearsal: Rehearsal,
    casting: Casting,
    clinic: OpenClinic,
    lane: Lane,
    place: int,
    seed: int = 0,
    through: Through = itself,
) -> Outcome:
    """Plays a conversation up to its first fault.

    `place` makes its patient somebody else than the others; by `seed` a hostile model does something else.
    """
    script = rehearsal.script
    reason = casting.reason_to_skip(script)
    if reason:
        return Outcome(rehearsal, casting, skipped=reason)
    started = perf_counter()
    played = _model(casting, clinic, script, seed)
    model = through(played) if played else None
    lane.clock.set(script.at.replace(tzinfo=clinic.plan.clinic.timezone))
    async with lane.serving(clinic, model) as live:
        stage = _Performance(live, lane, script.sender or _PATIENT.format(100 + place % 100), model)
        faults = await stage.play(script, wording=casting is not Casting.HOSTILE)
    calls = len(model.calls) if model else 0
    return Outcome(rehearsal, casting, stage.scene.moments, faults, perf_counter() - started, calls=calls)


def _model(casting: Casting, clinic: OpenClinic, script: Script, seed: int) -> Model | None:
    match casting:
        case Casting.OBEDIENT:
            return Obedient()
        case Casting.HOSTILE:
            return Hostile(clinic.plan.clinic.name, script.conversation, seed)
        case Casting.RULES:
            return None
        case _:
            return Scripted() if script.scripted else None


class _Performance:
    """One patient, one engine, one clock."""

    def __init__(self, live: LiveClinic, lane: Lane, patient: str, model: Model | None) -> None:
        self._live = live
        self._engine = lane.engine
        self._database = lane.database
        self._clock = lane.clock
        self._channel = _played(live)
        self._channel.outbound.clear()
        self._payment = next(iter(live.payments.values()), None)
        if isinstance(self._payment, PlayedPayment):
            self._payment.begin()
        self._patient = patient
        self._model = model
        self._seen = _Seen()
        self.scene = Scene(live.plan, patient)

    async def play(self, script: Script, *, wording: bool) -> Sequence[Fault]:
        for number, turn in enumerate(script.turns, 1):
            moment = await self._turn(number, turn)
            self.scene.sins = self._model.sins if self._model else set()
            faults = [*unmet(moment, wording=wording), *broken(self.scene, moment)]
            self.scene.moments.append(moment)
            if faults:
                return faults
        return ()

    async def _turn(self, number: int, turn: ScriptTurn) -> Moment:
        before = self._seen.state
        if self._model:
            self._model.cue(turn.model)
        calls = len(self._model.calls) if self._model else 0
        at = self._clock.now()
        refused = await self._happens(turn)
        await self._settle()
        seen = await self._look(turn)
        return Moment(
            number=number,
            script=turn,
            at=at,
            said=turn.patient or (),
            texted=self._channel.address,
            before=before,
            after=self._seen.state,
            calls=tuple(self._model.calls[calls:]) if self._model else (),
            refused=refused,
            live_links=len(self._payment.live) if isinstance(self._payment, PlayedPayment) else 0,
            links=tuple(self._payment.asked) if isinstance(self._payment, PlayedPayment) else (),
            **seen,
        )

    # ---- what happens ------------------------------------------------------------------------------------------

    async def _happens(self, turn: ScriptTurn) -> str:
        """Does what the script says; returns why it was not possible, if it was not."""
        if turn.missed_call:
            await self._calls()
        if turn.patient is not None:
            await self._texts(turn)
        elif turn.wait is not None:
            zone = self._live.plan.clinic.timezone
            wait = turn.wait
            until = wait.replace(tzinfo=zone) if isinstance(wait, datetime) else self._clock.now() + wait
            return await self._wait(until)
        elif turn.staff is not None:
            return await self._staff(turn.staff)
        elif turn.payment is not None:
            return await self._pays(turn.payment)
        return ""

    async def _pays(self, payment: Payment) -> str:
        """What becomes of the newest deposit; returns why nothing can, if so."""
        if not self._payment:
            return "the clinic has no way to take payments"
        async with self._database.connection() as connection:
            found = await deposits.listing(connection, self._live.id, limit=1)
        if not found or found[0].order_id is None:
            return "there is no payment link yet"
        if payment.status == "expired":
            return await self._wait(found[0].moved_at + self._live.plan.payment_links.expire_after)
        for time in range(payment.times):
            news = _reported(payment, found[0], self._clock.now(), time)
            await self._engine.intake.accept_payments(self._live, self._payment, [news])
        return ""

    async def _calls(self) -> None:
        event = MissedCall(uuid4().hex, self._patient, self._channel.address, self._clock.now())
        await self._engine.intake.accept(self._live, self._channel, [event])

    async def _texts(self, turn: ScriptTurn) -> None:
        media = tuple(Media(f"http://127.0.0.1/{place}", kind) for place, kind in enumerate(turn.media))
        for place, text in enumerate(turn.patient or ()):
            event = InboundText(
                uuid4().hex,
                self._patient,
                self._channel.address,
                text,
                self._clock.now(),
                media=media if place == 0 else (),
                carrier_handled=turn.carrier_handled,
            )
            await self._engine.intake.accept(self._live, self._channel, [event])

    async def _staff(self, act: Staff) -> str:
        """What a member of staff does; returns why it was refused, if it was."""
        conversation = await self._conversation()
        if conversation is None:
            return "there is no conversation before the patient has written or called"
        try:
            await self._act(act, conversation)
        except DeskbellError as error:
            return str(error)
        return ""

    async def _act(self, act: Staff, conversation: int) -> None:
        takeover, clinic = self._engine.takeover, self._live.plan.clinic
        if act.reply is not None:
            await takeover.reply(clinic.id, conversation, _AUTHOR, act.reply)
        elif act.take:
            await takeover.take(clinic.id, conversation, _AUTHOR)
        elif act.release:
            await takeover.release(clinic.id, conversation, _AUTHOR)
        else:
            corrections = Corrections(self._database, self._engine.queue, self._clock)
            for name, value in (act.correct or {}).items():
                await corrections.correct(clinic, conversation, _AUTHOR, name, value)

    async def _wait(self, until: datetime) -> str:
        """Lets time pass; whatever comes due on the way happens at its own time. Returns why it could not."""
        if until < self._clock.now():
            return "the moment to wait for is past already"
        for _ in range(_MOST):
            async with self._database.connection() as connection:
                due = await store.next_due(connection)
            if due is None or due > until:
                self._clock.set(max(self._clock.now(), until))
                return ""
            self._clock.set(max(self._clock.now(), due))
            await self._engine.sweeper.fire_timers()
            await self._engine.sweeper.send_due()
            await self._engine.cashier.sweep()
            await self._settle()
        return f"more than {_MOST} things came due on the way: something sets itself again and again"

    async def _settle(self) -> None:
        """Runs turns until the mailbox is empty."""
        conversation = await self._conversation()
        while conversation is not None:
            async with self._database.connection() as connection:
                snapshot = await mailbox.load(connection, self._live.id, conversation)
            if snapshot is None or snapshot.arrived == snapshot.handled:
                return
            self._clock.set(max(self._clock.now(), snapshot.settles_at or self._clock.now()))
            attempts = 0
            while (again := await self._engine.turns.handle(self._live.id, conversation, attempts)) is not None:
                self._clock.advance(again.total_seconds())
                attempts += 1

    # ---- what came of it ---------------------------------------------------------------------------------------

    async def _conversation(self) -> int | None:
        async with self._database.connection() as connection:
            return await store.conversation_of(connection, self._live.id, self._patient)

    async def _look(self, turn: ScriptTurn) -> dict[str, Any]:
        """What is new since the last look, and how the conversation stands now."""
        conversation = await self._conversation()
        if conversation is None:
            return {"sent": (), "turns": (), "notices": ()}
        clinic = self._live.id
        async with self._database.connection() as connection:
            snapshot = await mailbox.load(connection, clinic, conversation)
            ran = await turns.latest(connection, clinic, conversation, _MOST)
            told = await staff.notices(connection, clinic, conversation)
            texts = {str(row["key"]): row for row in await store.outgoing(connection, clinic, conversation)}
            stored = await store.everything(connection) if texts_a_card(turn.patient or ()) else ""
        outbound = self._channel.outbound[self._seen.texts :]
        new = {
            "sent": tuple(_sent(text, texts.get(text.id), self._channel) for text in outbound),
            "turns": tuple(dict(row) for row in ran[self._seen.turns :]),
            "notices": tuple(Notice(row["kind"], row["summary"], row["urgent"]) for row in told[self._seen.notices :]),
            "stored": stored,
        }
        self._seen.texts += len(outbound)
        self._seen.turns, self._seen.notices = len(ran), len(told)
        if snapshot is not None:
            self._seen.state = _state(snapshot)
        return new


def _played(live: LiveClinic) -> PlayedChannel:
    """The clinic's first channel; all of them are played."""
    channel = next(iter(live.channels.values()))
    assert isinstance(channel, PlayedChannel)  # noqa: S101 - `cast` sees to it
    return channel


class _Seen:
    """How far the looks have come."""

    def __init__(self) -> None:
        self.texts = 0
        self.turns = 0
        self.notices = 0
        self.state = State()


def _sent(text: Any, row: Mapping[str, Any] | None, channel: Any) -> Sent:
    known = row or {"kind": "unknown", "author": "unknown", "turn": None}
    return Sent(
        text=text.text,
        sender=text.sender,
        to=text.to,
        binding=channel.context.binding,
        kind=known["kind"],
        author=known["author"],
        turn=known["turn"],
    )


def _reported(payment: Payment, deposit: DepositRow, now: datetime, time: int) -> PaymentUpdate:
    """The provider's news, a further time under another name."""
    status = PaymentStatus(payment.status)
    return PaymentUpdate(
        event_id=uuid4().hex,
        payment_id=f"payment-{deposit.id}",
        status=status,
        amount=Money(payment.cents or deposit.cents, deposit.currency),
        at=now,
        order_id=deposit.order_id or "",
        refund_id=f"refund-{deposit.id}" if status is PaymentStatus.REFUNDED else None,
    )


def _state(snapshot: mailbox.Snapshot) -> State:
    return State(
        facts={name: KnownFact(value, evidence, by) for _, name, value, evidence, by, _ in snapshot.facts},
        request=snapshot.request_status,
        led_by=snapshot.owner,
        opted_out=snapshot.opted_out,
        events=snapshot.arrived,
        deposit=snapshot.deposit[2] if snapshot.deposit else None,
        link=snapshot.deposit[5] if snapshot.deposit else "",
    )
