"""Handing over in the shipped clinics: who is told what, what the patient is promised, and when the bot is silent."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

LATE = datetime(2026, 3, 3, 21)  # noqa: DTZ001 - the clinic's


async def told(patient: Any) -> list[tuple[str, bool, bool]]:
    async with patient.database.connection() as connection:
        rows = await connection.fetch("SELECT kind, urgent, handed_over FROM notice ORDER BY id")
    return [tuple(row) for row in rows]


async def deliveries(patient: Any) -> list[tuple[str, str]]:
    """What staff are about to be sent: means and summary."""
    await patient.engine.pager.plan()
    async with patient.database.connection() as connection:
        rows = await connection.fetch(
            "SELECT d.means, n.summary FROM notice_delivery d JOIN notice n ON n.id = d.notice ORDER BY d.id"
        )
    return [tuple(row) for row in rows]


@pytest.mark.parametrize("clinic", ["harbor", "sierra"])
async def test_who_asks_for_a_person_gets_one_and_staff_are_told_once(visit: Any, clinic: str) -> None:
    patient = await visit(clinic)
    answers = await patient.texts("I'm Faye Lund, can I talk to a real person please")
    assert len(answers) == 1
    assert await told(patient) == [("person", False, True)]
    assert await patient.texts("hello??") == []
    assert await patient.texts("anyone there") == []
    assert {means for means, _ in await deliveries(patient)} == {"sms", "email"}
    assert all(summary.startswith("Asked for a person: Faye Lund") for _, summary in await deliveries(patient))
    assert len(await deliveries(patient)) == 2


async def test_the_promise_is_made_of_opening_hours_and_of_none_where_there_are_none(visit: Any) -> None:
    by_day = await (await visit("harbor")).texts("please have somebody call me")
    assert "today before 5 pm" in by_day[0]


async def test_at_night_the_promise_is_the_next_morning(visit: Any) -> None:
    at_night = await (await visit("harbor", LATE)).texts("please have somebody call me")
    assert "tomorrow between 11 am and 7 pm" in at_night[0]


async def test_a_clinic_without_hours_promises_no_time_and_is_never_closed(visit: Any) -> None:
    patient = await visit("harbor", LATE)
    clinic = patient.live.plan.clinic.model_copy(update={"hours": None})
    patient.live = replace(patient.live, plan=replace(patient.live.plan, clinic=clinic))
    patient.engine.directory.swap({"harbor": patient.live})
    (answer,) = await patient.texts("please have somebody call me")
    assert "as soon as they can" in answer
    assert "closed" not in answer.lower()
    assert "tomorrow" not in answer


async def test_a_complaint_is_urgent_and_its_words_stay_inside(visit: Any) -> None:
    patient = await visit("harbor")
    await patient.texts("I want my money back, that quillonby filler was a disaster, this is a complaint")
    assert await told(patient) == [("complaint", True, True)]
    assert not any("quillonby" in summary.lower() for _, summary in await deliveries(patient))


async def test_an_emergency_is_staffs_and_its_line_is_repeated_until_one_of_them_comes(visit: Any) -> None:
    patient = await visit("harbor")
    first = await patient.texts("my throat is closing after the filler")
    assert "911" in first[0]
    assert await told(patient) == [("emergency", True, True)]
    assert not any("throat" in summary or "filler" in summary for _, summary in await deliveries(patient))
    again = await patient.texts("what should I do?")
    assert "911" in again[0]
    assert await patient.texts("and how much is botox by the way") == []
    async with patient.database.connection() as connection:
        conversation = await connection.fetchval("SELECT id FROM conversation")
    await patient.engine.takeover.reply("harbor", conversation, "maya", "Maya here, are you with somebody?")
    assert await patient.texts("what should I do?") == ["Maya here, are you with somebody?"]
    assert await patient.texts("I can't breathe") == []
    assert (await told(patient))[-1] == ("reply_waiting", True, False)
    await patient.engine.takeover.release("harbor", conversation, "maya")
    assert len(await patient.texts("thank you. how much is botox?")) == 1
