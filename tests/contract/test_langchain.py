"""Any chat model of LangChain's through the same door as everybody's models, over a vendor's wire on the loopback."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from deskbell import Misconfigured, RetryLater
from deskbell.testing import MODEL_WORDS, PATIENT_WORDS, Answer, Call, LLMContract, Refusal, Reply, Told
from deskbell.testing.llm.scene import STABLE
from plugins.llm.langchain import LangChainModel, testing

ECHO = f"The prompt {PATIENT_WORDS!r} was refused"


class TestLangChain(LLMContract):
    llm = LangChainModel
    secrets = ("lc-verysecret-0123456789",)
    sdk = "langchain"
    # The HTTP library that the vendor's class brings.
    loads_late = frozenset({"anyio", "h11", "httpcore"})

    def settings(self, base_url: str) -> dict[str, Any]:
        return {
            "model": "heron-large",
            "provider": testing.LOOPBACK,
            "api_key": self.secrets[0],
            "base_url": base_url,
            "prices": {"input": 100, "cached": 10, "output": 500},
        }

    def replied(self, reply: Reply) -> Answer:
        return testing.replied(reply)

    def declined(self) -> Sequence[Answer]:
        return [
            testing.message(refusal=f"I will not say {PATIENT_WORDS}", stop="stop"),
            testing.message(words=PATIENT_WORDS, stop="content_filter"),
            testing.message(words=PATIENT_WORDS, stop="SAFETY"),
            testing.message(words=PATIENT_WORDS, stop="guardrail_intervened"),
        ]

    def unusable(self) -> Sequence[Answer]:
        good = {"words": MODEL_WORDS, "wants_person": False}
        return [
            testing.message(words=MODEL_WORDS, stop="stop"),
            testing.message(testing.call_of(good, "another_tool")),
            testing.message(testing.call_of(good), stop="length"),
            testing.message(testing.call_of({**good, "facts": PATIENT_WORDS})),
            testing.message(testing.call_of(MODEL_WORDS)),
        ]

    def refusals(self) -> Sequence[Refusal]:
        return [
            Refusal(Answer(429, ECHO), RetryLater, "http_429"),
            Refusal(Answer(500, ECHO), RetryLater, "http_500"),
            Refusal(Answer(529, ECHO), RetryLater, "http_529"),
            Refusal(Answer(400, ECHO), Misconfigured, "http_400"),
            Refusal(Answer(402, ECHO), Misconfigured, "http_402"),
            Refusal(Answer(404, ECHO), Misconfigured, "http_404"),
            Refusal(Answer(307, ECHO, {"location": "http://elsewhere.example/"}), Misconfigured, "http_307"),
        ]

    def too_many_requests(self, seconds: int) -> Answer:
        return Answer(429, ECHO, {"retry-after": str(seconds)})

    def bad_credentials(self) -> Answer:
        return Answer(401, f"The key {self.secrets[0]} is not known")

    def told(self, call: Call) -> Told:
        return testing.told(call, STABLE)
