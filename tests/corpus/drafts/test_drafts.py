"""Drafts as a language model words them, good and bad, and what the guard on the way out says of each."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from core.receptionist.guard import Ground, Grounds, Rule, judge
from core.receptionist.guard.verdict import REASONS
from deskbell import Clinic, Fact, RequestStatus
from plugins.knowledge.entries import Entry, Own, read_folder

HERE = Path(__file__).parent
CLINICS = HERE.parents[2] / "clinics"
NOW = datetime(2026, 3, 2, 15, tzinfo=UTC)  # a Monday, 10 in the morning in New York

#: Judged where a draft is asked for: by what was planned, and not by its words alone.
BY_THE_PLAN = {Rule.EMPTY, Rule.GREETING}

Case = tuple[str | None, str, dict[str, Any]]


def load(name: str) -> list[dict[str, Any]]:
    groups: list[dict[str, Any]] = yaml.safe_load((HERE / f"{name}.yml").read_text("utf-8"))
    return groups


def lines(table: str) -> Iterator[str]:
    return (line.replace("\\n", "\n") for line in table.splitlines() if line.strip())


def cases(name: str) -> list[Case]:
    found: list[Case] = []
    for group in load(name):
        drafts = group["drafts"] if isinstance(group["drafts"], dict) else {None: group["drafts"]}
        found += [(rule, draft, group) for rule, table in drafts.items() for draft in lines(table)]
    return found


@lru_cache
def clinic(name: str) -> Clinic:
    document = yaml.safe_load((CLINICS / name / "clinic.yml").read_text("utf-8"))
    parts = {key: document[key] for key in ("hours", "services", "booking", "wording")}
    return Clinic.model_validate({"id": name, **document["clinic"], **parts})


@lru_cache
def grounds(name: str) -> Grounds:
    return Grounds(clinic(name))


@lru_cache
def notes(name: str) -> dict[str, Entry]:
    return {entry.title: entry for entry in read_folder(CLINICS / name / "knowledge", Own()).entries}


def ground(group: dict[str, Any]) -> Ground:
    facts = {name: Fact(name, value, 1, NOW) for name, value in group.get("facts", {}).items()}
    passages = [f"{title}: {notes(group['clinic'])[title].text}" for title in group.get("passages", [])]
    return grounds(group["clinic"]).of(facts, [*passages, *group.get("lent", [])], NOW)


def verdict(draft: str, group: dict[str, Any]) -> str | None:
    request = RequestStatus(group["request"]) if "request" in group else None
    found = judge(draft, ground(group), request, asks=group.get("asks"))
    return found.rule.value if found else None


PASSING = cases("pass")
BLOCKED = cases("block")
HOSTILE = cases("hostile")


@pytest.mark.parametrize(("rule", "draft", "group"), PASSING, ids=lambda one: one if isinstance(one, str) else "")
def test_a_draft_that_keeps_every_rule_goes_out(rule: None, draft: str, group: dict[str, Any]) -> None:
    assert verdict(draft, group) is None


@pytest.mark.parametrize(("rule", "draft", "group"), BLOCKED, ids=lambda one: one if isinstance(one, str) else "")
def test_a_draft_that_breaks_a_rule_is_named_with_it(rule: str, draft: str, group: dict[str, Any]) -> None:
    assert verdict(draft, group) == rule


@pytest.mark.parametrize(("rule", "draft", "group"), HOSTILE, ids=lambda one: one if isinstance(one, str) else "")
def test_a_draft_that_tries_to_get_through_does_not(rule: str, draft: str, group: dict[str, Any]) -> None:
    """Which rule stops it is of no matter; the name it stands under is the one it tries to break."""
    assert verdict(draft, group) is not None


@pytest.mark.parametrize("name", ["harbor", "sierra"])
def test_everything_that_the_notes_say_may_be_said(name: str) -> None:
    for entry in notes(name).values():
        on = grounds(name).of({}, [entry.text], NOW)
        assert judge(entry.text, on) is None, entry.title
        assert judge(entry.text.replace("'", "’"), on) is None, entry.title


def test_the_corpus_is_large_and_fair() -> None:
    drafts = [*PASSING, *BLOCKED, *HOSTILE]
    assert len(drafts) >= 250
    assert len({draft for _, draft, _ in drafts}) == len(drafts)
    assert len(PASSING) * 3 >= len(PASSING) + len(BLOCKED)
    assert {rule for rule, _, _ in BLOCKED} == set(Rule) - BY_THE_PLAN


def test_every_rule_has_a_reason_that_a_model_can_act_on() -> None:
    assert set(REASONS) == set(Rule)
    assert all(10 < len(reason) < 140 for reason in REASONS.values())
