"""A clinic's own lines about deposits say what they must, and nothing that nobody fills in."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from deskbell import Clinic, Money, Service, Wording
from deskbell.clinic import Deposit
from tests.conftest import CLINIC


@pytest.mark.parametrize(
    ("line", "text", "words"),
    [
        ("deposit_offer", "A {amount} deposit? {link}", "{link}"),
        ("deposit_offer", "We take a deposit. Okay?", "{amount}"),
        ("deposit_offer", "We take a {amount} deposit.", "question mark"),
        ("deposit_link", "Pay {amount} now.", "{link}"),
        ("deposit_reminder", "Your deposit is still open.", "{link}"),
        ("deposit_paid", "Thanks for {amuont}!", "{amuont}"),
        ("deposit_paid", "Thanks!", "{amount}"),
        ("deposit_declined", "All right, see {link}", "{link}"),
        ("greeting", "Hi {name}", "{name}"),
    ],
)
def test_a_line_that_cannot_be_filled_in_is_refused(line: str, text: str, words: str) -> None:
    with pytest.raises(ValidationError) as refused:
        Wording.model_validate({line: text})
    assert words in str(refused.value)
    assert line in str(refused.value)


def test_the_shipped_lines_can_be_filled_in() -> None:
    filled = [
        CLINIC.say(line, amount="$50", link="https://clinic.example/pay/0", when="today")
        for line in Wording().model_dump().values()
    ]
    assert not any("{" in line for line in filled)


def test_a_services_own_deposit_goes_before_the_clinics_and_none_is_none() -> None:
    clinic: Clinic = CLINIC.model_copy(update={"deposit": Deposit(cents=4000, currency="CAD")})
    own, usual, free = (
        Service(name=name, deposit_cents=cents) for name, cents in (("Aa", 900), ("Bb", None), ("Cc", 0))
    )
    assert clinic.deposit_for(own) == Money(900, "CAD")
    assert clinic.deposit_for(usual) == clinic.deposit_for(None) == Money(4000, "CAD")
    assert clinic.deposit_for(free) is None
    assert CLINIC.deposit_for(own) == Money(900, "USD")
    assert CLINIC.deposit_for(usual) is None
