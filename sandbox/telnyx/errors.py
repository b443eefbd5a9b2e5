"""How Telnyx says no: a list of errors with a code as text, a title, a detail and a pointer into the request."""

from __future__ import annotations

from typing import Any

from sanic import HTTPResponse, json

#: HTTP status and title by Telnyx's code.
_ERRORS = {
    "10005": (404, "Resource not found"),
    "10007": (500, "Unexpected error"),
    "10009": (401, "Authentication failed"),
    "10010": (403, "Authorization failed"),
    "10011": (429, "Too many requests"),
    "10015": (400, "Bad request"),
    "10027": (422, "Idempotency key reused with another request"),
    "90015": (422, "Invalid call control ID"),
    "90018": (422, "Call has already ended"),
    "90034": (422, "Call not answered yet"),
    "40300": (400, "Blocked due to STOP message"),
    "40302": (400, "Message too large"),
    "40305": (400, "Invalid 'from' address"),
    "40310": (400, "Invalid 'to' address"),
    "40311": (400, "Invalid messaging profile ID"),
    "40316": (400, "No content provided"),
    "40317": (400, "Invalid MMS content"),
}
#: The general error of an HTTP status, for answers made to order.
_BY_STATUS = {401: "10009", 403: "10010", 404: "10005", 422: "10027", 429: "10011"}


class TelnyxError(Exception):
    """Answered to the caller in Telnyx's shape; `pointer` names the field at fault."""

    def __init__(self, code: str, detail: str, pointer: str | None = None) -> None:
        super().__init__(code)
        self.status, title = _ERRORS[code]
        error: dict[str, Any] = {
            "code": code,
            "title": title,
            "detail": detail,
            "meta": {"url": f"https://developers.telnyx.com/docs/overview/errors/{code}"},
        }
        if pointer is not None:
            error["source"] = {"pointer": pointer}
        self.body = {"errors": [error]}

    def response(self, status: int | None = None) -> HTTPResponse:
        return json(self.body, status or self.status)


def refusal(status: int) -> HTTPResponse:
    """The general error that goes with an HTTP status."""
    code = _BY_STATUS.get(status, "10007" if status >= 500 else "10015")
    return TelnyxError(code, "An unknown address or method, or a fault that was asked for.").response(status)
