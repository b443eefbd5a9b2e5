"""How long the engine waits for the rest of a burst."""

from datetime import timedelta

import pytest

from core.config.schema import Burst
from core.engine.burst import window

BURST = Burst.model_validate({"fragment": "4s", "text": "2s", "question": "1s", "cap": "10s"})


@pytest.mark.parametrize("text", ["Hi", "hello!", "Good morning", "so", "I was wondering,", "hey...", "um", "k"])
def test_a_fragment_is_given_time(text: str) -> None:
    assert window(text, BURST) == timedelta(seconds=4)


@pytest.mark.parametrize("text", ["How much is a filling?", "are you open on saturday mornings?  "])
def test_a_full_question_is_answered_soonest(text: str) -> None:
    assert window(text, BURST) == timedelta(seconds=1)


@pytest.mark.parametrize("text", ["I would like botox", "Thursday", "yes", "", "what time?"])
def test_an_ordinary_text_waits_the_ordinary_time(text: str) -> None:
    assert window(text, BURST) == timedelta(seconds=2)
