"""What a text in Spanish says of a name, a treatment, a visit and a time goes along to the person who reads it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from core.receptionist.memory import Pending
from core.receptionist.understanding import Reader

#: A Wednesday, 10 in the morning in New York.
NOW = datetime(2026, 3, 4, 15, 0, tzinfo=UTC)

TIMES = [
    ("el martes por la tarde", "Tuesday afternoon"),
    ("mañana por la mañana", "Thu, Mar 5 in the morning"),
    ("manana a las 3", "Thu, Mar 5 at 3 pm"),
    ("pasado mañana", "Fri, Mar 6"),
    ("lunes o miércoles después de las cuatro", "Monday or Wednesday after 4 pm"),
    ("antes de las 11", "before 11 am"),
    ("entre las 2 y las 4", "between 2 pm and 4 pm"),
    ("la próxima semana", "the week of Mar 9"),
    ("el 12 de marzo", "Thu, Mar 12"),
    ("cualquier día", "any time"),
    ("lo antes posible", "as soon as possible"),
    ("no puedo los lunes", "any day but Monday"),
    ("los sábados al mediodía", "Saturday at noon"),
]


def read(reader: Reader, text: str, asked: str = "") -> dict[str, Any]:
    found = reader.read(text, now=NOW, pending=Pending(asked)).found
    return {one.field: one.value["text"] if isinstance(one.value, dict) else one.value for one in found}


@pytest.mark.parametrize(("text", "when"), TIMES)
def test_a_time_in_spanish_is_read_by_the_same_parser(reader: Reader, text: str, when: str) -> None:
    assert read(reader, text, "when")["when"] == when


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("hola, me llamo Ana Ruiz", {"first_name": "Ana", "last_name": "Ruiz"}),
        ("soy Ana", {"first_name": "Ana"}),
        ("soy nueva", {"new_or_returning": "new"}),
        ("nunca he ido", {"new_or_returning": "new"}),
        ("ya he estado ahí", {"new_or_returning": "returning"}),
        ("quiero relleno de labios", {"service": "Lip Filler"}),
        ("botox para labios el martes", {"service": "Botox", "when": "Tuesday"}),
        ("soy alergica a la penicilina", {}),
        ("buenas tardes", {}),
        ("buenas noches", {}),
    ],
)
def test_facts_in_spanish_are_read(reader: Reader, text: str, expected: dict[str, str]) -> None:
    assert read(reader, text) == expected


@pytest.mark.parametrize(("text", "value"), [("sí", "returning"), ("no", "new"), ("nunca", "new"), ("si", "returning")])
def test_a_yes_and_a_no_in_spanish_answer_our_question(reader: Reader, text: str, value: str) -> None:
    assert read(reader, text, "new_or_returning") == {"new_or_returning": value}


async def test_staff_get_what_was_read_with_the_hand_over(patient: Any) -> None:
    await patient.texts("hola, me llamo Ana Ruiz, quiero botox por favor el martes por la tarde")
    assert patient.handed_over == ["Wrote in another language: Ana Ruiz, Botox, Tuesday afternoon"]
