"""Moments as if they had been played, at a clinic of which a few words are written down."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from core.rehearsal.invariants import Scene
from core.rehearsal.moment import Moment, Sent, State
from core.rehearsal.script import ScriptTurn
from deskbell import Hours, Price, Service, Span

OUR_NUMBER = "+12125550142"
PATIENT = "+12125550111"
KNOWLEDGE = """A peel is 15% off in a package of $400. Parking: https://harbor.example/park, open until 9 pm.
Pregnant: ask us in person."""


@pytest.fixture
def scene(plan: Any, tmp_path: Path) -> Scene:
    """A conversation that has not begun, at a clinic with hours, a price and a page of knowledge."""
    (tmp_path / "notes.md").write_text(KNOWLEDGE)
    (tmp_path / "clinic.yml").write_text('phone: "+12125550134"')
    clinic = plan.clinic.model_copy(
        update={
            "services": (Service(name="Botox", price=Price(cents=1300), deposit_cents=5000),),
            "hours": Hours(monday=(Span.model_validate("09:00-17:00"),)),
        }
    )
    return Scene(replace(plan, clinic=clinic, folder=tmp_path), PATIENT)


@pytest.fixture
def plan() -> Any:
    from tests.conftest import bare_plan

    return bare_plan()


def sent(text: str, **changes: Any) -> Sent:
    """A reply of the bot's."""
    whole = Sent(text, sender=OUR_NUMBER, to=PATIENT, binding="harbor-main", kind="reply", author="bot", turn=1)
    return replace(whole, **changes)


def turn(*decisions: tuple[str, Mapping[str, Any]], effects: tuple[str, ...] = (), outcome: str = "done") -> Any:
    """A turn's row with its trace."""
    told = [{"stage": "assistant", "decision": name, "details": dict(details)} for name, details in decisions]
    return {"outcome": outcome, "trace": {"decisions": told, "effects": list(effects)}}


@pytest.fixture
def moment() -> Callable[..., Moment]:
    """`moment("a reply", said="hi")`: what was sent, and whatever else is different from usual."""

    def make(*texts: str | Sent, said: str | tuple[str, ...] = "hi", **changes: Any) -> Moment:
        written = (said,) if isinstance(said, str) else said
        script = changes.pop("script", {})
        step = changes.pop("step", None)
        turns = changes.pop("turns", (turn(("step", step)),) if step is not None else ())
        whole = Moment(
            number=1,
            script=ScriptTurn.model_validate({"patient": written, **script}),
            at=datetime(2026, 3, 2, 15, 0, tzinfo=UTC),
            said=written,
            texted=OUR_NUMBER,
            sent=tuple(one if isinstance(one, Sent) else sent(one) for one in texts),
            turns=turns,
            notices=changes.pop("notices", ()),
            calls=changes.pop("calls", ()),
            before=changes.pop("before", State()),
            after=changes.pop("after", State()),
            stored=changes.pop("stored", ""),
            live_links=changes.pop("live_links", 0),
            links=changes.pop("links", ()),
        )
        assert changes == {}
        return whole

    return make
