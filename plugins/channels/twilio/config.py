"""The settings of a Twilio binding: what a clinic writes beside ``use: twilio``."""

from __future__ import annotations

from pydantic import Field, model_validator

from deskbell import E164, ChannelConfig, Credential


class TwilioConfig(ChannelConfig):
    """What a clinic writes under ``channels:`` beside ``use: twilio``."""

    number: E164 = Field(repr=False, description="The clinic's number at Twilio, in E.164 form.")
    account_sid: str = Field(pattern=r"^AC[0-9A-Za-z]+$", description="Account SID, as in the Twilio console.")
    auth_token: Credential = Field(
        description="The account's primary auth token: calls are made and webhooks are verified with it."
    )
    messaging_service_sid: str | None = Field(
        default=None,
        pattern=r"^MG[0-9A-Za-z]+$",
        description="Messaging service to send through; left out, texts are sent from the number itself.",
    )
    carrier_keywords: bool = Field(
        default=True,
        description="Twilio answers STOP, START and HELP itself. False only where Twilio has turned that off for you.",
    )
    forward_to: E164 | None = Field(
        default=None,
        repr=False,
        description="The clinic's own line, which calls ring first; left out, a caller hears `voice_line`.",
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
    base_url: str = Field(default="https://api.twilio.com", description="Address of the Twilio API.")

    @model_validator(mode="after")
    def _rings_elsewhere(self) -> TwilioConfig:
        if self.forward_to == self.number:
            raise ValueError("has the number itself as 'forward_to': a call would go round in circles")
        return self
