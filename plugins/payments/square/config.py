"""The settings of a Square binding: what a clinic writes beside ``use: square``."""

from __future__ import annotations

from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, model_validator

from deskbell import Credential, PaymentConfig

#: Square's own two worlds. As in its SDK, which is not loaded for two addresses.
ADDRESSES = {"production": "https://connect.squareup.com", "sandbox": "https://connect.squareupsandbox.com"}


def _web_address(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError("must be a whole address, e.g. https://desk.example/webhooks/square/harbor-square")
    return value


WebAddress = Annotated[str, AfterValidator(_web_address)]
SquareId = Annotated[str, Field(min_length=1, max_length=191, pattern=r"^[A-Za-z0-9_-]+$")]


class SquareConfig(PaymentConfig):
    """What a clinic writes under ``payments:`` beside ``use: square``.

    Either the token of the clinic's own account, or an application that the account is connected to.
    """

    environment: Literal["production", "sandbox"] = Field(
        default="production", description="production, or sandbox: Square's own, where no money moves."
    )
    access_token: Credential | None = Field(
        default=None, description="Access token of the clinic's own Square account, in the place of an application."
    )
    application_id: str | None = Field(
        default=None,
        pattern=r"^[A-Za-z0-9._-]+$",
        description="Id of the Square application that the clinic's account is connected to through OAuth.",
    )
    application_secret: Credential | None = Field(default=None, description="The application's OAuth secret.")
    webhook_signature_key: Credential = Field(
        description="Signature key of the webhook subscription at Square; what it did not sign is refused."
    )
    notification_url: WebAddress | None = Field(
        default=None,
        description="The subscription's address, letter for letter; left out, the address of this binding's webhook.",
    )
    location_id: SquareId | None = Field(
        default=None, description="Location that deposits are booked on; left out, the account's only active one."
    )
    merchant_id: SquareId | None = Field(
        default=None,
        description="The account's merchant id: news of other accounts is refused. An account that was connected "
        "through OAuth is known without it.",
    )
    base_url: WebAddress | None = Field(
        default=None, description="Address of the Square API; left out, the one of the environment."
    )

    @property
    def address(self) -> str:
        return (self.base_url or ADDRESSES[self.environment]).rstrip("/")

    @model_validator(mode="after")
    def _belongs_together(self) -> Self:
        if (self.application_id is None) != (self.application_secret is None):
            raise ValueError("application_id and application_secret: give both or none")
        if self.access_token is None and self.application_id is None:
            raise ValueError("give an access_token, or an application_id with its application_secret")
        if self.environment == "sandbox":
            return self  # a token may stand beside an application here: it serves until an account is connected
        if self.access_token is not None and self.application_id is not None:
            raise ValueError("give an access_token or an application, not both: whose account would be paid?")
        if self.application_id is not None and self.application_id.startswith("sandbox-"):
            raise ValueError("application_id is one of Square's sandbox; write environment: sandbox")
        return self
