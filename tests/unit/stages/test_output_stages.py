"""Output guard and SMS format: what leaves, in which form."""

from datetime import UTC, datetime
from typing import Any

import pytest

from core.receptionist.memory import KEY, Memory, Pending
from core.receptionist.sms import count
from core.stages import register_stages
from core.stages.output_guard import GROUNDING, OutputGuard
from core.stages.sms_format import SmsFormat
from deskbell import HandOver, Remember, Say, Stage, TextKind, Turn

NOW = datetime(2026, 3, 2, 15, tzinfo=UTC)


def blocked(turn: Turn) -> list[str]:
    return [note.details["rule"] for note in turn.notes if note.decision == "blocked"]


async def guarded(bench: Any, *says: str, **fields: Any) -> Turn:
    turn: Turn = bench.turn("hi", **fields)
    await bench.run(OutputGuard, turn, says=says)
    return turn


async def test_a_grounded_text_goes_out_as_it_is(bench: Any) -> None:
    turn = await guarded(bench, "Botox is $13 per unit. Which day suits you?")
    assert [say.text for say in turn.replies] == ["Botox is $13 per unit. Which day suits you?"]
    assert turn.notes == []


async def test_a_blocked_text_becomes_the_fallback_and_a_person_takes_over_without_it(bench: Any) -> None:
    turn = await guarded(bench, "Botox is $11 per unit, Zelda.")
    assert [say.text for say in turn.replies] == [bench.clinic.say(bench.clinic.wording.fallback)]
    assert blocked(turn) == ["price"]
    handed_over = [effect for effect in turn.effects if isinstance(effect, HandOver)]
    assert [effect.kind for effect in handed_over] == ["guard"]
    assert "Zelda" not in handed_over[0].reason


async def test_two_blocked_texts_are_counted_apart_and_answered_once(bench: Any) -> None:
    turn = await guarded(bench, "It's $11.", "That's normal.")
    assert blocked(turn) == ["price", "reassurance"]
    assert len(turn.replies) == 1
    assert len([effect for effect in turn.effects if isinstance(effect, HandOver)]) == 1


async def test_texts_that_pass_alone_are_judged_again_as_one(bench: Any) -> None:
    turn = await guarded(bench, "Your spot", "is reserved.")
    assert [say.text for say in turn.replies] == [bench.clinic.say(bench.clinic.wording.fallback)]
    assert blocked(turn) == ["booked"]


async def test_the_planned_question_is_the_one_that_stays(bench: Any) -> None:
    def act(turn: Turn) -> None:
        turn.add(Remember(KEY, Memory(pending=Pending("when")).to_json()))
        turn.say("Would you like to know more about that? Which days suit you best?")

    turn = bench.turn("hi")
    await bench.run(OutputGuard, turn, act=act)
    assert [say.text for say in turn.replies] == ["Which days suit you best?"]


async def test_what_a_stage_lent_as_grounding_may_be_quoted_and_is_not_kept(bench: Any) -> None:
    def act(turn: Turn) -> None:
        turn.add(Remember(GROUNDING, ["Parking costs $6 after 11 pm."]))
        turn.add(Remember("receptionist", {"greeted": True}))
        turn.say("Parking is $6 after 11pm.")

    turn = bench.turn("parking?")
    await bench.run(OutputGuard, turn, act=act)
    assert blocked(turn) == []
    assert [effect.key for effect in turn.effects if isinstance(effect, Remember)] == ["receptionist"]


async def test_several_replies_become_one(bench: Any) -> None:
    turn = await guarded(bench, "Botox is $13 per unit.", "Which day suits you?")
    assert [say.text for say in turn.replies] == ["Botox is $13 per unit. Which day suits you?"]
    assert "merged" in [note.decision for note in turn.notes]


async def test_a_link_may_stand_in_a_text_of_its_own(bench: Any) -> None:
    turn = await guarded(bench, "Here is our site.", "https://pier.example")
    assert [say.text for say in turn.replies] == ["Here is our site.", "https://pier.example"]


async def test_of_several_questions_the_first_is_asked(bench: Any) -> None:
    turn = await guarded(bench, "Hi! May I have your name? Which day suits you? We look forward to it.")
    assert [say.text for say in turn.replies] == ["Hi! May I have your name? We look forward to it."]


async def test_a_question_mark_in_a_link_is_no_question(bench: Any) -> None:
    def act(turn: Turn) -> None:
        turn.add(Remember(GROUNDING, ["https://pier.example/map?at=1"]))
        turn.say("See https://pier.example/map?at=1 please. Which day suits you?")

    turn = bench.turn("hi")
    await bench.run(OutputGuard, turn, act=act)
    assert turn.replies[0].text.endswith("Which day suits you?")


@pytest.mark.parametrize(
    ("written", "sent"),
    [
        ("**Botox** is $13 per unit.", "Botox is $13 per unit."),
        ("# Prices\n* Botox: $13\n* Peel: $12.50", "Prices\n- Botox: $13\n- Peel: $12.50"),
        ("See [our site](https://pier.example).", "See our site: https://pier.example."),
        ("`Botox` _is_ $13", "Botox is $13"),
        ("Two * three", "Two * three"),
    ],
)
async def test_markdown_is_taken_out(bench: Any, written: str, sent: str) -> None:
    turn = await guarded(bench, written)
    assert [say.text for say in turn.replies] == [sent]


async def test_consent_and_emergency_lines_pass(bench: Any) -> None:
    wording = bench.clinic.wording

    def act(turn: Turn) -> None:
        for line in (wording.opted_out, wording.opted_in, wording.help):
            turn.say(turn.clinic.say(line), TextKind.CONSENT)
        turn.say(
            turn.clinic.say(wording.emergency) + " You can also call or text 988 at any hour to talk with someone."
        )

    turn = bench.turn("hi")
    await bench.run(OutputGuard, turn, act=act)
    assert blocked(turn) == []
    assert len(turn.replies) == 4


async def test_what_staff_wrote_is_left_alone(bench: Any) -> None:
    turn = bench.turn("hi")
    await bench.run(OutputGuard, turn, act=lambda turn: turn.say("It's **$11**, that's normal.", TextKind.STAFF))
    assert [say.text for say in turn.replies] == ["It's **$11**, that's normal."]


# ---- sms_format ------------------------------------------------------------------------------------------------


async def test_texts_are_normalised_and_keep_their_kind_and_author(bench: Any) -> None:
    turn = bench.turn("hi")
    await bench.run(SmsFormat, turn, act=lambda turn: turn.add(Say("We’re open 😀", TextKind.CONSENT, "consent")))
    assert turn.replies == [Say("We're open", TextKind.CONSENT, "consent")]


async def test_a_text_over_budget_is_shortened_and_noted(bench: Any) -> None:
    turn = bench.turn("hi")
    await bench.run(SmsFormat, turn, says=["A sentence of some length. " * 40], max_segments=2)
    assert count(turn.replies[0].text).segments == 2
    assert turn.notes[0].decision == "shortened"


async def test_a_text_of_nothing_but_emoji_is_not_sent_unless_emoji_are_kept(bench: Any) -> None:
    turn = bench.turn("hi")
    await bench.run(SmsFormat, turn, says=["😀"])
    assert turn.replies == []
    kept = bench.turn("hi")
    await bench.run(SmsFormat, kept, says=["😀"], emoji="keep")
    assert [say.text for say in kept.replies] == ["😀"]


# ---- the built-in plugin -----------------------------------------------------------------------------------------


def stages() -> list[type[Stage[Any]]]:
    return list(register_stages())


def test_the_registered_order_keeps_every_stages_own_demands() -> None:
    order = [stage.name for stage in stages()]
    assert order[:5] == ["sms_format", "output_guard", "health_guard", "injection_guard", "sender_guard"]
    assert order[5:10] == ["consent", "takeover", "card_guard", "emergency", "pace"]
    assert order[10:] == ["history", "deposit", "missed_call", "nudge", "assistant"]
    by_name = {stage.name: stage for stage in stages()}
    for place, name in enumerate(order):
        for outer in order[:place]:
            demands = by_name[name].outside_of
            exempt = name in by_name[outer].outside_of
            assert outer not in demands
            assert "*" not in demands or exempt, f"{name} demands to stand outside {outer}"


def test_safety_is_sealed_and_says_why() -> None:
    sealed = {stage.name for stage in stages() if stage.sealed}
    assert {
        "consent",
        "takeover",
        "card_guard",
        "emergency",
        "output_guard",
        "health_guard",
        "injection_guard",
    } <= sealed
    assert all(stage.because for stage in stages() if stage.outside_of)
