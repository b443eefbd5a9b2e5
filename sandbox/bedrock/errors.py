"""How Bedrock and Anthropic say no, each in its own shape."""

from __future__ import annotations

import secrets
from collections.abc import Mapping

from sanic import HTTPResponse, json

#: The error's name and HTTP status, at Bedrock and at Anthropic.
_KINDS: Mapping[str, tuple[tuple[int, str], tuple[int, str]]] = {
    "invalid": ((400, "ValidationException"), (400, "invalid_request_error")),
    "unsigned": ((403, "MissingAuthenticationTokenException"), (401, "authentication_error")),
    "stranger": ((403, "UnrecognizedClientException"), (401, "authentication_error")),
    "scope": ((403, "InvalidSignatureException"), (401, "authentication_error")),
    "incomplete": ((403, "IncompleteSignatureException"), (401, "authentication_error")),
    "unknown": ((404, "ResourceNotFoundException"), (404, "not_found_error")),
    "throttle": ((429, "ThrottlingException"), (429, "rate_limit_error")),
    "error": ((500, "InternalServerException"), (500, "api_error")),
}
#: The general error of an HTTP status, for answers made to order.
_BEDROCK = {
    400: "ValidationException",
    403: "AccessDeniedException",
    404: "ResourceNotFoundException",
    408: "ModelTimeoutException",
    424: "ModelErrorException",
    429: "ThrottlingException",
    500: "InternalServerException",
    503: "ServiceUnavailableException",
}
_ANTHROPIC = {
    400: "invalid_request_error",
    401: "authentication_error",
    402: "billing_error",
    403: "permission_error",
    404: "not_found_error",
    413: "request_too_large",
    429: "rate_limit_error",
    504: "timeout_error",
    529: "overloaded_error",
}


class ModelError(Exception):
    """Answered to the caller in the shape of whichever provider it called. `kind` is one of `_KINDS`."""

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(message)
        self.kind = kind
        self.message = message

    def response(self, provider: str) -> HTTPResponse:
        bedrock, anthropic = _KINDS[self.kind]
        if provider == "bedrock":
            return _aws(*bedrock, self.message)
        return _anthropic(*anthropic, self.message)


def bedrock_refusal(status: int) -> HTTPResponse:
    """The general error of Bedrock's that goes with an HTTP status."""
    kind = _BEDROCK.get(status, "InternalServerException" if status >= 500 else "ValidationException")
    return _aws(status, kind, "An unknown address or method, or a fault that was asked for.")


def anthropic_refusal(status: int) -> HTTPResponse:
    """The general error of Anthropic's that goes with an HTTP status."""
    kind = _ANTHROPIC.get(status, "api_error" if status >= 500 else "invalid_request_error")
    return _anthropic(status, kind, "An unknown address or method, or a fault that was asked for.")


def _aws(status: int, kind: str, message: str) -> HTTPResponse:
    headers = {"x-amzn-errortype": f"{kind}:http://internal.amazon.com/coral/com.amazon.bedrock/"}
    return json({"message": message}, status, headers={**headers, "x-amzn-requestid": secrets.token_hex(16)})


def _anthropic(status: int, kind: str, message: str) -> HTTPResponse:
    request_id = f"req_{secrets.token_hex(12)}"
    body = {"type": "error", "error": {"type": kind, "message": message}, "request_id": request_id}
    return json(body, status, headers={"request-id": request_id})
