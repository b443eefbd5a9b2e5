"""Webhooks that come several times, out of order and all at once: every text is answered once, every burst with one."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from random import Random
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.config.schema import Burst
from core.engine.live import LiveClinic

if TYPE_CHECKING:
    from tests.scenario.conftest import Desk


@dataclass(frozen=True)
class Text:
    """A patient's text, in the burst of this number."""

    patient: str
    burst: int
    place: int

    @property
    def words(self) -> str:
        return f"{self.patient[2:5]} {self.patient[-4:]} says {self.burst}.{self.place}"

    @property
    def id(self) -> str:
        return f"{self.patient} {self.burst} {self.place}"


@dataclass
class Storm:
    """Delivers texts; knows in which waves they came first."""

    desk: Desk
    #: For each patient and burst: sets of texts, those of a set came together and those of a later one later.
    waves: dict[tuple[str, int], list[set[str]]] = field(default_factory=lambda: defaultdict(list))

    async def wave(self, deliveries: Sequence[Text]) -> None:
        """Delivers all of these at once, some of them perhaps not for the first time."""
        known = {words for waves in self.waves.values() for wave in waves for words in wave}
        fresh: dict[tuple[str, int], set[str]] = defaultdict(set)
        for text in deliveries:
            if text.words not in known:
                fresh[text.patient, text.burst].add(text.words)
        for burst, texts in fresh.items():
            self.waves[burst].append(texts)
        await asyncio.gather(*(self.desk.hear(text.words, text.patient, text_id=text.id) for text in deliveries))
        await self.turns()

    async def settle(self) -> None:
        """The bursts are over."""
        self.desk.clock.advance(10)
        await self.turns()

    async def turns(self) -> None:
        """Two workers come for every mailbox at once, whether it is time or too early."""
        rows = await self.desk.rows("SELECT id FROM conversation WHERE arrived > handled ORDER BY id")
        await asyncio.gather(*(self.desk.engine.turns.handle("harbor", row["id"], 0) for row in rows for _ in range(2)))

    def check(self) -> None:
        """One answer for each burst; in it each of its texts once, those that came in a later wave later."""
        answers: dict[str, list[list[str]]] = defaultdict(list)
        for text in self.desk.wire.taken:
            answers[text.to].append(text.text.split("+"))
        expected: dict[str, list[list[set[str]]]] = defaultdict(list)
        for (patient, _), waves in sorted(self.waves.items()):
            expected[patient].append(waves)
        assert answers.keys() == expected.keys()
        for patient, bursts in expected.items():
            assert len(answers[patient]) == len(bursts), "one answer for a burst"
            for answer, waves in zip(answers[patient], bursts, strict=True):
                for wave in waves:
                    assert set(answer[: len(wave)]) == wave
                    del answer[: len(wave)]
                assert answer == []


@pytest.fixture
def storm(desk: Desk) -> Storm:
    burst = Burst.model_validate({"fragment": "2s", "text": "2s", "question": "2s", "cap": "9s"})
    desk.live = LiveClinic(replace(desk.live.plan, burst=burst), desk.live.channels, None, desk.live.pipeline)
    desk.engine.directory.swap({"harbor": desk.live})
    return Storm(desk)


PATIENTS = ("+12125550111", "+12125550112", "+12125550113")


@st.composite
def storms(draw: st.DrawFn) -> list[list[list[Text]]]:
    """Bursts, each of waves of deliveries; a later burst delivers texts of earlier ones again."""
    bursts: list[list[list[Text]]] = []
    earlier: list[Text] = []
    for number in range(draw(st.integers(1, 3))):
        texts = [Text(patient, number, place) for patient in PATIENTS for place in range(draw(st.integers(0, 3)))]
        again = draw(st.lists(st.sampled_from(earlier), max_size=4)) if earlier else []
        deliveries = [text for text in texts for _ in range(draw(st.integers(1, 5)))] + again
        shuffled = draw(st.permutations(deliveries))
        cuts = sorted(draw(st.lists(st.integers(0, len(shuffled)), max_size=3)))
        bursts.append([shuffled[a:b] for a, b in zip([0, *cuts], [*cuts, len(shuffled)], strict=True)])
        earlier += texts
    return bursts


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(storms())
async def test_however_webhooks_come_every_burst_has_one_answer_with_each_text_once(
    storm: Storm, bursts: list[list[list[Text]]]
) -> None:
    await storm.desk.clear()
    storm.waves.clear()
    for waves in bursts:
        for wave in waves:
            await storm.wave(wave)
        await storm.settle()
    # What comes after everything was answered changes nothing.
    await storm.wave([text for waves in bursts for wave in waves for text in wave])
    await storm.settle()
    storm.check()


async def test_two_hundred_phones_at_once_lose_nothing_and_hear_nothing_twice(storm: Storm) -> None:
    random = Random(2026)
    phones = [f"+1{area}55501{n:02}" for area in (212, 310) for n in range(100)]
    earlier: list[Text] = []
    for number in range(3):
        texts = [Text(phone, number, place) for phone in phones for place in range(random.randint(1, 3))]
        deliveries = [text for text in texts for _ in range(random.randint(1, 5))] + random.sample(
            earlier, len(earlier) // 5
        )
        random.shuffle(deliveries)
        half = len(deliveries) // 2
        await storm.wave(deliveries[:half])
        storm.desk.clock.advance(1)
        await storm.wave(deliveries[half:])
        await storm.settle()
        earlier += texts
    storm.check()
    assert await storm.desk.value("SELECT count(*) FROM event") == len(earlier)
