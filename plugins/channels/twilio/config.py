"""The settings of a Twilio binding: what a clinic writes beside ``use: twilio``."""

from __future__ import annotations

from pydantic import Field

from deskbell import E164, Credential
from plugins.channels.ringing import RingingConfig


class TwilioConfig(RingingConfig):
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
    base_url: str = Field(default="https://api.twilio.com", description="Address of the Twilio API.")
