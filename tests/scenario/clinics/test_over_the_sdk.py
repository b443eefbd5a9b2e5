"""The clinics' conversations with Claude on Bedrock: the official SDK, over HTTP, to a stand-in that follows a script.

Once by a model that does as it is told, once by one that invents, promises, advises and leaks. What the stand-in was
sent is read to the last word.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from core.config.clinic import ClinicPlan
from core.plugins import load_catalogue
from core.receptionist.cards import cut_cards
from core.rehearsal import report
from core.rehearsal.files import Rehearsal, find, read_all
from core.rehearsal.house import Lane, load_plans, opened
from core.rehearsal.models import Casting, Model
from core.rehearsal.run import rehearse
from core.rehearsal.script import ModelReply
from core.store.database import Database
from deskbell import Draft, ManualClock, ModelMalformed, ModelRefused, Prompt, ProviderContext, RetryLater
from tests.scenario.models.conftest import NOW
from tests.scenario.models.test_discretion import OTHER, lines, told

CLINICS = Path(__file__).parents[3] / "clinics"
LEAST = 60
_PHONE = re.compile(r"\+?1?[\s.(-]*\d{3}[\s.)-]*555[\s.-]*01\d\d")
_INNER = re.compile(
    r"/pay/|\b[0-9a-f]{16}\b|\b[0-9a-f]{8}-[0-9a-f]{4}-|\bharbor-main\b|\bharbor-deposits\b|\bsierra-main\b"
)


#: How a played model fails, in the stand-in's words.
_FAULTS = {ModelMalformed: "malformed", ModelRefused: "refusal", RetryLater: "throttle"}


class OverTheSdk(Model):
    """Asks a real provider, whose stand-in has been told what the played model says."""

    def __init__(self, played: Model, bedrock: Any, control: httpx.AsyncClient, queue: asyncio.Lock) -> None:
        super().__init__()
        self._played, self._bedrock, self._control, self._queue = played, bedrock, control, queue
        self.calls, self.sins, self.faultless = played.calls, played.sins, played.faultless

    def cue(self, replies: Sequence[ModelReply]) -> None:
        self._played.cue(replies)

    async def draft(self, prompt: Prompt) -> Draft:
        async with self._queue:
            wanted, step = await self._wanted(prompt)
            (await self._control.delete("/api/llm/script")).raise_for_status()
            (await self._control.post("/api/llm/script", json=[step])).raise_for_status()
            said: Draft = await self._bedrock.draft(prompt, deadline_seconds=10)
        assert wanted is not None, "the stand-in was told to fail, and the SDK did not notice"
        assert (said.text, said.asks, said.wants_person) == (wanted.text, wanted.asks, wanted.wants_person)
        assert [(one.name, one.value, one.evidence) for one in said.found] == [
            (one.name, one.value, one.evidence) for one in wanted.found
        ]
        return said

    async def _wanted(self, prompt: Prompt) -> tuple[Draft | None, dict[str, Any]]:
        try:
            draft = await self._played.draft(prompt)
        except (ModelMalformed, ModelRefused, RetryLater) as error:
            return None, {"fault": _FAULTS[type(error)]}
        facts = [{"name": one.name, "value": one.value, "evidence": one.evidence} for one in draft.found]
        reply = {"words": draft.text, "facts": facts, "asks": draft.asks or "none", "wants_person": draft.wants_person}
        return draft, {"reply": reply}


@dataclass
class Bench:
    bedrock: Any
    control: httpx.AsyncClient
    plans: Mapping[str, ClinicPlan]


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[Bench]:
    catalogue = load_catalogue()
    stand_in = catalogue.stand_ins[0](host="127.0.0.1", port=0, folder=tmp_path)
    await stand_in.start()
    provider = catalogue.llms["bedrock"]
    settings = {"region": "us-east-1", "model": "us.anthropic.claude-haiku-4-5-20251001-v1:0"}
    config = provider.Config.model_validate({**settings, **stand_in.overrides["bedrock"]})
    bedrock = provider(config, ProviderContext("harbor", "harbor-claude", clock=ManualClock(NOW)))
    await bedrock.open()
    plans, errors = load_plans(CLINICS, catalogue)
    assert errors == []
    async with httpx.AsyncClient(base_url=stand_in.url, timeout=20) as control:
        yield Bench(bedrock, control, plans)
    await bedrock.close()
    await stand_in.stop()


def chosen() -> list[Rehearsal]:
    """Every conversation that brings no model of its own."""
    rehearsals, errors = read_all(find(CLINICS))
    assert errors == []
    return [one for one in rehearsals if not one.script.scripted]


@pytest.mark.parametrize("casting", [Casting.OBEDIENT, Casting.HOSTILE])
async def test_conversations_keep_every_rule_whatever_claude_says_and_it_is_told_nothing_it_must_not_know(
    bench: Bench, database: Database, casting: Casting
) -> None:
    rehearsals, queue = chosen(), asyncio.Lock()
    lane = Lane(database)

    def through(played: Model) -> Model:
        return OverTheSdk(played, bench.bedrock, bench.control, queue)

    try:
        async with opened(bench.plans) as clinics:
            outcomes = await rehearse(rehearsals, casting, clinics, [lane], through=through)
    finally:
        await lane.close()
    wrong = [report.words(one) for one in outcomes if not one.verdict.good]
    if wrong:
        pytest.fail("\n\n".join(wrong), pytrace=False)
    assert len(outcomes) >= LEAST
    assert sum(one.calls > 0 for one in outcomes) >= LEAST
    calls = (await bench.control.get("/api/llm/calls")).json()
    assert len(calls) >= sum(one.calls for one in outcomes) > LEAST
    leaks = [leak for call in calls for leak in _leaks(call)]
    assert leaks == [], "\n".join(leaks)


def _leaks(call: Mapping[str, Any]) -> Iterator[str]:
    """What a request holds that must stay here."""
    said = told(call)
    for pattern in (_PHONE, _INNER):
        if found := pattern.search(said):
            yield f"{found.group()!r}"
    if cut_cards(" ".join(lines(call, "user")))[1]:
        yield "a card number"
    names = [name for name in OTHER.values() if name.casefold() in said.casefold()]
    if len(names) > 1:
        yield "two clinics in one prompt"
