"""A text's greetings are counted, whatever words a model chooses for them."""

from __future__ import annotations

import pytest

from core.receptionist.guard.greeting import greetings
from deskbell import Clinic, Service, Wording

CLINIC = Clinic(
    id="harbor",
    name="Harbor Skin Studio",
    timezone="America/New_York",
    phone="+12125550134",
    services=(Service(name="Botox"),),
    wording=Wording(greeting="Hi, you've reached {clinic}."),
)


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("Hi, you’ve reached Harbor Skin Studio. What would you like to come in for?", 1),
        ("Hello from Harbor Skin Studio! Botox is $13 per unit.", 1),
        ("Welcome to HARBOR SKIN STUDIO. Hi, you've reached Harbor Skin Studio.", 2),
        ("Thanks, Dana. We look forward to seeing you at Harbor Skin Studio.", 0),
        ("Hi Dana, our team has your request.", 0),
        ("I can only help with Harbor Skin Studio and visits here.", 0),
    ],
)
def test_a_greeting_is_a_hello_in_the_clinics_name(text: str, count: int) -> None:
    assert greetings(text, CLINIC) == count
