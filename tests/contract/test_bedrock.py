"""Claude on Bedrock through the same door as everybody's models: its SDK against a loopback server."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from deskbell import Misconfigured, ModelRefused, RetryLater
from deskbell.testing import MODEL_WORDS, PATIENT_WORDS, Answer, Call, LLMContract, Refusal, Reply, Told
from plugins.llm.bedrock import BedrockModel
from plugins.llm.claude import testing

ECHO = f"The prompt {PATIENT_WORDS!r} was refused"


def refused(status: int, kind: str, **headers: str) -> Answer:
    return Answer(status, {"message": ECHO}, {"x-amzn-errortype": f"{kind}:http://internal.example/", **headers})


class TestBedrock(LLMContract):
    llm = BedrockModel
    secrets = ("verysecret/Key+0123456789", "session-token-9876")
    sdk = "anthropic"

    def settings(self, base_url: str) -> dict[str, Any]:
        return {
            "model": "us.anthropic.claude-haiku-4-5-20251001-v1:0",
            "region": "us-east-1",
            "aws_access_key": "AKIAHERONHOUSE000000",
            "aws_secret_key": self.secrets[0],
            "aws_session_token": self.secrets[1],
            "guardrail_id": "gr0heron",
            "guardrail_version": "3",
            "prices": {"input": 100, "cached": 10, "output": 500},
            "base_url": base_url,
        }

    def replied(self, reply: Reply) -> Answer:
        return testing.replied(reply)

    def declined(self) -> Sequence[Answer]:
        sorry = testing.text(f"I will not say {PATIENT_WORDS}")
        return [
            testing.message(stop="refusal"),
            testing.message(sorry, stop="guardrail_intervened"),
            testing.message(sorry, **{"amazon-bedrock-guardrailAction": "INTERVENED"}),
        ]

    def unusable(self) -> Sequence[Answer]:
        good = {"words": MODEL_WORDS, "wants_person": False}
        return [
            testing.message(testing.text(MODEL_WORDS)),
            testing.message(testing.call_of(good, "another_tool"), stop="tool_use"),
            testing.message(testing.call_of(good), stop="max_tokens"),
            testing.message(testing.call_of(MODEL_WORDS), stop="tool_use"),
            testing.message(testing.call_of({**good, "words": [MODEL_WORDS]}), stop="tool_use"),
            testing.message(testing.call_of({**good, "facts": PATIENT_WORDS}), stop="tool_use"),
            testing.message(testing.call_of({**good, "wants_person": PATIENT_WORDS}), stop="tool_use"),
            testing.message(testing.call_of({"wants_person": True}), stop="tool_use"),
        ]

    def refusals(self) -> Sequence[Refusal]:
        return [
            Refusal(refused(429, "ThrottlingException"), RetryLater, "ThrottlingException"),
            Refusal(refused(429, "ModelNotReadyException"), RetryLater, "ModelNotReadyException"),
            # A used-up quota comes as a 400.
            Refusal(refused(400, "ServiceQuotaExceededException"), RetryLater, "ServiceQuotaExceededException"),
            Refusal(refused(408, "ModelTimeoutException"), RetryLater, "ModelTimeoutException"),
            Refusal(refused(424, "ModelErrorException"), RetryLater, "ModelErrorException"),
            Refusal(refused(500, "InternalServerException"), RetryLater, "InternalServerException"),
            Refusal(refused(503, "ServiceUnavailableException"), RetryLater, "ServiceUnavailableException"),
            Refusal(Answer(424, ECHO), RetryLater, "http_424"),
            Refusal(Answer(529, ECHO), RetryLater, "http_529"),
            Refusal(refused(400, "ValidationException"), Misconfigured, "ValidationException"),
            Refusal(refused(403, "AccessDeniedException"), Misconfigured, "AccessDeniedException"),
            Refusal(refused(403, "ExpiredTokenException"), Misconfigured, "ExpiredTokenException"),
            Refusal(refused(404, "ResourceNotFoundException"), Misconfigured, "ResourceNotFoundException"),
            Refusal(Answer(404, ECHO), Misconfigured, "http_404"),
            Refusal(Answer(307, ECHO, {"location": "http://elsewhere.example/"}), Misconfigured, "http_307"),
            Refusal(
                Answer(400, {"message": f"Output blocked by content filtering policy: {PATIENT_WORDS}"}),
                ModelRefused,
                "guardrail",
            ),
        ]

    def too_many_requests(self, seconds: int) -> Answer:
        return refused(429, "ThrottlingException", **{"retry-after": str(seconds)})

    def bad_credentials(self) -> Answer:
        return refused(403, "UnrecognizedClientException")

    def told(self, call: Call) -> Told:
        return testing.told(call)
