"""The demo clinics with their own pipelines, and nothing else: no database, no carrier, no model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from core.config.clinics import load_clinics
from core.config.stages import StagePlan
from core.engine.events import text_body
from core.engine.pipeline import Pipeline
from core.plugins import load_catalogue
from core.receptionist.health import HealthRules
from core.receptionist.understanding import Reader
from deskbell import Clinic, Contact, InboundText, StageContext, TextReceived, Turn
from tests.corpus.texts import CorpusText

CLINICS = Path(__file__).parents[2] / "clinics"
#: A Tuesday, 11 in the morning in New York.
NOW = datetime(2026, 3, 3, 16, tzinfo=UTC)
_SECRETS = {
    "TELNYX_API_KEY": "KEY0123456789",
    "SQUARE_ACCESS_TOKEN": "token",
    "SQUARE_WEBHOOK_SIGNATURE_KEY": "signature-key",
    "TELNYX_PUBLIC_KEY": "UUj8nZ0MPmzLRNP6IOOHdqCJWkP+9ydqqYGmJrRjR5Q=",
    "TWILIO_ACCOUNT_SID": "AC" + "0" * 32,
    "TWILIO_AUTH_TOKEN": "0" * 32,
}


@dataclass
class Desk:
    """One clinic's pipeline."""

    clinic: Clinic
    pipeline: Pipeline
    reader: Reader
    health: HealthRules

    async def hear(self, corpus: CorpusText) -> Turn:
        """A turn over these texts, as intake would have stored them."""
        turn = Turn(
            clinic=self.clinic,
            contact=Contact(3, "sms", "+12125550187", opted_out=corpus.opted_out),
            conversation=7,
            owner="bot",
            now=NOW,
            events=[_stored(text, seq) for seq, text in enumerate(corpus.texts, 1)],
        )
        await self.pipeline.run(turn)
        return turn


def _stored(text: str, seq: int) -> TextReceived:
    body = text_body(InboundText(f"in{seq}", "+12125550187", "+12125550142", text, NOW))
    return TextReceived(seq, NOW, body["text"], card_removed=body.get("card_removed", False))


@pytest.fixture(scope="session")
def desks() -> Mapping[str, Desk]:
    loaded = load_clinics(CLINICS, load_catalogue(), environment=_SECRETS)
    assert not loaded.errors
    return {name: _desk(plan.clinic, plan.pipeline) for name, plan in loaded.plans.items()}


def _desk(clinic: Clinic, stages: Sequence[StagePlan]) -> Desk:
    context = StageContext(clinic=clinic)
    return Desk(
        clinic, Pipeline([one.stage(one.config, context) for one in stages]), Reader(clinic), HealthRules(clinic)
    )
