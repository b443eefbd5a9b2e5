"""What is offered instead of a treatment that is not sold is like it."""

from __future__ import annotations

from typing import Any

import pytest

from core.receptionist.menu import menu_of
from deskbell import Clinic


@pytest.mark.parametrize(
    ("unsold", "offered"),
    [
        ("Dysport", ("Botox",)),
        ("Under-Eye Filler", ("Lip Filler", "Cheek Filler")),
        ("Chemical Peel", ("HydraFacial", "Microneedling", "Botox")),
        ("CoolSculpting", ("Botox", "Lip Filler", "Cheek Filler")),
        ("", ("Botox", "Lip Filler", "Cheek Filler")),
    ],
)
def test_what_is_alike_is_offered_and_else_the_head_of_the_menu(
    clinic: Clinic, unsold: str, offered: tuple[str, ...]
) -> None:
    assert menu_of(clinic, unsold) == offered


async def test_a_choice_among_what_was_offered_instead_is_understood(patient: Any) -> None:
    assert "HydraFacial, Microneedling" in await patient.texts("do you do chemical peels?")
    await patient.texts("the second one")
    assert patient.facts["service"] == "Microneedling"
