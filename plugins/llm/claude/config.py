"""The settings that every way to Claude has."""

from __future__ import annotations

from typing import Any, ClassVar, Literal, Self

from pydantic import Field, model_validator

from plugins.llm.settings import Address, ModelSettings


class ClaudeConfig(ModelSettings):
    """Base of the Configs of `bedrock` and `anthropic`."""

    #: The versions of the API that still take sampling settings.
    samples: ClassVar[frozenset[str]] = frozenset()

    anthropic_version: str | None = Field(None, description="Version of the API; left out, what fits the model.")
    temperature: float | None = Field(None, ge=0, le=1, description="Only for models that take it; left out, not sent.")
    top_p: float | None = Field(None, gt=0, le=1, description="Only for models that take it; left out, not sent.")
    top_k: int | None = Field(None, ge=1, le=500, description="Only for models that take it; left out, not sent.")
    thinking: Literal["off"] | None = Field(
        None, description="'off' for models that think first unless told not to: that does not go with a forced tool."
    )
    base_url: Address | None = Field(None, description="Address of the API; left out, the provider's own.")

    @property
    def version(self) -> str | None:
        """The API's version to send; None leaves it to the SDK."""
        return self.anthropic_version

    @property
    def sampling(self) -> dict[str, Any]:
        """The sampling settings that are set."""
        given = {"temperature": self.temperature, "top_p": self.top_p, "top_k": self.top_k}
        return {name: value for name, value in given.items() if value is not None}

    @property
    def unusual(self) -> dict[str, Any]:
        """What goes into the request's body and has no argument in the SDK."""
        return self.sampling

    @model_validator(mode="after")
    def _samples_only_where_it_may(self) -> Self:
        if self.sampling and self.version not in self.samples:
            raise ValueError(
                f"{', '.join(self.sampling)}: newer versions of the API take no sampling settings. Leave them out, "
                f"or set anthropic_version to {' or '.join(sorted(self.samples))} if your model takes that one"
            )
        return self
