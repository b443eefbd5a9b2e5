"""What the settings of every model have in common: its deadline, its answer's length, its prices."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from deskbell import Settings

#: An address without a slash at its end.
Address = Annotated[str, Field(pattern=r"^https?://[^\s/]+[^\s]*[^\s/]$")]


class Prices(Settings):
    """What a million tokens cost, in cents, as the provider's price list says."""

    input: int = Field(ge=0, le=1_000_000, description="A million tokens of the prompt, in cents.")
    output: int = Field(ge=0, le=1_000_000, description="A million tokens that the model writes, in cents.")
    cached: int = Field(0, ge=0, le=1_000_000, description="A million tokens that its cache knew, in cents.")

    def cost_micros(self, *, read: float, cached: int, written: int) -> int:
        """Millionths of a dollar, rounded up. A cent for a million tokens is a hundredth of a millionth for one."""
        return -int(-(read * self.input + cached * self.cached + written * self.output) // 100)


class ModelSettings(Settings):
    """Base of every model's Config."""

    model: str = Field(min_length=1, pattern=r"^\S+$", description="The model's id, as its provider writes it.")
    max_tokens: int = Field(
        1_024, ge=128, le=16_384, description="Most tokens of one answer; one that is cut off is not used."
    )
    deadline_seconds: float = Field(
        12.0, gt=0, le=120, description="Longest that one call may take. A turn that has less time left gives it less."
    )
    temperature: float | None = Field(None, ge=0, le=2, description="Only for models that take it; left out, not sent.")
    prices: Prices | None = Field(None, description="What tokens cost; left out, the cost of a turn is not counted.")
