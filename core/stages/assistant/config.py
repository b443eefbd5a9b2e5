"""Settings of the `assistant` stage."""

from __future__ import annotations

from pydantic import Field

from deskbell import Settings


class Budget(Settings):
    """What language models may use up in one day of the clinic; beyond it the rules answer."""

    tokens_a_day: int = Field(default=5_000_000, ge=0, description="Tokens read and written, cached ones included.")
    texts_a_day: int = Field(default=5_000, ge=0, description="Texts that a model worded.")


class AssistantConfig(Settings):
    """Settings of the `assistant` stage."""

    deadline_seconds: float = Field(
        default=15,
        gt=0,
        le=120,
        description="Longest time to word a reply, all models together; after it the rules' own words go out.",
    )
    model_seconds: float = Field(default=8, gt=0, le=60, description="Longest time that one call of a model may take.")
    budget: Budget = Field(default=Budget(), description="What language models may use up in a day.")
