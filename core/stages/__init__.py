"""The stages that ship: one module a stage. Each reads the turn, asks the receptionist, and appends effects.

This is a built-in plugin: it registers its stages the way a third party does. Which of them run, and in which order,
is written in a clinic's pipeline.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from deskbell import Stage, hookimpl


@hookimpl
def register_stages() -> Sequence[type[Stage[Any]]]:
    """All built-in stages, outermost first."""
    from core.stages.assistant import AssistantStage
    from core.stages.card_guard import CardGuard
    from core.stages.consent import Consent
    from core.stages.deposit import DepositStage
    from core.stages.emergency import EmergencyLine
    from core.stages.health_guard import HealthGuard
    from core.stages.history import HistoryStage
    from core.stages.injection_guard import InjectionGuard
    from core.stages.missed_call import MissedCall
    from core.stages.nudge import Nudge
    from core.stages.output_guard import OutputGuard
    from core.stages.pace import Pace
    from core.stages.sender_guard import SenderGuard
    from core.stages.sms_format import SmsFormat
    from core.stages.takeover import Takeover

    outermost = [SmsFormat, OutputGuard, HealthGuard, InjectionGuard, SenderGuard]
    guards = [Consent, Takeover, CardGuard, EmergencyLine, Pace]
    return [*outermost, *guards, HistoryStage, DepositStage, MissedCall, Nudge, AssistantStage]
