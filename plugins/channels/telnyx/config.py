"""The settings of a Telnyx binding: what a clinic writes beside ``use: telnyx``."""

from __future__ import annotations

import base64
from typing import Annotated

from pydantic import AfterValidator, Field

from deskbell import E164, Credential
from plugins.channels.ringing import RingingConfig


def _public_key(value: str) -> str:
    try:
        raw = base64.b64decode(value, validate=True)
    except ValueError:
        raw = b""
    if len(raw) != 32:
        raise ValueError("must be the public key of the Telnyx portal (Keys & Credentials): 32 bytes, in base64")
    return value


class TelnyxConfig(RingingConfig):
    """What a clinic writes under ``channels:`` beside ``use: telnyx``."""

    number: E164 = Field(repr=False, description="The clinic's number at Telnyx, in E.164 form.")
    api_key: Credential = Field(description="API key (V2) of the Telnyx account.")
    public_key: Annotated[str, AfterValidator(_public_key)] = Field(
        description="The account's public key, which webhooks are verified with; base64."
    )
    messaging_profile_id: str | None = Field(
        default=None, description="Messaging profile to send with; needed only where the number alone does not say."
    )
    carrier_keywords: bool = Field(
        default=True,
        description="Telnyx answers STOP and START itself. False only where Telnyx has turned that off for you.",
    )
    base_url: str = Field(default="https://api.telnyx.com/v2", description="Address of the Telnyx API.")
