"""Square's error codes, sorted by what we do about them. Pure.

Codes as in Square's API reference (ErrorCode). The class goes by the code, and by the HTTP status where there is none
that we know. What may have been done all the same is `OutcomeUnknown`: links and refunds carry a key, so that whoever
asked may ask again.
"""

from __future__ import annotations

from datetime import timedelta

from deskbell import Misconfigured, OutboundError, OutcomeUnknown, RetryLater, Undeliverable

#: The token is not, or no longer, good; a renewed one may be.
STALE_TOKEN = frozenset({"ACCESS_TOKEN_EXPIRED", "UNAUTHORIZED"})

#: Our token, application, account or location: an operator has to act.
MISCONFIGURED = {
    "UNAUTHORIZED": "the token, or the application's id, secret or code, is refused",
    "ACCESS_TOKEN_EXPIRED": "the access token has expired",
    "ACCESS_TOKEN_REVOKED": "the access was withdrawn; connect the account again",
    "CLIENT_DISABLED": "the application is disabled",
    "APPLICATION_DISABLED": "the application is disabled",
    "FORBIDDEN": "the token may not do this",
    "INSUFFICIENT_SCOPES": "the access covers too little; connect the account again",
    "INSUFFICIENT_PERMISSIONS": "the token may not do this",
    "INSUFFICIENT_PERMISSIONS_FOR_REFUND": "the token may not give money back",
    "V1_APPLICATION": "the application is of an age that Square no longer serves",
    "V1_ACCESS_TOKEN": "the token is of an age that Square no longer serves",
    "CARD_PROCESSING_NOT_ENABLED": "the account or the location takes no cards",
    "MERCHANT_SUBSCRIPTION_NOT_FOUND": "the account lacks a subscription",
    "ACCOUNT_UNUSABLE": "the account cannot be used",
    "UNSUPPORTED_COUNTRY": "the account's country is not supported",
    "UNSUPPORTED_CURRENCY": "the currency is not the account's",
    "CURRENCY_MISMATCH": "the currency is not the location's",
    "INVALID_LOCATION": "the location is refused; see location_id",
    "LOCATION_MISMATCH": "the location is refused; see location_id",
    "SANDBOX_NOT_SUPPORTED": "Square's sandbox cannot do this",
    "INVALID_SQUARE_VERSION_FORMAT": "this version of the API is refused",
    "API_VERSION_INCOMPATIBLE": "this version of the API is refused",
}

#: This link, or this refund, will never be made.
UNDELIVERABLE = {
    "NOT_FOUND": "it is not known in this account",
    "GONE": "it is gone",
    "IDEMPOTENCY_KEY_REUSED": "the same key was used with another amount or other words",
    "AMOUNT_TOO_LOW": "the amount is too low",
    "AMOUNT_TOO_HIGH": "the amount is too high",
    "PAYMENT_LIMIT_EXCEEDED": "the amount is over the account's limit",
    "INVALID_PHONE_NUMBER": "the phone number is refused",
    "REFUND_AMOUNT_INVALID": "that much cannot be given back",
    "REFUND_DECLINED": "the refund is declined",
    "PAYMENT_NOT_REFUNDABLE": "the payment cannot be given back",
    "PAYMENT_NOT_REFUNDABLE_DUE_TO_DISPUTE": "the payment is disputed",
    "INSUFFICIENT_FUNDS": "the account's balance does not cover it",
}

#: Certainly not done, and worth another try: how long to wait, where that is known better than by backing off.
PASSING: dict[str, timedelta | None] = {
    "RATE_LIMITED": None,
    "SERVICE_UNAVAILABLE": None,
    "TEMPORARY_ERROR": None,
    "REFUND_ALREADY_PENDING": timedelta(minutes=10),
    "REFUND_ERROR_PAYMENT_NEEDS_COMPLETION": timedelta(minutes=10),
}

#: It may have been done.
OPEN = frozenset({"INTERNAL_SERVER_ERROR", "BAD_GATEWAY", "GATEWAY_TIMEOUT", "REQUEST_TIMEOUT", "CONFLICT"})


def refusal(status: int, code: str | None, field: str | None, after: timedelta | None) -> OutboundError:
    """The error for a refused call. `field` is the parameter at fault, `after` the pause that the answer asked for."""
    if code in MISCONFIGURED:
        return Misconfigured(f"Square refused: {MISCONFIGURED[code]} (code {code}).", code=code)
    if code in PASSING:
        return RetryLater(f"Square cannot do it now (code {code}).", after=after or PASSING[code], code=code)
    if code in OPEN:
        return OutcomeUnknown(f"Square's answer leaves open whether it was done (code {code}).", code=code)
    if field is not None and field.split(".")[-1] == "location_id":
        return Misconfigured(f"Square refused the location; see location_id (code {code}).", code=code)
    if code in UNDELIVERABLE:
        return Undeliverable(f"Square refused: {UNDELIVERABLE[code]} (code {code}).", code=code)
    return _by_status(status, code, after)


def _by_status(status: int, code: str | None, after: timedelta | None) -> OutboundError:
    if status in (401, 403):
        return Misconfigured(f"Square refuses the access (HTTP {status}).", code=code)
    if status in (429, 503):
        return RetryLater(f"Square cannot do it now (HTTP {status}).", after=after, code=code)
    if status < 300 or status in (408, 409) or status >= 500:
        return OutcomeUnknown(f"Square's answer leaves open whether it was done (HTTP {status}).", code=code)
    if status < 400 or (status in (404, 405) and code is None):
        return Misconfigured(f"There is no Square API at this address (HTTP {status}); see base_url.", code=code)
    return Undeliverable(f"Square refused (HTTP {status}, code {code or 'none'}).", code=code)
