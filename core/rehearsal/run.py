"""Playing many conversations at once, one a lane."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence

from core.rehearsal.files import Rehearsal
from core.rehearsal.house import Lane, OpenClinic
from core.rehearsal.models import Casting, Through, itself
from core.rehearsal.outcome import Outcome
from core.rehearsal.performance import perform

OnOutcome = Callable[[Outcome], None]


async def rehearse(
    rehearsals: Sequence[Rehearsal],
    casting: Casting,
    clinics: Mapping[str, OpenClinic],
    lanes: Sequence[Lane],
    on_outcome: OnOutcome = lambda outcome: None,
    *,
    seed: int = 0,
    through: Through = itself,
) -> list[Outcome]:
    """Plays all; the outcomes are in the order of the conversations, and told one by one as they come.

    `through` may put something between the clinics and the played model, such as a provider's own SDK.
    """
    waiting = list(enumerate(rehearsals))[::-1]
    outcomes: dict[int, Outcome] = {}

    async def work(lane: Lane) -> None:
        while waiting:
            place, rehearsal = waiting.pop()
            outcomes[place] = await perform(rehearsal, casting, clinics[rehearsal.clinic], lane, place, seed, through)
            on_outcome(outcomes[place])

    await asyncio.gather(*(work(lane) for lane in lanes))
    return [outcomes[place] for place in sorted(outcomes)]
