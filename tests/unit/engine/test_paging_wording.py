"""What a notice says, and how it stays short, plain and discreet."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.engine.paging.wording import mail, text
from core.receptionist.sms import count
from core.store.notice_deliveries import Delivery
from tests.conftest import CLINIC

URL = "https://texts.harbor-skin-studio.example"
AT = datetime(2026, 3, 2, 19, 5, tzinfo=UTC)


def delivery(summary: str = "Asked for a person: Dana Cole, Botox", **changes: Any) -> Delivery:
    given: dict[str, Any] = {
        "clinic": "harbor",
        "id": 1,
        "key": UUID(int=7),
        "means": "sms",
        "recipient": "+12125550150",
        "round": 0,
        "attempts": 1,
        "binding": None,
        "created_at": AT,
        "first_attempt_at": AT,
        "conversation": 12,
        "kind": "person",
        "summary": summary,
        "urgent": False,
        "token": "0123456789ab",
        "noticed_at": AT,
        "seen": False,
        "opted_out": False,
    }
    return Delivery(**{**given, **changes})


def test_it_names_the_clinic_the_matter_and_the_link() -> None:
    assert text(delivery(), CLINIC, URL) == f"Harbor: Asked for a person: Dana Cole, Botox. {URL}/n/0123456789ab"


def test_what_is_urgent_says_so_and_what_is_raised_again_says_since_when() -> None:
    told = text(delivery(urgent=True, round=1), CLINIC, "")
    assert told == "Harbor: URGENT: Still waiting since Mon 2:05 pm: Asked for a person: Dana Cole, Botox."


@given(st.text(max_size=600))
def test_whatever_a_summary_holds_the_text_is_short_and_keeps_its_link(summary: str) -> None:
    told = text(delivery(summary), CLINIC, URL)
    assert count(told).segments <= 2
    assert told.endswith("/n/0123456789ab")


@pytest.mark.parametrize("number", ["+12125550111", "(212) 555-0111", "212.555.0111"])
def test_no_number_of_a_patient_is_in_it(number: str) -> None:
    summary = f"Asked for a person: Dana Cole {number}"
    letter = mail(delivery(summary), CLINIC, URL)
    for told in (text(delivery(summary), CLINIC, URL), letter.subject, letter.body):
        assert "555" not in told


def test_a_subject_is_one_line_whatever_the_summary_holds() -> None:
    letter = mail(delivery("Asked\r\nBcc: all@x.example\r\n\r\nfor a person"), CLINIC, URL)
    assert letter.subject == "Harbor: Asked Bcc: all@x.example for a person"


def test_an_e_mail_says_how_to_read_on_and_has_an_id_of_its_own() -> None:
    letter = mail(delivery(), CLINIC, URL)
    assert f"{URL}/n/0123456789ab" in letter.body
    assert "deskbell staff seen c12" in letter.body
    assert letter.id == str(UUID(int=7))
    assert "/n/" not in mail(delivery(), CLINIC, "").body


def test_what_belongs_to_no_conversation_has_no_link_and_says_what_ends_the_reminders() -> None:
    of_none = delivery("The till account was disconnected", conversation=0, kind="account_revoked")
    assert text(of_none, CLINIC, URL) == "Harbor: The till account was disconnected."
    letter = mail(of_none, CLINIC, URL)
    assert "deskbell staff seen harbor" in letter.body
    assert [word for word in ("/n/", "c0", "patient") if word in letter.body] == []
