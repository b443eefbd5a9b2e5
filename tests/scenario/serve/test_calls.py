"""Missed calls through the whole system: signed at the carrier, texted back by its SDK, and nobody greeted after."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.scenario.serve.conftest import HARBOR, PATIENT, Serving, until

Make = Callable[..., Serving]
SIERRA = "+13105550177"
ANSWERED = "+12125550117"
OTHER = "+12125550119"
LINE = "+12125550147"


async def call(system: Serving, outcome: str, number: str, caller: str = PATIENT) -> None:
    wanted = {"from": caller, "to": number, "outcome": outcome}
    (await system.http.post("/api/calls", json=wanted)).raise_for_status()


async def accepted(system: Serving, count: int) -> bool:
    """Whether so many webhooks of calls have been answered with 200."""
    log = (await system.http.get("/api/log")).json()
    ours = [one for one in log if one["kind"] == "webhook" and one["event"] in ("call", "dialled", "call.hangup")]
    return [one["status"] for one in ours].count(200) >= count


@pytest.mark.parametrize(("number", "reports"), [(HARBOR, 1), (SIERRA, 2)])
async def test_a_missed_call_is_texted_back_once_and_an_answered_one_is_not(
    serving: Make, number: str, reports: int
) -> None:
    system = serving()
    await system.start()
    await call(system, "answered", number, ANSWERED)
    await call(system, "hung_up", number)
    [back] = await system.answered(1)
    assert "Reply STOP to opt out" in back
    await call(system, "missed", number)
    await call(system, "busy", number)
    await until(lambda: accepted(system, 4 * reports))

    text: dict[str, Any] = {"from": PATIENT, "to": number, "text": "hi, do you have parking?"}
    (await system.http.post("/api/texts", json=text)).raise_for_status()
    answers = await system.answered(2)
    assert len(answers) == 2
    assert not answers[1].startswith("Hi")
    assert await system.answers(ANSWERED) == []
    assert await system.stop() == 0


async def test_a_call_rings_the_clinics_line_first_and_is_texted_back_only_if_nobody_takes_it(serving: Make) -> None:
    system = serving()
    file = system.folder / "clinics" / "harbor" / "clinic.yml"
    number = f'number: "{HARBOR}"'
    file.write_text(file.read_text().replace(number, f'{number}, forward_to: "{LINE}"', 1))
    await system.start()
    # Who is answered proves that the carrier's SDK is loaded: a call waits for it no longer than people do.
    await system.text("do you have parking?", sender=OTHER)
    await system.answered(1, OTHER)
    await call(system, "answered", HARBOR, ANSWERED)
    await call(system, "missed", HARBOR)
    [back] = await system.answered(1)
    assert "Harbor" in back

    await until(lambda: commanded(system, {"transfer": 2, "answer": 1, "speak": 1, "hangup": 1}))
    assert await system.answers(ANSWERED) == []
    assert len(await system.answers()) == 1
    assert await system.stop() == 0


async def commanded(system: Serving, wanted: dict[str, int]) -> bool:
    """Whether the carrier was told to do this with calls, so often, and took it."""
    log = (await system.http.get("/api/log")).json()
    taken = [one["url"].rsplit("/", 1)[-1] for one in log if one["kind"] == "api" and one["status"] == 200]
    return {verb: taken.count(verb) for verb in wanted} == wanted
