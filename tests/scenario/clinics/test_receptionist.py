"""Whole conversations with the shipped clinics: what a patient would notice."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from deskbell import Keyword, Media


async def test_one_text_that_tells_everything_is_asked_nothing_of_it_again(visit: Any) -> None:
    patient = await visit("harbor")
    answers = await patient.texts("Hey, Dana Cole here, never been, lip filler, mornings are best")
    facts = await patient.facts()
    assert (facts["first_name"], facts["last_name"]) == ("Dana", "Cole")
    assert facts["service"] == "Lip filler"
    assert facts["new_or_returning"] == "new"
    assert "when" in facts
    assert len(answers) == 1
    assert "your name" not in answers[0].lower()


async def test_a_burst_is_answered_once(visit: Any) -> None:
    patient = await visit("sierra")
    assert len(await patient.texts("Hi", "this is Omar Reyes", "I need a cleaning", "is thursday ok?")) == 1


async def test_the_clinic_greets_once(visit: Any) -> None:
    patient = await visit("harbor")
    first = await patient.texts("hi")
    second = await patient.texts("I'd like botox")
    assert "Harbor" in first[0]
    assert "Hi, this is Harbor" not in second[0]


async def test_a_lead_reaches_staff_with_name_service_and_time_only(visit: Any) -> None:
    patient = await visit("sierra")
    for text in ("Hi I'm Omar Reyes, I have diabetes, need a cleaning", "first time", "thursday after 3"):
        await patient.texts(text)
    leads = [summary for kind, summary in await patient.notices() if kind == "lead"]
    assert len(leads) == 1
    assert "Omar" in leads[0]
    assert "diabetes" not in leads[0].lower()


async def test_stop_is_confirmed_once_and_then_there_is_silence(visit: Any) -> None:
    patient = await visit("harbor")
    await patient.texts("how much is botox?")
    confirmation = await patient.texts("please take me off your list")
    assert len(confirmation) == 1
    assert "unsubscribed" in confirmation[0].lower()
    assert await patient.texts("how much is botox?") == []
    assert await patient.texts("STOP") == []


async def test_stop_that_the_carrier_answered_is_not_answered_twice(visit: Any) -> None:
    patient = await visit("harbor")
    assert await patient.texts("STOP", handled=Keyword.STOP) == []
    assert await patient.texts("hello?") == []
    assert await patient.texts("START", handled=Keyword.START) == []
    assert len(await patient.texts("hello again, do you have parking?")) == 1


async def test_help_is_answered_with_the_clinics_own_number_even_after_stop(visit: Any) -> None:
    patient = await visit("harbor")
    await patient.texts("opt out")
    answers = await patient.texts("HELP")
    assert len(answers) == 1
    assert "+12125550134" in answers[0] or "212" in answers[0]


async def test_an_emergency_gets_the_emergency_number_first_and_nothing_sold(visit: Any) -> None:
    patient = await visit("harbor")
    answers = await patient.texts("hi I had filler this morning and now I can't see out of my left eye")
    assert len(answers) == 1
    assert "911" in answers[0]
    assert "$" not in answers[0]
    urgent = await patient.notices()
    assert [kind for kind, _ in urgent] == ["emergency"]
    assert "eye" not in urgent[0][1]


async def test_a_card_number_is_refused_and_stored_nowhere(visit: Any) -> None:
    patient = await visit("harbor")
    answers = await patient.texts("here is my card 4111 1111 1111 1111")
    assert len(answers) == 1
    async with patient.database.connection() as connection:
        everything = str(await connection.fetch("SELECT body FROM event"))
        everything += str(await connection.fetch("SELECT text FROM outbox"))
        everything += str(await connection.fetch("SELECT trace FROM turn"))
    assert "4111" not in everything


async def test_a_picture_alone_is_answered_and_shown_to_a_person(visit: Any) -> None:
    patient = await visit("harbor")
    answers = await patient.texts("", media=(Media("http://127.0.0.1/picture", "image/png"),))
    assert len(answers) == 1
    assert await patient.notices()


async def test_what_the_clinic_does_not_know_is_passed_to_a_person_and_not_guessed(visit: Any) -> None:
    patient = await visit("harbor")
    answers = await patient.texts("do you validate tickets for the helicopter landing pad?")
    assert len(answers) == 1
    assert await patient.notices()


async def test_a_wish_for_a_person_is_handed_over_at_once_and_the_bot_falls_silent(visit: Any) -> None:
    patient = await visit("sierra")
    assert len(await patient.texts("can I talk to a real person please")) == 1
    assert await patient.texts("ok I'm waiting") == []
    kinds = [kind for kind, _ in await patient.notices()]
    assert "person" in kinds


async def test_at_night_no_one_is_promised_a_call_tonight(visit: Any) -> None:
    patient = await visit("sierra", datetime(2026, 3, 7, 23, 30))  # noqa: DTZ001 - a Saturday night at the clinic
    answers = await patient.texts("can someone call me")
    assert len(answers) == 1
    assert "today" not in answers[0].lower()
    assert "tonight" not in answers[0].lower()


async def test_no_answer_is_longer_than_three_segments_or_needs_ucs2(visit: Any) -> None:
    patient = await visit("harbor")
    for text in ("what are your hours", "where are you", "what services do you have", "prices?", "policies"):
        for answer in await patient.texts(text):
            assert len(answer) <= 459
            answer.encode("ascii")
