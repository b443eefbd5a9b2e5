"""Claude words what code decided, and patients are answered whatever becomes of Claude."""

from __future__ import annotations

import re
from typing import Any

import pytest

BOOKING = ("hi there, how much is botox? id like to come in", "Dana Cole", "never been", "tuesday after 2", "Maya")


async def test_a_booking_is_worded_by_the_model_from_the_first_text_to_the_last(practice: Any) -> None:
    desk = await practice("harbor")
    for text in BOOKING:
        assert len(await desk.hears(text)) == 1
    assert {one["rung"] for one in await desk.decisions("responder")} == {"claude"}
    assert (await desk.row("SELECT status FROM request"))["status"] == "offered"
    used = await desk.row("SELECT * FROM model_usage")
    assert used["texts"] == len(await desk.decisions("responder"))
    assert used["tokens"] > 1000


async def test_the_words_of_the_model_are_what_the_patient_reads(practice: Any) -> None:
    desk = await practice("harbor")
    words = "Lovely to hear from you. Botox is $13 per unit. Could I have your first and last name?"
    await desk.script({"reply": {"words": words, "asks": "first_name"}})
    assert await desk.hears(BOOKING[0]) == [words]


async def test_one_main_call_a_turn(practice: Any) -> None:
    desk = await practice("harbor")
    for text in BOOKING:
        await desk.hears(text)
    assert len(await desk.calls()) <= len(BOOKING)


@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "status", "code": 500, "times": 100},
        {"kind": "status", "code": 429, "times": 100},
        {"kind": "drop_response", "times": 100},
        {"kind": "timeout", "times": 100},
    ],
    ids=lambda fault: f"{fault['kind']} {fault.get('code', '')}",
)
async def test_every_patient_is_answered_once_while_bedrock_is_down(practice: Any, fault: dict[str, Any]) -> None:
    desk = await practice("harbor", deadline_seconds=3.0, model_seconds=0.3)
    await desk.fault(**fault)
    for number in range(5):
        sender = f"+1212555014{number}"
        answers = await desk.hears(BOOKING[0], sender=sender)
        assert len(answers) == 1
        assert "$13" in answers[0]
    assert {one["outcome"] for one in await desk.decisions("model_call")} <= {"throttled", "late"}
    assert (await desk.notices()).count("model_down") == 1


async def test_a_model_that_is_left_alone_is_not_asked_and_costs_no_time(practice: Any) -> None:
    desk = await practice("harbor")
    await desk.fault(kind="status", code=503, times=100)
    for number in range(6):
        await desk.hears(BOOKING[0], sender=f"+1212555014{number}")
    assert len(await desk.decisions("model_call")) == 3


@pytest.mark.parametrize("kind", ["throttle", "error", "malformed", "no_reply", "truncated", "refusal", "guardrail"])
async def test_an_answer_of_no_use_is_replaced_by_the_rules(practice: Any, kind: str) -> None:
    desk = await practice("harbor")
    await desk.script({"fault": kind, "times": "always"})
    answers = await desk.hears(BOOKING[0])
    assert len(answers) == 1
    assert "$13" in answers[0]
    assert (await desk.decisions("responder"))[-1] == {"rung": "rules"}


@pytest.mark.parametrize(
    "kind",
    [
        "invented_name",
        "invented_price",
        "invented_slot",
        "invented_link",
        "medical_advice",
        "reassurance",
        "leaked_prompt",
        "claims_booking",
        "claims_payment",
        "asks_twice",
        "markdown",
        "too_long",
    ],
)
async def test_a_model_that_breaks_rules_is_corrected_once_and_then_passed_over(practice: Any, kind: str) -> None:
    desk = await practice("harbor")
    await desk.script({"fault": kind, "times": "always"})
    answers = [answer for text in BOOKING[:3] for answer in await desk.hears(text)]
    assert len(answers) == 3
    assert {one["rung"] for one in await desk.decisions("responder")} == {"rules"}
    assert len(await desk.decisions("draft_refused")) == 6
    assert "guard" not in await desk.notices()


async def test_a_model_that_is_corrected_is_believed_again(practice: Any) -> None:
    desk = await practice("harbor")
    await desk.script({"fault": "invented_price"})
    assert "$13" in (await desk.hears(BOOKING[0]))[0]
    assert (await desk.decisions("responder")) == [{"rung": "claude", "prompt": "2"}]
    first, second = await desk.calls()
    assert "price" in str(second["body"])
    assert first["body"]["system"][0] == second["body"]["system"][0]


async def test_nothing_of_a_prompt_is_kept_in_the_conversation(practice: Any) -> None:
    desk = await practice("harbor")
    await desk.hears(BOOKING[0])
    kept = await desk.row(
        "SELECT (SELECT json_agg(e) FROM event e)::text || (SELECT json_agg(o) FROM outbox o)::text"
        " || (SELECT json_agg(c) FROM conversation c)::text || (SELECT json_agg(t) FROM turn t)::text AS all"
    )
    assert "automated receptionist" not in kept["all"]
    assert not re.search(r"<(plan|ask|suggested_reply)>", kept["all"])
