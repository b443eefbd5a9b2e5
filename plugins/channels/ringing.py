"""What both carriers' numbers may be told of calls: the clinic's own line, how long it rings, what is said after it."""

from __future__ import annotations

from pydantic import Field, model_validator

from deskbell import E164, ChannelConfig


class RingingConfig(ChannelConfig):
    """Settings of a channel that puts calls through."""

    number: E164 = Field(repr=False, description="The clinic's number, in E.164 form.")
    forward_to: E164 | None = Field(
        default=None,
        repr=False,
        description="The clinic's own line, which calls ring first.",
    )
    ring_seconds: int = Field(
        default=20,
        ge=5,
        le=120,
        description="How long it rings there. Less than its voicemail waits: a greeting counts as an answer.",
    )
    voice_line: str = Field(
        default="Sorry, nobody can take your call right now. You can also send a text message to this number. Goodbye.",
        min_length=1,
        max_length=300,
        description="Said to a caller whom nobody answers, before the call ends.",
    )

    def is_ours(self, caller: str) -> bool:
        """Whether a caller's number is the clinic's: this one, or its line. Nobody there is a patient to text."""
        return caller in (self.number, self.forward_to)

    @model_validator(mode="after")
    def _rings_elsewhere(self) -> RingingConfig:
        if self.forward_to == self.number:
            raise ValueError("has the number itself as 'forward_to': a call would go round in circles")
        return self
