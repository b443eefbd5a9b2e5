"""Claude from Anthropic's own API through the same door as everybody's models."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from deskbell import Misconfigured, ModelRefused, RetryLater
from deskbell.testing import MODEL_WORDS, PATIENT_WORDS, Answer, Call, LLMContract, Refusal, Reply, Told
from plugins.llm.anthropic import AnthropicModel
from plugins.llm.claude import testing

ECHO = f"The prompt {PATIENT_WORDS!r} was refused"


def refused(status: int, kind: str, message: str = ECHO, **headers: str) -> Answer:
    return Answer(status, {"type": "error", "error": {"type": kind, "message": message}}, headers)


class TestAnthropic(LLMContract):
    llm = AnthropicModel
    secrets = ("sk-ant-verysecret-0123456789",)
    sdk = "anthropic"

    def settings(self, base_url: str) -> dict[str, Any]:
        return {"model": "claude-haiku-4-5", "api_key": self.secrets[0], "base_url": base_url}

    def replied(self, reply: Reply) -> Answer:
        return testing.replied(reply)

    def declined(self) -> Sequence[Answer]:
        return [testing.message(stop="refusal"), testing.message(testing.text(PATIENT_WORDS), stop="refusal")]

    def unusable(self) -> Sequence[Answer]:
        good = {"words": MODEL_WORDS, "wants_person": False}
        return [
            testing.message(testing.text(MODEL_WORDS)),
            testing.message(testing.call_of(good), stop="max_tokens"),
            testing.message(testing.call_of(good), stop="model_context_window_exceeded"),
            testing.message(testing.call_of([MODEL_WORDS]), stop="tool_use"),
        ]

    def refusals(self) -> Sequence[Refusal]:
        return [
            Refusal(refused(429, "rate_limit_error"), RetryLater, "rate_limit_error"),
            Refusal(refused(500, "api_error"), RetryLater, "api_error"),
            Refusal(refused(504, "timeout_error"), RetryLater, "timeout_error"),
            Refusal(refused(529, "overloaded_error"), RetryLater, "overloaded_error"),
            Refusal(refused(409, "conflict_error"), RetryLater, "conflict_error"),
            Refusal(refused(400, "invalid_request_error"), Misconfigured, "invalid_request_error"),
            Refusal(refused(402, "billing_error"), Misconfigured, "billing_error"),
            Refusal(refused(403, "permission_error"), Misconfigured, "permission_error"),
            Refusal(refused(404, "not_found_error"), Misconfigured, "not_found_error"),
            Refusal(refused(413, "request_too_large"), Misconfigured, "request_too_large"),
            Refusal(
                refused(400, "invalid_request_error", "Output blocked by content filtering policy"),
                ModelRefused,
                "guardrail",
            ),
        ]

    def too_many_requests(self, seconds: int) -> Answer:
        return refused(429, "rate_limit_error", **{"retry-after": str(seconds)})

    def bad_credentials(self) -> Answer:
        return refused(401, "authentication_error", f"The key {self.secrets[0]} is not known")

    def told(self, call: Call) -> Told:
        return testing.told(call)
