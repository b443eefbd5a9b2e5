"""The conformance kit: contract classes that a plugin's author inherits in a test module.

::

    from deskbell.testing import ChannelContract

    class TestPigeonPost(ChannelContract):
        ...                                  # how to make one, sign for one, answer one: see the class

The tests come with the inheritance. See `ChannelContract`, `PaymentContract` and `StageContract`; `ProviderServer` and
`Answer` play a provider's HTTP API, also for tests of your own (fixture `provider_server`).
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from deskbell.testing.channel import PATIENT, WORDS, CallSample, ChannelContract, Sample
    from deskbell.testing.contract import Contract
    from deskbell.testing.discretion import Discretion
    from deskbell.testing.history import HistoryContract
    from deskbell.testing.knowledge import KnowledgeContract
    from deskbell.testing.llm import MODEL_WORDS, PATIENT_WORDS, LLMContract, Reply, Told
    from deskbell.testing.loopwatch import LoopWatch
    from deskbell.testing.payment import DEPOSIT, GRANT, LINK, PAYER, REFUND, News, PaymentContract
    from deskbell.testing.refusal import Refusal
    from deskbell.testing.server import Answer, Call, ProviderServer
    from deskbell.testing.stage import StageContract

__all__ = [
    "DEPOSIT",
    "GRANT",
    "LINK",
    "MODEL_WORDS",
    "PATIENT",
    "PATIENT_WORDS",
    "PAYER",
    "REFUND",
    "WORDS",
    "Answer",
    "Call",
    "CallSample",
    "ChannelContract",
    "Contract",
    "Discretion",
    "HistoryContract",
    "KnowledgeContract",
    "LLMContract",
    "LoopWatch",
    "News",
    "PaymentContract",
    "ProviderServer",
    "Refusal",
    "Reply",
    "Sample",
    "StageContract",
    "Told",
]

_ROOMS = {
    "PATIENT": "channel",
    "WORDS": "channel",
    "Answer": "server",
    "Call": "server",
    "ChannelContract": "channel",
    "Contract": "contract",
    "Discretion": "discretion",
    "HistoryContract": "history",
    "KnowledgeContract": "knowledge",
    "LLMContract": "llm",
    "LoopWatch": "loopwatch",
    "MODEL_WORDS": "llm",
    "PATIENT_WORDS": "llm",
    "Reply": "llm",
    "Told": "llm",
    "DEPOSIT": "payment",
    "GRANT": "payment",
    "LINK": "payment",
    "News": "payment",
    "PAYER": "payment",
    "PaymentContract": "payment",
    "REFUND": "payment",
    "ProviderServer": "server",
    "Refusal": "refusal",
    "CallSample": "channel",
    "Sample": "channel",
    "StageContract": "stage",
}


def __getattr__(name: str) -> Any:
    # Late, because the pytest plugin imports this package in every test run, also where no contract is tested.
    if name not in _ROOMS:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_ROOMS[name]}"), name)
