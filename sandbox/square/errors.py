"""How Square says no: a list of errors, each with a category, a code, a detail and the field at fault."""

from __future__ import annotations

from sanic import HTTPResponse, json

_INVALID = "INVALID_REQUEST_ERROR"
#: HTTP status and category by code.
_ERRORS = {
    "UNAUTHORIZED": (401, "AUTHENTICATION_ERROR"),
    "ACCESS_TOKEN_EXPIRED": (401, "AUTHENTICATION_ERROR"),
    "ACCESS_TOKEN_REVOKED": (401, "AUTHENTICATION_ERROR"),
    "INSUFFICIENT_SCOPES": (403, "AUTHENTICATION_ERROR"),
    "FORBIDDEN": (403, "AUTHENTICATION_ERROR"),
    "BAD_REQUEST": (400, _INVALID),
    "EXPECTED_JSON_BODY": (400, _INVALID),
    "MISSING_REQUIRED_PARAMETER": (400, _INVALID),
    "CONFLICTING_PARAMETERS": (400, _INVALID),
    "EXPECTED_STRING": (400, _INVALID),
    "EXPECTED_INTEGER": (400, _INVALID),
    "EXPECTED_OBJECT": (400, _INVALID),
    "EXPECTED_ARRAY": (400, _INVALID),
    "ARRAY_EMPTY": (400, _INVALID),
    "ARRAY_LENGTH_TOO_LONG": (400, _INVALID),
    "TOO_MANY_MAP_ENTRIES": (400, _INVALID),
    "MAP_KEY_LENGTH_TOO_LONG": (400, _INVALID),
    "VALUE_EMPTY": (400, _INVALID),
    "VALUE_TOO_LONG": (400, _INVALID),
    "VALUE_TOO_LOW": (400, _INVALID),
    "INVALID_VALUE": (400, _INVALID),
    "INVALID_TIME": (400, _INVALID),
    "INVALID_CURSOR": (400, _INVALID),
    "INVALID_SORT_ORDER": (400, _INVALID),
    "IDEMPOTENCY_KEY_REUSED": (400, _INVALID),
    "REFUND_AMOUNT_INVALID": (400, "REFUND_ERROR"),
    "PAYMENT_NOT_REFUNDABLE": (400, "REFUND_ERROR"),
    "PAYMENT_NOT_REFUNDABLE_DUE_TO_DISPUTE": (400, "REFUND_ERROR"),
    "NOT_FOUND": (404, _INVALID),
    "METHOD_NOT_ALLOWED": (405, _INVALID),
    "REQUEST_TIMEOUT": (408, _INVALID),
    "CONFLICT": (409, _INVALID),
    "REQUEST_ENTITY_TOO_LARGE": (413, _INVALID),
    "RATE_LIMITED": (429, "RATE_LIMIT_ERROR"),
    "INTERNAL_SERVER_ERROR": (500, "API_ERROR"),
    "NOT_IMPLEMENTED": (501, "API_ERROR"),
    "BAD_GATEWAY": (502, "API_ERROR"),
    "SERVICE_UNAVAILABLE": (503, "API_ERROR"),
    "GATEWAY_TIMEOUT": (504, "API_ERROR"),
}
#: The general error of an HTTP status, for answers made to order.
_BY_STATUS = {status: code for code, (status, _) in reversed(_ERRORS.items()) if status not in (400, 401, 403)} | {
    400: "BAD_REQUEST",
    401: "UNAUTHORIZED",
    403: "FORBIDDEN",
}


class SquareError(Exception):
    """Answered to the caller in Square's shape; `field` is the path of the parameter at fault."""

    def __init__(self, code: str, detail: str, field: str | None = None) -> None:
        super().__init__(code)
        self.status, category = _ERRORS[code]
        error = {"category": category, "code": code, "detail": detail}
        if field is not None:
            error["field"] = field
        self.body = {"errors": [error]}

    def response(self, status: int | None = None) -> HTTPResponse:
        return json(self.body, status or self.status)


def missing(field: str) -> SquareError:
    return SquareError("MISSING_REQUIRED_PARAMETER", f"Missing required parameter `{field}`.", field)


def not_found(what: str) -> SquareError:
    return SquareError("NOT_FOUND", f"There is no {what} with this id in this account.")


def refusal(status: int) -> HTTPResponse:
    """The general error that goes with an HTTP status."""
    code = _BY_STATUS.get(status, "INTERNAL_SERVER_ERROR" if status >= 500 else "BAD_REQUEST")
    return SquareError(code, "An unknown address or method, or a fault that was asked for.").response(status)
