"""Staff are told what they should know: once, by every means they named, and again while nobody acts."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import pytest
import structlog
from pydantic import SecretStr

from core.config.catalogue import new_manager
from core.config.staff import Staff
from core.engine.engine import Engine
from core.engine.live import LiveClinic
from core.engine.paging.mail import SmtpMailer
from core.engine.pipeline import Pipeline
from core.observers import ObserverCalls
from core.store.database import Database
from deskbell import (
    CallNext,
    ChannelConfig,
    DeliveryStatus,
    DeliveryUpdate,
    Effect,
    HandOver,
    Hours,
    ManualClock,
    Misconfigured,
    NotifyStaff,
    OptedOut,
    OutboundText,
    OutcomeUnknown,
    ProviderContext,
    RetryLater,
    SendReceipt,
    Settings,
    Stage,
    StageContext,
    TextReceived,
    Turn,
    Undeliverable,
)
from tests.conftest import CLINIC, bare_plan
from tests.integration.engine.conftest import Wire, World
from tests.smtp_server import MailServer, mail_server

DESK, SECOND = "+12125550150", "+12125550151"
MAILBOX = "desk@harborskin.example"
STAFF = {
    "sms": [DESK],
    "email": [MAILBOX],
    "notify": ["lead", "reply_waiting"],
    "not_urgent": "at_once",
    "raise_again": {"after": "30m", "times": 2},
    "promise_due": "urgent",
    "texts_an_hour": 20,
}
PERSON = HandOver("Asked for a person: Dana Cole, Botox, Tue after 4 pm", kind="person")
EMERGENCY = HandOver("A patient's text may be an emergency", kind="emergency", urgent=True)
LEAD = NotifyStaff("lead", "New request: Dana Cole, Botox")


class Doing(Stage[Settings]):
    """Appends the effects that stand in its script for each text, and the takeover stage's notice when staff lead."""

    name = "doing"
    script: dict[str, list[Effect]] = {}

    async def __call__(self, turn: Turn, call_next: CallNext) -> None:
        for event in turn.events:
            if isinstance(event, TextReceived):
                if turn.owner == "staff":
                    turn.add(NotifyStaff("reply_waiting", "A patient you are talking with has texted."))
                else:
                    turn.effects += self.script.get(event.text, [])


class Desk(World):
    """A world whose patients' texts are names of what a turn does."""

    def staffed(self, **changes: Any) -> None:
        """The clinic's staff from now on."""
        staff = Staff.model_validate({**STAFF, **changes})
        self.live = LiveClinic(
            replace(self.live.plan, staff=staff), self.live.channels, None, Pipeline([Doing(Settings(), _CONTEXT)])
        )
        self.engine.directory.swap({"harbor": self.live})

    def open(self, hours: dict[str, Any]) -> None:
        clinic = CLINIC.model_copy(update={"hours": Hours.model_validate(hours)})
        self.live = replace(self.live, plan=replace(self.live.plan, clinic=clinic))
        self.engine.directory.swap({"harbor": self.live})

    async def happens(self, *effects: Effect, sender: str = "+12125550111") -> None:
        """A turn with these effects, and what the pager makes of it."""
        text = f"text {self.heard}"
        Doing.script = {text: list(effects)}
        await self.hear(text, sender)
        await self.settle()
        await self.page()

    async def page(self, minutes: float = 0) -> None:
        """Time passes, and every worker's pager looks once."""
        self.clock.advance(minutes * 60)
        pager = self.engine.pager
        sending = (pager.deliveries.send_texts, pager.deliveries.send_mails)
        for act in (pager.plan, pager.raise_again, *sending, pager.deliveries.reconcile, *sending):
            await act()

    @property
    def paged(self) -> list[str]:
        """The texts that staff's phones got."""
        return [text.text for text in self.wire.taken if text.to in (DESK, SECOND)]

    async def states(self, means: str = "sms") -> list[tuple[str, str]]:
        rows = await self.rows("SELECT status, reason FROM notice_delivery WHERE means = $1 ORDER BY id", means)
        return [(row["status"], row["reason"] or "") for row in rows]


_CONTEXT = StageContext(CLINIC)
MakeDesk = Callable[..., Desk]


def make_desk(database: Database, clock: ManualClock, mailer: SmtpMailer | None, wire: Wire | None = None) -> Desk:
    engine = Engine(
        database,
        clock,
        ObserverCalls(new_manager()),
        wall=clock,
        random=Random(7),
        mailer=mailer,
        public_url="https://desk.example",
    )
    wire = wire or Wire(ChannelConfig(), ProviderContext("harbor", "harbor-main", "http://127.0.0.1/"))
    desk = Desk(database, engine, clock, wire, LiveClinic(bare_plan(), {"harbor-main": wire}, None, Pipeline([])))
    desk.staffed()
    return desk


@pytest.fixture
async def post() -> AsyncIterator[MailServer]:
    async with mail_server() as server:
        yield server


@pytest.fixture
async def desk(database: Database, clock: ManualClock, post: MailServer) -> AsyncIterator[Desk]:
    mailer = SmtpMailer(SecretStr(f"smtp://127.0.0.1:{post.port}"), "bell@desk.example", clock, step_seconds=2)
    made = make_desk(database, clock, mailer)
    yield made
    await made.engine.stop(timedelta(seconds=1))


# ---- what is told, and to whom -----------------------------------------------------------------------------------


async def test_a_hand_over_is_told_by_text_and_by_e_mail_once_each(desk: Desk, post: MailServer) -> None:
    await desk.happens(PERSON)
    for _ in range(3):
        await desk.page(5)
    assert len(desk.paged) == 1
    assert desk.paged[0].startswith(
        "Harbor: Asked for a person: Dana Cole, Botox, Tue after 4 pm. https://desk.example/n/"
    )
    assert [letter["Subject"] for letter in post.letters] == [
        "Harbor: Asked for a person: Dana Cole, Botox, Tue after 4 pm"
    ]
    assert post.letters[0]["To"] == MAILBOX


async def test_the_link_leads_to_the_conversation_and_tells_nothing_of_it(desk: Desk) -> None:
    await desk.happens(PERSON)
    token = desk.paged[0].rsplit("/", 1)[-1]
    row = (await desk.rows("SELECT token, conversation FROM notice"))[0]
    assert token == row["token"]
    assert len(token) == 12


async def test_no_number_of_a_patient_leaves_with_a_notice(desk: Desk, post: MailServer) -> None:
    await desk.happens(HandOver("Asked for a person: Dana Cole, call 212-555-0111", kind="person"))
    for told in (desk.paged[0], post.letters[0].get_content(), post.letters[0]["Subject"]):
        assert "Dana Cole" in told
        assert "212-555-0111" not in told


async def test_one_turn_is_told_once_by_its_gravest_notice(desk: Desk) -> None:
    await desk.happens(LEAD, NotifyStaff("picture", "Sent a picture"), PERSON)
    assert len(desk.paged) == 1
    assert "Asked for a person" in desk.paged[0]


async def test_one_turn_is_told_once_whatever_others_commit_in_between(desk: Desk) -> None:
    for conversation, turn, kind, handed_over in ((1, 1, "lead", False), (2, 2, "lead", False), (1, 1, "person", True)):
        await desk.rows(
            """
            INSERT INTO notice (clinic, conversation, turn, kind, summary, urgent, handed_over, at)
            VALUES ('harbor', $1, $2, $3, $3, false, $4, $5)
            """,
            conversation,
            turn,
            kind,
            handed_over,
            desk.clock.now(),
        )
    await desk.page()
    assert sorted(text.split(": ")[1].split(".")[0] for text in desk.paged) == ["lead", "person"]


async def test_what_nobody_asked_for_is_not_told_and_what_must_be_acted_on_always_is(desk: Desk) -> None:
    desk.staffed(notify="urgent")
    await desk.happens(LEAD)
    await desk.happens(NotifyStaff("aftercare", "Wrote about a treatment", urgent=True), sender="+12125550112")
    await desk.happens(PERSON, sender="+12125550113")
    assert [text.split(": ")[1] for text in desk.paged] == ["URGENT", "Asked for a person"]
    desk.staffed(notify="all")
    await desk.happens(NotifyStaff("picture", "Sent a picture"), sender="+12125550114")
    assert "Sent a picture" in desk.paged[-1]


async def test_everybody_who_is_named_is_told(desk: Desk) -> None:
    desk.staffed(sms=[DESK, SECOND, DESK], email=[])
    await desk.happens(PERSON)
    assert sorted(text.to for text in desk.wire.taken) == [DESK, SECOND]


async def test_where_nobody_is_named_that_is_an_error_for_the_operator(desk: Desk) -> None:
    desk.staffed(sms=[], email=[])
    with structlog.testing.capture_logs() as logs:
        await desk.happens(PERSON)
        await desk.page(60)
    assert [log["event"] for log in logs if log["log_level"] == "error"] == ["nobody to tell"]


# ---- once, and again while nobody acts ---------------------------------------------------------------------------


async def test_a_conversation_that_was_handed_over_is_told_once_and_not_with_every_text(desk: Desk) -> None:
    await desk.happens(PERSON)
    for _ in range(4):
        await desk.happens()
    assert len(desk.paged) == 1
    assert await desk.value("SELECT count(*) FROM notice WHERE kind = 'reply_waiting'") == 4


async def test_after_staff_have_replied_the_patients_next_text_is_told_once(desk: Desk) -> None:
    await desk.happens(PERSON)
    conversation = await desk.value("SELECT id FROM conversation")
    await desk.engine.takeover.reply("harbor", conversation, "rosa", "Rosa here")
    await desk.settle()
    await desk.happens()
    await desk.happens()
    assert len(desk.paged) == 2
    assert "has texted" in desk.paged[1]


async def test_while_nobody_acts_it_is_raised_again_and_then_no_more(desk: Desk, post: MailServer) -> None:
    await desk.happens(PERSON)
    for _ in range(12):
        await desk.page(15)
    assert len(desk.paged) == 3
    assert all("Still waiting since Mon 10 am: Asked for a person" in text for text in desk.paged[1:])
    assert len(post.letters) == 3
    assert len({letter["Message-ID"] for letter in post.letters}) == 3


@pytest.mark.parametrize("act", ["reply", "take", "release", "seen"])
async def test_whatever_staff_do_ends_it(desk: Desk, act: str) -> None:
    await desk.happens(PERSON)
    conversation = await desk.value("SELECT id FROM conversation")
    takeover = desk.engine.takeover
    match act:
        case "reply":
            await takeover.reply("harbor", conversation, "rosa", "Rosa here")
        case "seen":
            assert await takeover.seen("harbor", conversation) == 1
        case _:
            await getattr(takeover, act)("harbor", conversation, "rosa")
    for _ in range(6):
        await desk.page(30)
    assert len(desk.paged) == 1


async def test_a_delivery_that_still_waits_when_staff_act_is_dropped(desk: Desk) -> None:
    desk.staffed(email=[])
    desk.wire.script.append(RetryLater())
    await desk.happens(PERSON)
    await desk.engine.takeover.take("harbor", await desk.value("SELECT id FROM conversation"), "rosa")
    await desk.page(10)
    assert desk.paged == []
    assert await desk.states() == [("dropped", "somebody has acted on it")]


async def test_a_new_emergency_pages_at_once_while_another_notice_waits(desk: Desk) -> None:
    await desk.happens(NotifyStaff("aftercare", "Wrote about a treatment", urgent=True))
    await desk.happens(EMERGENCY)
    assert len(desk.paged) == 2
    assert desk.paged[1].startswith("Harbor: URGENT: A patient's text may be an emergency")


async def test_a_page_that_nobody_answered_does_not_keep_back_another_for_ever(desk: Desk) -> None:
    urgent = NotifyStaff("aftercare", "Wrote about a treatment", urgent=True)
    await desk.happens(urgent)
    await desk.happens(urgent)
    assert len(desk.paged) == 1
    for _ in range(4):
        await desk.page(31)
    assert len(desk.paged) == 3
    await desk.happens(urgent)
    assert len(desk.paged) == 4


async def test_requests_of_one_patient_are_each_told(desk: Desk) -> None:
    await desk.happens(LEAD)
    await desk.happens(LEAD)
    assert len(desk.paged) == 2
    await desk.page(120)
    assert len(desk.paged) == 2


async def test_questions_of_one_patient_within_a_while_are_one_text(desk: Desk) -> None:
    desk.staffed(notify=["question"])
    question = NotifyStaff("question", "Asked something the assistant could not answer")
    await desk.happens(question)
    await desk.happens(question)
    assert len(desk.paged) == 1
    await desk.page(31)
    await desk.happens(question)
    assert len(desk.paged) == 2


async def test_a_flood_of_notices_does_not_flood_the_phones(desk: Desk, post: MailServer) -> None:
    desk.staffed(texts_an_hour=3)
    for number in range(6):
        await desk.happens(LEAD, sender=f"+1212555016{number}")
    assert len(desk.paged) == 3
    assert len(post.letters) == 6
    await desk.happens(EMERGENCY, sender="+12125550170")
    assert "URGENT" in desk.paged[-1]
    await desk.page(61)
    await desk.happens(LEAD, sender="+12125550171")
    assert "New request" in desk.paged[-1]


# ---- when --------------------------------------------------------------------------------------------------------


async def test_at_night_what_is_urgent_goes_out_and_the_rest_waits_for_the_clinic_to_open(desk: Desk) -> None:
    desk.staffed(not_urgent="when_open")
    desk.open({"friday": ["09:00-17:00"], "monday": ["09:00-17:00"]})
    desk.clock.set(datetime(2026, 3, 7, 1, 0, tzinfo=UTC))  # Friday evening in New York
    await desk.happens(PERSON)
    await desk.happens(EMERGENCY, sender="+12125550112")
    assert [text.split(": ")[1] for text in desk.paged] == ["URGENT"]
    desk.clock.set(datetime(2026, 3, 9, 12, 59, tzinfo=UTC))
    await desk.page()
    assert not any("Asked for a person" in text for text in desk.paged)
    desk.clock.set(datetime(2026, 3, 9, 13, 0, tzinfo=UTC))
    await desk.page()
    assert "Asked for a person" in desk.paged[-1]


async def test_a_clinic_that_has_told_no_hours_is_told_at_once(desk: Desk) -> None:
    desk.staffed(not_urgent="when_open")
    await desk.happens(PERSON)
    assert len(desk.paged) == 1


# ---- when it goes wrong ------------------------------------------------------------------------------------------


async def test_a_carrier_that_is_down_is_tried_again_and_given_up_with_a_log(desk: Desk) -> None:
    desk.staffed(email=[], raise_again={"after": "30m", "times": 0})
    desk.wire.script.extend([RetryLater(code="429")] * 4)
    with structlog.testing.capture_logs() as logs:
        await desk.happens(PERSON)
        for _ in range(8):
            await desk.page(6)
    assert desk.paged == []
    assert (await desk.states())[0][0] == "held"
    assert [log["became"] for log in logs if log["event"] == "notice not delivered"] == ["queued", "held"]


async def test_a_carrier_that_comes_back_gets_it_once_under_the_same_key(desk: Desk) -> None:
    desk.staffed(email=[])
    keys = []

    class Keyed(Wire):
        async def send(self, text: OutboundText) -> SendReceipt:
            keys.append(text.id)
            return await super().send(text)

    wire = Keyed(ChannelConfig(), ProviderContext("harbor", "harbor-main", "http://127.0.0.1/"))
    wire.script.extend([RetryLater(), RetryLater()])
    again = make_desk(desk.database, desk.clock, None, wire)
    again.staffed(email=[])
    await again.happens(PERSON)
    for _ in range(4):
        await again.page(1)
    assert len(again.paged) == 1
    assert (len(keys), len(set(keys))) == (3, 1)


async def test_the_second_channel_is_tried_when_the_first_cannot(desk: Desk) -> None:
    second = Wire(ChannelConfig(), ProviderContext("harbor", "harbor-second", "http://127.0.0.1/"))
    desk.live = replace(desk.live, channels={**desk.live.channels, "harbor-second": second})
    desk.staffed(email=[])
    desk.wire.script.append(RetryLater())
    await desk.happens(PERSON)
    await desk.page(1)
    assert (desk.paged, len(second.taken)) == ([], 1)


@pytest.mark.parametrize("looks_up", [True, False])
async def test_a_text_that_may_have_left_is_never_sent_again_blindly(desk: Desk, looks_up: bool) -> None:
    desk.staffed(email=[], raise_again={"after": "30m", "times": 0})
    desk.wire.looks_up = looks_up
    desk.wire.script.append(OutcomeUnknown())
    await desk.happens(PERSON)
    assert (await desk.states())[0][0] == "unknown"
    for _ in range(4):
        await desk.page(2)
    if looks_up:  # it had not left
        assert (len(desk.paged), (await desk.states())[0][0]) == (1, "sent")
    else:
        assert (desk.paged, await desk.states()) == ([], [("held", "nobody can say whether it left")])


async def test_a_receipt_settles_a_text_that_may_have_left(desk: Desk) -> None:
    desk.staffed(email=[])
    desk.wire.script.append(OutcomeUnknown())
    await desk.happens(PERSON)
    key = str(await desk.value("SELECT key FROM notice_delivery"))
    await desk.receipt(DeliveryUpdate("m-9", DeliveryStatus.DELIVERED, desk.clock.now(), text_id=key))
    assert await desk.states() == [("sent", "")]


async def test_a_text_to_staff_that_the_carrier_could_not_deliver_is_told_to_the_operator(desk: Desk) -> None:
    desk.staffed(email=[])
    await desk.happens(PERSON)
    provider_id = await desk.value("SELECT provider_id FROM notice_delivery")
    with structlog.testing.capture_logs() as logs:
        await desk.receipt(DeliveryUpdate(provider_id, DeliveryStatus.FAILED, desk.clock.now(), code="40008"))
    assert (await desk.states())[0][0] == "failed"
    assert [log["event"] for log in logs] == ["notice not delivered"]


async def test_an_e_mail_that_may_have_left_is_held(desk: Desk, post: MailServer) -> None:
    desk.staffed(sms=[], raise_again={"after": "30m", "times": 0})
    post.script = {"LETTER": "hang up"}
    await desk.happens(PERSON)
    post.script = {}
    for _ in range(4):
        await desk.page(2)
    assert len(post.letters) == 1
    assert await desk.states("email") == [("held", "nobody can say whether it left")]


async def test_what_a_dead_worker_left_marked_is_not_sent_again_blindly(desk: Desk) -> None:
    desk.staffed(email=[], raise_again={"after": "30m", "times": 0})
    started = asyncio.Event()

    async def never(text: OutboundText) -> SendReceipt:
        started.set()
        await asyncio.Event().wait()
        raise AssertionError

    desk.wire.send = never  # type: ignore[method-assign]
    working = asyncio.create_task(desk.happens(PERSON))
    await started.wait()
    working.cancel()
    await asyncio.gather(working, return_exceptions=True)
    del desk.wire.send  # type: ignore[attr-defined]
    assert (await desk.states())[0][0] == "sending"
    for _ in range(4):
        await desk.page(2)
    assert (desk.paged, (await desk.states())[0][0]) == ([], "held")


@pytest.mark.parametrize("error", [Undeliverable(code="40310"), OptedOut(code="40300")])
async def test_a_number_that_is_refused_is_let_be(desk: Desk, error: Exception) -> None:
    desk.staffed(email=[], raise_again={"after": "30m", "times": 0})
    desk.wire.script.append(error)
    await desk.happens(PERSON)
    for _ in range(3):
        await desk.page(10)
    assert (desk.paged, (await desk.states())[0][0]) == ([], "failed")


async def test_a_member_of_staff_who_has_opted_out_of_the_clinics_texts_gets_none(desk: Desk) -> None:
    await desk.happens(sender=DESK)
    await desk.rows("UPDATE contact SET opted_out_at = now()")
    await desk.happens(PERSON, sender="+12125550113")
    assert desk.paged == []


async def test_without_a_mail_server_e_mails_wait_for_one_and_texts_go(database: Database, clock: ManualClock) -> None:
    desk = make_desk(database, clock, None)
    await desk.happens(PERSON)
    assert len(desk.paged) == 1
    assert [state for state, _ in await desk.states("email")] == ["queued"]
    assert "DESKBELL_SMTP_URL" in (await desk.states("email"))[0][1]


async def test_a_mail_server_that_hangs_holds_up_no_text(desk: Desk, post: MailServer) -> None:
    post.script = {"EHLO": "say nothing"}
    stopping = asyncio.Event()
    pager = asyncio.create_task(desk.engine.pager.run(stopping))
    for number in range(2):
        text = f"text {desk.heard}"
        Doing.script = {text: [EMERGENCY]}
        await desk.hear(text, f"+1212555018{number}")
        await desk.settle()
        async with asyncio.timeout(20):
            while len(desk.paged) <= number:  # noqa: ASYNC110 - what is awaited tells nobody
                await asyncio.sleep(0.02)
    assert post.letters == []
    stopping.set()
    await pager


async def test_wrong_credentials_lose_no_notice(desk: Desk) -> None:
    desk.staffed(email=[])
    desk.wire.script.extend([Misconfigured()] * 6)
    await desk.happens(PERSON)
    for _ in range(7):
        await desk.page(6)
    assert any("Asked for a person" in text for text in desk.paged)


async def test_several_workers_tell_everything_once(desk: Desk, post: MailServer) -> None:
    for n in range(6):
        text = f"text {desk.heard}"
        Doing.script = {text: [PERSON]}
        await desk.hear(text, f"+1212555012{n}")
        await desk.settle()
    pagers = [
        make_desk(desk.database, desk.clock, desk.engine.pager.deliveries._mailer, desk.wire).engine.pager
        for _ in range(4)
    ]
    for pager in pagers:
        pager._directory.swap({"harbor": desk.live})
    await asyncio.gather(*(pager.plan() for pager in pagers))
    await asyncio.gather(*(pager.deliveries.send_texts() for pager in pagers))
    await asyncio.gather(*(pager.deliveries.send_mails() for pager in pagers))
    await asyncio.gather(*(pager.raise_again() for pager in pagers))
    await asyncio.gather(*(pager.deliveries.send_texts() for pager in pagers))
    assert len(desk.paged) == 6
    assert len(post.letters) == 6


async def test_a_clinic_that_is_not_served_keeps_its_notices_until_it_is(desk: Desk) -> None:
    text = f"text {desk.heard}"
    Doing.script = {text: [PERSON]}
    await desk.hear(text)
    await desk.settle()
    desk.engine.directory.swap({})
    await desk.page(1)
    assert await desk.value("SELECT told_at FROM notice") is None
    desk.engine.directory.swap({"harbor": desk.live})
    await desk.page(1)
    assert len(desk.paged) == 1
