"""The played models: one obeys, one follows its script, one sins the same way every time."""

from __future__ import annotations

import pytest

from core.rehearsal.hostile import SINS, Hostile
from core.rehearsal.models import Model, Obedient, Scripted
from core.rehearsal.script import ModelReply
from deskbell import DeskbellError, Draft, ModelMalformed, ModelRefused, Prompt, RetryLater, Said

PROMPT = Prompt(
    "You write for a clinic.",
    "<ask>when</ask>\n<suggested_reply>Noted. Which days suit you?</suggested_reply>",
    (Said("patient", "botox please"),),
)


async def test_the_obedient_model_says_what_is_suggested_and_remembers_what_it_was_told() -> None:
    model = Obedient()
    draft = await model.draft(PROMPT)
    assert (draft.text, draft.asks) == ("Noted. Which days suit you?", "when")
    assert [call.prompt for call in model.calls] == [PROMPT]


async def test_it_asks_nothing_when_it_is_told_so_and_fails_without_a_suggestion() -> None:
    model = Obedient()
    told = Prompt("", "<ask>none</ask><suggested_reply>Thanks!</suggested_reply>")
    assert (await model.draft(told)).asks is None
    with pytest.raises(ModelMalformed):
        await model.draft(Prompt("", "nothing"))
    assert model.calls[-1].draft is None


async def test_the_scripted_model_answers_in_order_and_its_last_words_over_and_over() -> None:
    model = Scripted()
    model.cue([ModelReply(words="One"), ModelReply(words="Two", asks="when")])
    assert [(await model.draft(PROMPT)).text for _ in range(3)] == ["One", "Two", "Two"]
    model.cue([])
    with pytest.raises(RetryLater):
        await model.draft(PROMPT)


@pytest.mark.parametrize(
    ("fails", "error"),
    [("throttled", RetryLater), ("down", RetryLater), ("refused", ModelRefused), ("malformed", ModelMalformed)],
)
async def test_the_scripted_model_fails_as_it_is_told(fails: str, error: type[DeskbellError]) -> None:
    model = Scripted()
    model.cue([ModelReply.model_validate({"fails": fails})])
    with pytest.raises(error):
        await model.draft(PROMPT)


async def _answers(model: Model, count: int) -> list[Draft | None]:
    for _ in range(count):
        try:
            await model.draft(PROMPT)
        except (RetryLater, ModelMalformed):
            continue
    return [call.draft for call in model.calls]


async def test_the_hostile_model_sins_the_same_way_for_the_same_seed_and_otherwise_for_another() -> None:
    first = await _answers(Hostile("Harbor", "a conversation"), 20)
    assert first == await _answers(Hostile("Harbor", "a conversation"), 20)
    assert first != await _answers(Hostile("Harbor", "a conversation", seed=1), 20)
    assert first != await _answers(Hostile("Harbor", "another one"), 20)


async def test_the_hostile_model_commits_every_sin_in_time_and_confesses_the_words() -> None:
    model = Hostile("Harbor", "a long conversation")
    drafts = await _answers(model, 600)
    said = " ".join(draft.text for draft in drafts if draft)
    for sin in SINS:
        committed = sin(PROMPT)
        assert committed.words in said
        assert model.sins.issuperset(committed.never)
    assert any(draft is None for draft in drafts)
    assert any(draft and draft.found for draft in drafts)
