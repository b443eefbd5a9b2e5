"""What Bedrock and Anthropic answer when they do not answer, sorted by what we do about it. Pure.

The class goes by the error's name where we know it (``x-amzn-errortype``, or ``error.type`` of the body), else by the
HTTP status: a quota that is used up comes as 400, and so does a setting that the model does not know.
"""

from __future__ import annotations

from datetime import timedelta

from deskbell import Misconfigured, ModelRefused, OutboundError, RetryLater

#: Passing trouble.
PASSING = {
    "ThrottlingException": "it is throttled",
    "TooManyRequestsException": "it is throttled",
    "ServiceQuotaExceededException": "the account's quota is used up",
    "ModelNotReadyException": "the model is not ready",
    "ModelTimeoutException": "the model took too long",
    "ModelErrorException": "the model failed",
    "ModelStreamErrorException": "the model failed",
    "ServiceUnavailableException": "the service is down",
    "InternalServerException": "the service failed",
    "rate_limit_error": "it is throttled",
    "overloaded_error": "the service is overloaded",
    "timeout_error": "the service took too long",
    "api_error": "the service failed",
}
#: Our key, model, region, settings or account: an operator has to act.
MISCONFIGURED = {
    "AccessDeniedException": "the account may not use this model; see IAM and model access",
    "UnrecognizedClientException": "the AWS keys are not known",
    "InvalidSignatureException": "the AWS secret key or the region is wrong",
    "SignatureDoesNotMatch": "the AWS secret key is wrong",
    "IncompleteSignatureException": "the signature is incomplete",
    "MissingAuthenticationTokenException": "no credentials reached it",
    "ExpiredTokenException": "the AWS session has expired",
    "ResourceNotFoundException": "there is no such model or guardrail in this region",
    "ValidationException": "the request is not valid; see model, anthropic_version, thinking, sampling",
    "authentication_error": "the API key is refused",
    "permission_error": "the API key may not use this model",
    "billing_error": "the account has no credit",
    "not_found_error": "there is no such model",
    "invalid_request_error": "the request is not valid; see model, anthropic_version, thinking, sampling",
    "request_too_large": "the prompt is too large",
}
#: In a 400 of this wording a filter has stopped the model's answer: nothing is wrong with the request.
_FILTERED = "content filtering"


def refusal(vendor: str, status: int, kind: str | None, message: str, after: timedelta | None) -> OutboundError:
    """The error for an HTTP error answer. Of `message` nothing is told on: it may quote the prompt."""
    code = kind or f"http_{status}"
    if status == 400 and _FILTERED in message:
        return ModelRefused(f"A filter at {vendor} stopped the answer.", code="guardrail")
    if kind in PASSING:
        return RetryLater(f"{vendor} cannot answer now: {PASSING[kind]} ({kind}).", after=after, code=code)
    if kind in MISCONFIGURED:
        return Misconfigured(f"{vendor} refuses to answer: {MISCONFIGURED[kind]} ({kind}).", code=code)
    if status in (408, 409, 424, 425, 429) or status >= 500:
        return RetryLater(f"{vendor} cannot answer now (HTTP {status}).", after=after, code=code)
    if status in (401, 403):
        return Misconfigured(f"{vendor} refuses the credentials (HTTP {status}).", code=code)
    if status in (404, 405) or 300 <= status < 400:
        return Misconfigured(f"There is no {vendor} API at this address (HTTP {status}).", code=code)
    return Misconfigured(f"{vendor} refuses the request (HTTP {status}).", code=code)
