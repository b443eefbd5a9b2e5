"""What the log lets through: events, and no phone numbers."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator

import pytest
import structlog

from core import log


@pytest.fixture(autouse=True)
def _restore() -> Iterator[None]:
    root = logging.getLogger()
    before = root.handlers[:], root.level
    yield
    root.handlers[:], root.level = before
    structlog.reset_defaults()


def lines(capsys: pytest.CaptureFixture[str]) -> list[dict[str, object]]:
    return [json.loads(line) for line in capsys.readouterr().err.splitlines()]


def test_numbers_are_masked_wherever_they_stand(capsys: pytest.CaptureFixture[str]) -> None:
    log.set_up("json")
    log.get("test").info("to +12125550142", number="+12125550142", inside={"list": ["(212) 555-0142"]})
    logging.getLogger("somebody.elses").warning("called %s", "+1 212 555 0142")
    said = capsys.readouterr().err
    assert "555" not in said
    assert said.count("0142") == 4


def test_an_exception_is_masked_too(capsys: pytest.CaptureFixture[str]) -> None:
    log.set_up("json")
    try:
        raise ValueError("no route to +12125550142")
    except ValueError:
        logging.getLogger("somebody").exception("failed")
    assert "5550142" not in capsys.readouterr().err


def test_a_line_is_an_event_with_time_and_level(capsys: pytest.CaptureFixture[str]) -> None:
    log.set_up("json")
    log.get("test").warning("turn failed", clinic="harbor", attempt=2)
    [line] = lines(capsys)
    assert (line["event"], line["level"], line["clinic"], line["attempt"]) == ("turn failed", "warning", "harbor", 2)
    assert str(line["timestamp"]).endswith("Z")
