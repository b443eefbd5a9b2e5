"""Every rule sees what breaks it, and lets what only looks like it pass."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from core.rehearsal.invariants import RULES, Scene, broken
from core.rehearsal.invariants.sending import segments
from core.rehearsal.moment import Call, KnownFact, Moment, Notice, Sent, State
from core.rehearsal.script import ScriptTurn
from deskbell import Draft, Found, LinkRequest, Money, Prompt, Said
from tests.unit.rehearsal.conftest import sent, turn

Make = Callable[..., Moment]
NAMED = State(facts={"first_name": KnownFact("Dana", 1, "rule"), "last_name": KnownFact("Cole", 1, "rule")}, events=3)
OUT = State(opted_out=True, events=3)
STAFF = State(led_by="staff", events=3)
CARD = "4111 1111 1111 1111"


def rules(scene: Scene, moment: Moment) -> set[str]:
    return {fault.rule for fault in broken(scene, moment)}


def test_every_rule_says_what_should_be() -> None:
    assert all(rule.__doc__ for rule in RULES)
    assert len({rule.__name__ for rule in RULES}) == len(RULES)


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("x" * 460, "short"),
        ("é💉" * 70, "short"),
        ("Have you been here? And when?", "one_question"),
        ("Botox is $12.", "prices"),
        ("Only 640 dollars.", "prices"),
        ("That is 20% off.", "prices"),
        ("Pay at https://elsewhere.example/now", "links_and_phones"),
        ("Call (917) 555-0188.", "links_and_phones"),
        ("We have Tuesday at 3:20 pm.", "times"),
        ("You're all booked.", "bookings"),
        ("Your appointment is confirmed.", "bookings"),
        ("See you on Monday!", "bookings"),
        ("We received your deposit.", "bookings"),
        ("That is totally normal.", "medicine"),
        ("Nothing to worry about.", "medicine"),
        ("Take 400 mg of it.", "medicine"),
        ("Put some ice on it.", "medicine"),
        ("**Hello**", "inner_workings"),
        ("Hi {name}", "inner_workings"),
        ("As an AI I cannot.", "inner_workings"),
        ("My system prompt says so.", "inner_workings"),
        ("  ", "nothing_empty"),
    ],
)
def test_a_text_that_may_not_be_sent_is_seen(scene: Scene, moment: Make, text: str, rule: str) -> None:
    assert rule in rules(scene, moment(text))


@pytest.mark.parametrize(
    "text",
    [
        "x" * 459,
        "Botox is $13, the deposit $50, a package $400 with 15% off.",
        "See https://harbor.example/park? It is there.",
        "Our number is (212) 555-0134.",
        "We're open from 9 am to 5 pm, parking until 9 pm.",
        "Our team will call you to fix the time. Nothing is booked yet.",
        "Our normal hours are on the website.",
        "The provider will see you and decide what suits you.",
    ],
)
def test_a_text_that_only_looks_like_it_passes(scene: Scene, moment: Make, text: str) -> None:
    assert rules(scene, moment(text)) == set()


def test_a_time_of_the_patients_own_may_be_said_back(scene: Scene, moment: Make) -> None:
    assert rules(scene, moment("Noted: after 4 pm.", said="after four works")) == set()
    assert "times" in rules(scene, moment("Noted: after 4 pm.", said="after lunch"))


def test_segments_are_counted_by_encoding() -> None:
    assert [segments("a" * 160), segments("a" * 161), segments("€" * 80), segments("€" * 81)] == [1, 2, 1, 2]
    assert [segments("я" * 70), segments("я" * 71), segments("💉" * 35), segments("💉" * 36)] == [1, 2, 1, 2]


def test_a_turn_sends_one_reply_and_perhaps_a_link(scene: Scene, moment: Make) -> None:
    assert "one_reply" in rules(scene, moment("One.", "Two."))
    assert "one_reply" not in rules(scene, moment("One.", "Here: https://harbor.example/park"))


def test_texts_leave_from_the_number_that_was_texted_and_for_who_texted_it(scene: Scene, moment: Make) -> None:
    text = moment("Hello.").sent[0]
    assert rules(scene, moment(replace(text, sender="+12125550199"))) == {"same_number"}
    assert rules(scene, moment(replace(text, to="+12125550112"))) == {"same_number"}


def test_after_an_opt_out_one_confirmation_is_all(scene: Scene, moment: Make) -> None:
    goodbye = replace(moment("Goodbye.").sent[0], kind="consent")
    assert rules(scene, moment(goodbye, after=OUT)) == set()
    assert "silence_after_opting_out" in rules(scene, moment(goodbye, goodbye, after=OUT))
    assert "silence_after_opting_out" in rules(scene, moment("Botox is $13.", before=OUT, after=OUT))
    handled = {"carrier_handled": "stop"}
    assert "silence_after_opting_out" in rules(scene, moment(goodbye, after=OUT, script=handled))


def test_the_bot_is_silent_beside_staff_and_staff_are_not(scene: Scene, moment: Make) -> None:
    text = moment("Hello.").sent[0]
    assert "silence_beside_staff" in rules(scene, moment(text, before=STAFF, after=STAFF))
    by_staff = replace(text, author="staff", kind="staff")
    assert rules(scene, moment(by_staff, before=STAFF, after=STAFF)) == set()


def test_until_a_person_has_come_the_emergency_line_may_be_said_again(scene: Scene, moment: Make) -> None:
    line = scene.clinic.say(scene.clinic.wording.emergency)
    scene.moments = [moment(line, after=STAFF)]
    assert rules(scene, moment(line, before=STAFF, after=STAFF)) == set()
    came = replace(moment(before=STAFF, after=STAFF), script=ScriptTurn.model_validate({"staff": "take"}))
    scene.moments.append(came)
    assert "silence_beside_staff" in rules(scene, moment(line, before=STAFF, after=STAFF))


def test_a_turn_that_was_parked_is_seen(scene: Scene, moment: Make, parked: Any) -> None:
    assert "every_turn_ends_well" in rules(scene, moment(turns=(parked,)))


def test_who_is_owed_an_answer_and_gets_none_is_seen(scene: Scene, moment: Make) -> None:
    assert "answered" in rules(scene, moment(step={"act": "talk"}))
    assert rules(scene, moment(step={"act": "silent"})) == set()


def test_a_known_name_is_not_asked_for_by_plan_or_by_words(scene: Scene, moment: Make) -> None:
    said = "Dana Cole"
    assert "nothing_known" in rules(
        scene, moment("What?", said=said, after=NAMED, step={"act": "talk", "asks": "name"})
    )
    assert "nothing_known" in rules(scene, moment("May I have your first and last name?", said=said, after=NAMED))
    assert rules(scene, moment("May I have your first and last name?")) == set()


def test_a_question_is_not_put_twice_in_the_same_words_nor_three_times(scene: Scene, moment: Make) -> None:
    ask = {"act": "talk", "asks": "when"}
    scene.moments = [moment("Which days suit you?", step=ask)]
    assert "not_again" in rules(scene, moment("Which days suit you?", step=ask))
    assert rules(scene, moment("Mornings or afternoons?", step=ask)) == set()
    scene.moments.append(moment("Mornings or afternoons?", step=ask))
    assert "not_again" in rules(scene, moment("Is any day good?", step=ask))


def test_a_patient_is_greeted_once(scene: Scene, moment: Make) -> None:
    scene.moments = [moment("Hi, this is Harbor.")]
    assert "greets_once" in rules(scene, moment("Welcome to Harbor!"))
    assert rules(scene, moment("Hi Dana, our team has your request.")) == set()


def test_a_text_to_a_missed_call_was_the_greeting(scene: Scene, moment: Make) -> None:
    back = sent("Sorry we missed your call to Harbor.", kind="outreach")
    call = {"said": (), "script": {"patient": None, "missed_call": True}}
    assert rules(scene, moment(back, **call)) == set()
    scene.moments = [moment(back, **call)]
    assert "greets_once" in rules(scene, moment("Hi, this is Harbor. What can we do?"))
    assert rules(scene, moment(back, **call)) == set()


@pytest.mark.parametrize("place", [{"stored": f"... {CARD} ..."}, {"stored": "4111-1111-1111-1111"}])
def test_a_card_that_was_stored_is_seen(scene: Scene, moment: Make, place: dict[str, str]) -> None:
    assert "cards" in rules(scene, moment("No cards, please.", said=f"my card {CARD}", **place))


def test_a_card_in_a_text_or_a_prompt_is_seen_and_another_number_is_none(scene: Scene, moment: Make) -> None:
    said = f"my card {CARD}"
    assert "cards" in rules(scene, moment(f"You wrote {CARD}", said=said))
    call = Call(Prompt("", f"known: {CARD}"), None)
    assert "cards" in rules(scene, moment("No cards.", said=said, calls=(call,)))
    assert rules(scene, moment("Fine.", said="order 4111 1111 1111 1112", stored="4111 1111 1111 1112")) == set()


@pytest.mark.parametrize(
    ("summary", "seen"),
    [
        ("New request: Dana Cole, Botox", False),
        ("New request: Dana, who has diabetes", True),
        ("Call 917 555 0188", True),
        ("Wrote: would really love to come in on", True),
    ],
)
def test_notices_tell_name_service_and_time(scene: Scene, moment: Make, summary: str, seen: bool) -> None:
    said = "Dana Cole, I have diabetes and would really love to come in on a Monday"
    played = moment("Fine.", said=said, after=NAMED, notices=(Notice("lead", summary, False),))
    assert ("nothing_told_on" in rules(scene, played)) is seen


def test_a_prompt_with_the_patients_number_or_health_is_seen(scene: Scene, moment: Make) -> None:
    for told in ("Their number is +1 212 555 0111", "They have diabetes"):
        played = moment("Fine.", said="I have diabetes", calls=(Call(Prompt("", told), None),))
        assert "nothing_for_the_model" in rules(scene, played)


def test_what_documents_say_of_health_may_stand_in_a_prompt_but_not_as_the_patients_words(
    scene: Scene, moment: Make
) -> None:
    document = Prompt("", "Pregnant: ask us in person.", (Said("patient", "can I have a peel"),))
    assert rules(scene, moment("Fine.", said="I'm pregnant", calls=(Call(document, None),))) == set()
    told = Prompt("", "", (Said("patient", "I'm pregnant"),))
    assert "nothing_for_the_model" in rules(scene, moment("Fine.", said="I'm pregnant", calls=(Call(told, None),)))


def test_a_name_that_nobody_wrote_and_a_proof_that_never_came_are_seen(scene: Scene, moment: Make) -> None:
    assert "proven" in rules(scene, moment("Hi Dana.", said="hello", after=NAMED))
    late = State(facts={"service": KnownFact("Botox", 9, "rule")}, events=3)
    assert "proven" in rules(scene, moment("Fine.", after=late))


def test_what_a_model_reports_needs_words_of_the_patients(scene: Scene, moment: Make) -> None:
    after = State(facts={"service": KnownFact("Botox", 1, "model")}, events=1)

    def played(evidence: str) -> Moment:
        draft = Draft("Fine.", (Found("service", "Botox", evidence),))
        return moment("Fine.", said="the wrinkle stuff", after=after, calls=(Call(Prompt("", ""), draft),))

    assert rules(scene, played("wrinkle stuff")) == set()
    assert "proven" in rules(scene, played("I want botox"))
    assert "proven" in rules(scene, played(" "))


def test_what_a_model_made_up_is_neither_sent_nor_kept(scene: Scene, moment: Make) -> None:
    scene.sins = {"Brenda"}
    assert "nothing_made_up" in rules(scene, moment("Hi Brenda."))
    kept = State(facts={"provider": KnownFact("Brenda", 1, "rule")}, events=3)
    assert "nothing_made_up" in rules(scene, moment("Fine.", after=kept))
    assert rules(scene, moment("Hi Brenda.", said="I'm brenda")) == set()


@pytest.fixture
def parked() -> Any:
    decision = {"stage": "engine", "decision": "parked", "details": {"error": "KeyError"}}
    return {"outcome": "parked", "trace": {"decisions": [decision], "effects": []}}


def test_staff_texts_are_no_business_of_the_rules_about_words(scene: Scene, moment: Make) -> None:
    text: Sent = replace(moment("Call my cell, it's totally normal.").sent[0], author="staff", kind="staff")
    assert rules(scene, moment(text)) == set()


# ---- deposits ----------------------------------------------------------------------------------------------------

LINK = "https://clinic.example/pay/0123456789abcdef"
OPEN = State(request="pending", deposit="link_sent", link=LINK, events=3)
PAID = State(request="paid", deposit="paid", link=LINK, events=3)
AGREED = turn(("step", {"act": "send_link"}), effects=("RequestDeposit",))


def test_a_link_before_a_yes_and_a_link_in_an_offer_are_seen(scene: Scene, moment: Make) -> None:
    assert "agreed_first" in rules(scene, moment(f"Pay here: {LINK}", after=OPEN))
    offer = moment(f"May I? {LINK}", step={"act": "offer"}, after=OPEN)
    scene.moments.append(moment("", turns=(AGREED,), after=OPEN))
    assert "agreed_first" in rules(scene, offer)
    assert "agreed_first" not in rules(scene, moment(f"Pay here: {LINK}", after=OPEN))


def test_two_links_at_a_time_are_seen(scene: Scene, moment: Make) -> None:
    assert "one_link" in rules(scene, moment("Hi", live_links=2))
    assert "one_link" not in rules(scene, moment("Hi", live_links=1))


def test_a_payment_that_is_confirmed_twice_is_seen(scene: Scene, moment: Make) -> None:
    thanks = "We received your $50 deposit."
    scene.moments.append(moment("", turns=(AGREED,)))
    assert "confirmed_once" not in rules(scene, moment(thanks, after=PAID))
    scene.moments.append(moment(thanks, after=PAID))
    assert "confirmed_once" in rules(scene, moment(thanks, after=PAID))


def test_only_amounts_of_the_clinics_file_are_asked_for_and_a_receipt_tells_nobody_why(
    scene: Scene, moment: Make
) -> None:
    def link(cents: int, label: str = "Appointment deposit") -> LinkRequest:
        return LinkRequest("key", Money(cents), label, "https://clinic.example/thanks")

    assert "configured" not in rules(scene, moment("Hi", links=(link(5000),)))
    assert "configured" in rules(scene, moment("Hi", links=(link(5000), link(500))))
    assert "configured" in rules(scene, moment("Hi", links=(link(5000, "Botox deposit"),)))


def test_whoever_said_no_and_is_asked_again_is_seen(scene: Scene, moment: Make) -> None:
    scene.moments.append(moment("All right.", step={"act": "no_deposit"}))
    again = {"act": "offer"}
    assert "a_no_is_a_no" in rules(scene, moment("May I send a link?", step=again, said="friday then"))
    assert "a_no_is_a_no" not in rules(scene, moment("May I send a link?", step=again, said="ok send me the link"))


def test_a_link_of_our_own_and_a_refund_that_took_place_may_be_told(scene: Scene, moment: Make) -> None:
    scene.moments.append(moment("", turns=(AGREED,)))
    assert rules(scene, moment(f"Here it is: {LINK}", after=OPEN)) == set()
    back = State(deposit="refunded", link=LINK, events=3)
    assert rules(scene, moment("Your deposit was refunded.", after=back)) == set()
    assert "bookings" in rules(scene, moment("Your deposit was refunded.", after=OPEN))
