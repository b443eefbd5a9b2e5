"""What the control API takes, and how it says that something else came: ``{"error": …, "allowed": …}``."""

from __future__ import annotations

import json as jsonlib
from typing import Annotated, Any, TypeVar, get_args

from pydantic import AfterValidator, AwareDatetime, Field, ValidationError, model_validator
from sanic import HTTPResponse, Request, json

from deskbell import E164, Payee, Reachable, Settings
from sandbox.carrier import Outcome
from sandbox.clock import FURTHEST
from sandbox.media import is_address
from sandbox.phones import is_number, is_sender

#: Longer than any carrier takes, so that a test can bring it up to the application's own limit.
LONGEST_TEXT = 20_000

BodyT = TypeVar("BodyT", bound=Settings)


class Refused(Exception):
    """Answered to the caller: what was wrong, and what is allowed."""

    def __init__(self, error: str, allowed: Any = None, status: int = 400) -> None:
        super().__init__(error)
        self.error = error
        self.allowed = allowed
        self.status = status

    def response(self) -> HTTPResponse:
        return json({"error": self.error, "allowed": self.allowed}, self.status)


def _sender(value: str) -> str:
    if not is_sender(value):
        raise ValueError("is no phone number, short code or sender name")
    return value


def _recipient(value: str) -> str:
    if not is_number(value):
        raise ValueError("is no phone number in E.164 form")
    return value


def _text(value: str) -> str:
    try:
        value.encode()
    except UnicodeEncodeError:
        raise ValueError("holds half of a surrogate pair") from None
    return value


def _address(value: str) -> str:
    if not is_address(value):
        raise ValueError("is no http(s) address")
    return value


class TextRequest(Settings):
    """A text from a phone to a clinic."""

    sender: Annotated[str, AfterValidator(_sender)] = Field(
        alias="from", description="A number such as +12125550177, a short code (3-8 digits) or a sender name."
    )
    to: Annotated[str, AfterValidator(_recipient)] = Field(description="A clinic's number, as in GET /api/clinics.")
    text: Annotated[str, AfterValidator(_text)] = Field(
        "", max_length=LONGEST_TEXT, description=f"A string of at most {LONGEST_TEXT} characters; may be empty."
    )
    media: list[Annotated[str, AfterValidator(_address)]] = Field(
        default_factory=list, max_length=10, description="At most 10 http(s) addresses of pictures."
    )


def _caller(value: str) -> str:
    if not is_number(value) and value != "anonymous":
        raise ValueError("is no phone number, nor 'anonymous'")
    return value


class CallRequest(Settings):
    """A call from a phone to a clinic."""

    caller: Annotated[str, AfterValidator(_caller)] = Field(
        alias="from", description="A number such as +12125550177, or 'anonymous': withheld."
    )
    to: Annotated[str, AfterValidator(_recipient)] = Field(description="A clinic's number, as in GET /api/clinics.")
    outcome: Outcome = Field(description=f"How it ends: {', '.join(get_args(Outcome))}.")


class ClockRequest(Settings):
    """One move of the clock."""

    now: AwareDatetime | None = Field(None, description="An ISO 8601 time with its zone, e.g. 2026-12-01T09:00:00Z.")
    advance_seconds: float | None = Field(
        None, ge=-FURTHEST, le=FURTHEST, allow_inf_nan=False, description="A number of seconds, e.g. 3600."
    )
    reset: bool | None = Field(None, description="true: back to the machine's own time.")

    @model_validator(mode="after")
    def _exactly_one(self) -> ClockRequest:
        if (self.now is not None) + (self.advance_seconds is not None) + (self.reset is True) != 1:
            raise ValueError("give exactly one of now, advance_seconds, reset (true)")
        return self


class ClinicRequest(Settings):
    """A clinic's number, as a `deskbell serve` in another process introduces it."""

    clinic: str = Field(min_length=1, max_length=200, description="The clinic's id.")
    name: str = Field(min_length=1, max_length=200, description="The clinic's name.")
    channel: str = Field(min_length=1, max_length=100, description="The provider's name, e.g. telnyx.")
    number: E164 = Field(description="The clinic's number in E.164 form.")
    webhook_url: Annotated[str, AfterValidator(_address)] = Field(description="Where the number's webhooks go.")

    def reachable(self) -> Reachable:
        return Reachable(self.clinic, self.name, self.channel, self.number, self.webhook_url)


class PayeeRequest(Settings):
    """A clinic's account, as a `deskbell serve` in another process introduces it."""

    clinic: str = Field(min_length=1, max_length=200, description="The clinic's id.")
    name: str = Field(min_length=1, max_length=200, description="The clinic's name.")
    provider: str = Field(min_length=1, max_length=100, description="The provider's name, e.g. square.")
    binding: str = Field(min_length=1, max_length=200, description="The binding's id.")
    webhook_url: Annotated[str, AfterValidator(_address)] = Field(description="Where the account's webhooks go.")

    def payee(self) -> Payee:
        return Payee(self.clinic, self.name, self.provider, self.binding, self.webhook_url)


class SegmentsRequest(Settings):
    """A text to be measured."""

    text: Annotated[str, AfterValidator(_text)] = Field(max_length=LONGEST_TEXT, description="The text.")


def read(request: Request, model: type[BodyT]) -> BodyT:
    """The body as `model`. Raises `Refused`."""
    return convert(read_json(request), model)


def read_json(request: Request) -> Any:
    try:
        return jsonlib.loads(request.body)
    except (ValueError, RecursionError):
        raise Refused("the body is not JSON in UTF-8", "a JSON body") from None


def convert(value: Any, model: type[BodyT]) -> BodyT:
    """`value` as `model`. Raises `Refused`, naming the field at fault and what it takes."""
    try:
        return model.model_validate(value)
    except ValidationError as problems:
        problem = problems.errors(include_input=False, include_url=False)[0]
    fields = {field.alias or name: field.description for name, field in model.model_fields.items()}
    name = str(problem["loc"][0]) if problem["loc"] else ""
    message = problem["msg"].removeprefix("Value error, ")
    raise Refused(f"{name}: {message}" if name else message, fields.get(name) or fields)
