"""How Twilio says no: one flat object with a numeric code, a message and the HTTP status."""

from __future__ import annotations

from sanic import HTTPResponse, json

#: HTTP status and message by Twilio's code.
_ERRORS = {
    20003: (401, "Authenticate"),
    20404: (404, "The requested resource was not found"),
    20429: (429, "Too Many Requests"),
    20500: (500, "An internal server error has occurred"),
    21211: (400, "Invalid 'To' Phone Number"),
    21602: (400, "Message body is required"),
    21603: (400, "A 'From' phone number is required"),
    21604: (400, "A 'To' phone number is required"),
    21606: (400, "The 'From' phone number provided is not a valid message-capable number of this account"),
    21609: (400, "Invalid 'StatusCallback' URL"),
    21610: (400, "Attempt to send to unsubscribed recipient"),
    21617: (400, "The concatenated message body exceeds the 1600 character limit"),
    21620: (400, "Invalid media URL"),
    20001: (400, "Bad request"),
}
#: The general error of an HTTP status, for answers made to order.
_BY_STATUS = {401: 20003, 404: 20404, 429: 20429}


class TwilioError(Exception):
    """Answered to the caller in Twilio's shape."""

    def __init__(self, code: int, detail: str | None = None) -> None:
        super().__init__(str(code))
        self.status, message = _ERRORS[code]
        self.body = {
            "code": code,
            "message": f"{message}: {detail}" if detail else message,
            "more_info": f"https://www.twilio.com/docs/errors/{code}",
        }

    def response(self, status: int | None = None) -> HTTPResponse:
        status = status or self.status
        return json({**self.body, "status": status}, status)


def refusal(status: int) -> HTTPResponse:
    """The general error that goes with an HTTP status."""
    return TwilioError(_BY_STATUS.get(status, 20500 if status >= 500 else 20001)).response(status)
