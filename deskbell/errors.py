"""Every error of the plugin contracts, in one place.

The class is the vocabulary, its docstring is the default message. A provider raises one of these and nothing
else; the runtime decides by class, never by wording. No message may hold a patient's words, a full phone number
or a secret: they end in logs.
"""

from __future__ import annotations

import inspect
from datetime import timedelta


class DeskbellError(Exception):
    """Something in Deskbell failed."""

    def __init__(self, message: str | None = None) -> None:
        super().__init__(message or inspect.cleandoc(type(self).__doc__ or "").split("\n\n")[0])


# ---- on the way in: a webhook -------------------------------------------------------------------------------


class InboundError(DeskbellError):
    """The webhook was refused."""

    #: HTTP status the caller is given.
    status = 400


class SignatureInvalid(InboundError):
    """The signature is missing, wrong or stale."""

    status = 403


class Malformed(InboundError):
    """The body is not what this provider sends."""

    status = 400


class NotForMe(InboundError):
    """The webhook names a number or account that this binding does not own."""

    status = 404


# ---- on the way out: a text, a link, a model call ------------------------------------------------------------


class OutboundError(DeskbellError):
    """The provider did not do what it was asked."""

    def __init__(self, message: str | None = None, *, code: str | None = None) -> None:
        super().__init__(message)
        #: The provider's own error code, for the record and for staff.
        self.code = code


class RetryLater(OutboundError):
    """The provider did not act, or will not act twice, and may be asked again later."""

    def __init__(
        self,
        message: str | None = None,
        *,
        after: timedelta | None = None,
        code: str | None = None,
        down: bool = True,
        certain: bool = True,
    ) -> None:
        super().__init__(message, code=code)
        #: How long the provider asked to be left alone; None leaves it to the back-off.
        self.after = after
        #: Whether the provider itself is in trouble. False where it works and only this request has to wait: the
        #: recipient's carrier is down, or we were too quick. A channel that is down for long is stepped round.
        self.down = down
        #: Whether the provider certainly did not act. False where it may have, and its idempotency key makes it safe to
        #: ask it again: then nobody else may be asked in its place.
        self.certain = certain


class Undeliverable(OutboundError):
    """The provider refused for good; asking again will not help."""


class OptedOut(OutboundError):
    """The carrier says that this recipient has opted out."""


class Misconfigured(OutboundError):
    """The provider refused our credentials, number or settings; an operator has to act."""


class OutcomeUnknown(OutboundError):
    """The provider may or may not have acted (a time-out, a cut connection).

    Never asked again blindly: the outcome is looked up with the provider or held for staff.
    """


class CannotTell(OutboundError):
    """This provider has no way to say whether it acted on an earlier request."""


# ---- models and knowledge ------------------------------------------------------------------------------------


class ModelUnusable(OutboundError):
    """The model answered, and nothing of its answer can be used.

    Asking the same again is not worth it. The call was paid for all the same: what it cost stands here as it would
    in a `Draft`.
    """

    tokens_in = 0
    tokens_cached = 0
    tokens_out = 0
    cost_micros = 0


class ModelRefused(ModelUnusable):
    """The model declined to answer.

    `code`: "refusal" (the model itself) or "guardrail" (a filter in front of it).
    """


class ModelMalformed(ModelUnusable):
    """The model's answer is not of the agreed shape.

    `code`: "unreadable" (not what this provider sends), "no_reply" (no tool call), "truncated" (out of tokens),
    "no_words" or "wrong_shape".
    """


class DocumentRejected(DeskbellError):
    """A knowledge document cannot be used."""


# ---- plugins and set-up --------------------------------------------------------------------------------------


class PluginError(DeskbellError):
    """A plugin breaks the contract."""


class ProviderNotReady(DeskbellError):
    """A provider cannot start: a setting is missing or wrong."""
