"""What staff put right is proved like a patient's words, kept by an event of its own, and wins over later readings."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from core.engine.corrections import keep_corrections
from core.receptionist.corrections import CorrectionRefused, corrected
from core.receptionist.facts import Known
from core.receptionist.understanding import Reader
from deskbell import Clinic, Contact, Fact, Learn, StaffCorrected, TextReceived, Turn

NOW = datetime(2026, 3, 4, 15, 0, tzinfo=UTC)

KEPT = [
    ("first_name", " Dana ", "Dana"),
    ("last_name", "van der Berg-O'Brien", "van der Berg-O'Brien"),
    ("email", "Dana@Mail.Example", "Dana@mail.example"),
    ("new_or_returning", "New", "new"),
    ("service", "lip filler", "Lip Filler"),
    ("provider", "mia chen", "Mia Chen"),
    ("provider", "no preference", "no preference"),
    ("notes", "prefers mornings", "prefers mornings"),
    ("first_name", "", ""),
]


@pytest.mark.parametrize(("name", "written", "value"), KEPT)
def test_a_correction_that_holds_is_kept_as_the_menu_and_the_shapes_say(
    reader: Reader, name: str, written: str, value: str
) -> None:
    assert corrected(reader, name, written, Known(service="Lip Filler"), NOW) == value


def test_a_time_is_read_by_the_one_time_parser(reader: Reader) -> None:
    value = corrected(reader, "when", "next tues after 4", Known(), NOW)
    assert value["text"] == "Tue, Mar 10 after 4 pm"


REFUSED = [
    ("frist_name", "Dana", "first_name"),
    ("first_name", "Dana 2", "letters"),
    ("last_name", "①②", "letters"),
    ("email", "dana at mail", "address"),
    ("new_or_returning", "maybe", "new, returning"),
    ("service", "Botoks", "'Botox'"),
    ("service", "Haircut", "Microneedling"),
    ("variant", "Legs", "none to choose of Lip Filler"),
    ("provider", "Dr. Who", "Dr. Lena Ortiz"),
    ("when", "purple", "day or time"),
    ("notes", "x" * 301, "300"),
]


@pytest.mark.parametrize(("name", "written", "told"), REFUSED)
def test_what_cannot_be_kept_is_refused_and_what_can_be_is_said(
    reader: Reader, name: str, written: str, told: str
) -> None:
    with pytest.raises(CorrectionRefused, match=told):
        corrected(reader, name, written, Known(service="Lip Filler"), NOW)


def _turn(clinic: Clinic, *events: Any, **known: str) -> Turn:
    facts = {name: Fact(name, value, 1, NOW) for name, value in known.items()}
    return Turn(clinic, Contact(1, "sms", "+12125550111"), 1, "bot", NOW, events, facts, None, {}, stage="engine")


def test_a_correction_is_a_fact_by_staff_that_its_event_proves(clinic: Clinic) -> None:
    turn = _turn(clinic, StaffCorrected(7, NOW, "kim", "first_name", "Dana"))
    keep_corrections(turn)
    assert turn.facts["first_name"] == Fact("first_name", "Dana", 7, NOW, by="staff", scope="identity")


def test_another_service_takes_the_details_of_the_one_before_along(clinic: Clinic) -> None:
    turn = _turn(clinic, StaffCorrected(7, NOW, "kim", "service", "Botox"), service="Lip Filler", provider="Mia Chen")
    keep_corrections(turn)
    assert (turn.facts["service"].value, turn.facts["provider"].value) == ("Botox", "")


@pytest.mark.parametrize("by", ["rule", "model"])
def test_no_stage_replaces_what_staff_put_right(clinic: Clinic, by: Any) -> None:
    turn = _turn(clinic, StaffCorrected(7, NOW, "kim", "service", "Botox"), TextReceived(8, NOW, "lip filler"))
    keep_corrections(turn)
    turn.add(Learn(Fact("service", "Lip Filler", 8, NOW, by=by)))
    assert turn.facts["service"].value == "Botox"
    assert [note.decision for note in turn.notes] == ["overruled_by_staff"]


def test_staff_may_correct_themselves_and_a_forgotten_fact_may_be_learned_again(clinic: Clinic) -> None:
    turn = _turn(clinic, *(StaffCorrected(7 + n, NOW, "kim", "service", one) for n, one in enumerate(["Botox", ""])))
    keep_corrections(turn)
    turn.add(Learn(Fact("service", "Lip Filler", 9, NOW)))
    assert turn.facts["service"].value == "Lip Filler"


async def test_a_patient_who_says_otherwise_changes_nothing_and_staff_are_told(patient: Any) -> None:
    await patient.texts("hi im Dan Cole, botox")
    patient.known["first_name"] = Fact("first_name", "Dana", 9, NOW, by="staff", scope="identity")
    patient.known["notes"] = Fact("notes", "gluten", 9, NOW, by="staff")
    await patient.texts("im Dan. microneedling too")
    assert patient.facts["first_name"] == "Dana"
    assert patient.facts["notes"] == "gluten"
    told = [one.summary for one in patient.notices if one.kind == "differs"]
    assert told == ["Gives another first name than yours: Dan", "Says otherwise than you of notes"]


async def test_a_name_put_right_keeps_its_other_half_whoever_the_patient_says_to_be(patient: Any) -> None:
    await patient.texts("hi im Dan Cole, botox")
    patient.known["first_name"] = Fact("first_name", "Dana", 9, NOW, by="staff", scope="identity")
    await patient.texts("this is Dan")
    assert (patient.facts["first_name"], patient.facts["last_name"]) == ("Dana", "Cole")
