"""The `staff` section, and the kinds of notices that it may name."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, get_args

import pytest
from pydantic import ValidationError

from core.config.staff import NoticeKind, Staff

ROOT = Path(__file__).parents[3]
GOOD: dict[str, Any] = {
    "sms": ["+12125550150"],
    "email": ["desk@harborskin.example"],
    "notify": ["lead"],
    "not_urgent": "when_open",
    "raise_again": {"after": "30m", "times": 2},
    "promise_due": "urgent",
    "texts_an_hour": 20,
}


def test_every_kind_that_is_said_somewhere_can_be_named() -> None:
    source = "\n".join(path.read_text() for path in (ROOT / "core").rglob("*.py"))
    said = set(re.findall(r'NotifyStaff\(\s*"(\w+)"', source))
    said |= set(re.findall(r'HandOver\([^()]*(?:\([^()]*\)[^()]*)*kind="(\w+)"', source))
    said |= set(re.findall(r'_tell_staff\([^"]*"(\w+)"', source))
    assert len(said) > 8
    assert said - set(get_args(NoticeKind)) == set()


def test_every_kind_is_explained() -> None:
    page = (ROOT / "docs" / "configuration.md").read_text()
    assert [kind for kind in get_args(NoticeKind) if f"`{kind}`" not in page] == []


@pytest.mark.parametrize(
    "wrong",
    [
        {"sms": ["2125550150"]},
        {"email": ["desk"]},
        {"email": ["Desk <desk@harborskin.example>"]},
        {"notify": ["leed"]},
        {"notify": "some"},
        {"not_urgent": "never"},
        {"raise_again": {"after": "30", "times": 2}},
        {"raise_again": {"after": "5s", "times": 2}},
        {"raise_again": {"after": "30m", "times": 99}},
        {"phone": "+12125550150"},
    ],
    ids=str,
)
def test_a_slip_of_the_pen_is_an_error(wrong: dict[str, Any]) -> None:
    Staff.model_validate(GOOD)
    with pytest.raises(ValidationError):
        Staff.model_validate({**GOOD, **wrong})
