"""What a model says it found is believed only as far as the patient's own words carry it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from core.receptionist.facts import Known
from core.receptionist.memory import Pending
from core.receptionist.understanding import Reader
from core.receptionist.understanding.proved import prove
from core.receptionist.understanding.words import plain, words
from deskbell import TextReceived
from deskbell.llm import Found

#: A Wednesday, 10 in the morning in New York.
NOW = datetime(2026, 3, 4, 15, 0, tzinfo=UTC)


def texts(*said: str) -> list[TextReceived]:
    return [TextReceived(number, NOW, text) for number, text in enumerate(said, 1)]


def proved(reader: Reader, said: str, name: str, value: object, evidence: str, *, asked: str = "", **known: Any) -> Any:
    """The canonical value, or None when the finding is dropped."""
    held = prove(
        [Found(name, value, evidence)],
        texts(said),
        reader,
        now=NOW,
        known=Known(**known),
        pending=Pending(asked),
    )
    return next((one.value for one in held if one.field == name), None)


OWN_NAMES = [
    ("", "hey it's jess over here", "first_name", "Jess", "jess", "Jess"),
    ("", "I'm Dana Cole", "last_name", "Cole", "Dana Cole", "Cole"),
    ("", "botox pls\n- Dana", "first_name", "Dana", "- Dana", "Dana"),
    ("", "see you then. Thanks,\nDana", "first_name", "dana", "Dana", "Dana"),
    ("name", "that would be José Nguyễn", "first_name", "José", "José Nguyễn", "José"),
    ("name", "that would be Siobhan O’Brien", "last_name", "O'Brien", "Siobhan O'Brien", "O'Brien"),
    ("name", "it's mary-jane van der berg", "last_name", "van der Berg", "mary-jane van der berg", "van der Berg"),
    ("", "Dana Cole, botox, mornings", "first_name", "Dana", "Dana Cole", "Dana"),
    ("", "Mrs. Cole speaking, I'm Ida", "first_name", "Ida", "I'm Ida", "Ida"),
    ("", "hola soy Ana", "first_name", "Ana", "soy Ana", "Ana"),
]


@pytest.mark.parametrize(("asked", "said", "name", "value", "evidence", "expected"), OWN_NAMES)
def test_a_patients_own_name_is_believed(
    reader: Reader, asked: str, said: str, name: str, value: str, evidence: str, expected: str
) -> None:
    assert proved(reader, said, name, value, evidence, asked=asked) == expected


NOT_OWN_NAMES = [
    ("", "hi, botox please", "Evelyn", "hi, botox please"),
    ("", "hi, botox please", "Evelyn", "I'm Evelyn"),
    ("name", "what do you need it for", "Dana", "what do you need it for"),
    ("", "its for my daughter Eve", "Eve", "my daughter Eve"),
    ("", "its for my daughter Eve", "Eve", "Eve"),
    ("name", "my friend Eve told me about you", "Eve", "Eve"),
    ("name", "Eve recommended you", "Eve", "Eve"),
    ("", "I'm Eve's mom", "Eve", "Eve"),
    ("", "my name is not Dana", "Dana", "Dana"),
    ("", "I'm not Dana", "Dana", "Dana"),
    ("", "I don't think this is Dana", "Dana", "Dana"),
    ("name", "can I see Mia", "Mia", "Mia"),
    ("name", "Dr. Ortiz please", "Ortiz", "Ortiz"),
    ("", "with Lena, fridays", "Lena", "Lena"),
    ("", "thanks Dana!", "Dana", "Dana"),
    ("", "I'm in Brooklyn", "Brooklyn", "Brooklyn"),
    ("", "I love Paris", "Paris", "Paris"),
    ("name", "botox", "Botox", "botox"),
    ("name", "my number is 2125550142", "2125550142", "2125550142"),
    ("name", "I'm hoping to come in", "Hoping", "hoping"),
    ("name", "I'm Ⓔⓥⓘⓛ", "Ⓔⓥⓘⓛ", "Ⓔⓥⓘⓛ"),
    ("name", "I'm 𝓔𝓿𝓲𝓵", "𝓔𝓿𝓲𝓵", "𝓔𝓿𝓲𝓵"),
    ("name", "I'm ①②", "①②", "①②"),
    ("name", "dana", "Dan", "dan"),
    ("name", "ok", "Ok", "ok"),
]


@pytest.mark.parametrize(("asked", "said", "value", "evidence"), NOT_OWN_NAMES)
def test_what_is_no_name_or_somebody_elses_is_dropped(
    reader: Reader, asked: str, said: str, value: str, evidence: str
) -> None:
    for field in ("first_name", "last_name"):
        assert proved(reader, said, field, value, evidence, asked=asked) is None


OTHERS = [
    ("i want my lip juice", "service", "Lip Filler", "lip juice", "Lip Filler"),
    ("pls book me a hydrofacel", "service", "HydraFacial", "hydrofacel", "HydraFacial"),
    ("need botox asap", "service", "botox", "botox", "Botox"),
    ("mail me at Dana.Cole@Mail.example", "email", "dana.cole@mail.example", "Dana.Cole@Mail.example",
     "dana.cole@mail.example"),
    ("we just moved here and found you on maps", "new_or_returning", "new", "found you on maps", "new"),
    ("want it like last time", "new_or_returning", "returning", "like last time", "returning"),
    ("my skin is a mess lately", "concern", "whatever", "my skin is a mess", "my skin is a mess"),
]  # fmt: skip


@pytest.mark.parametrize(("said", "name", "value", "evidence", "expected"), OTHERS)
def test_what_the_patients_words_carry_is_kept(
    reader: Reader, said: str, name: str, value: str, evidence: str, expected: str
) -> None:
    assert proved(reader, said, name, value, evidence) == expected


DROPPED = [
    ("I want a visit on tuesday", "service", "Botox", "I want a visit"),
    ("no more lip juice for me", "service", "Lip Filler", "lip juice"),
    ("I want filler", "service", "Lip Filler", "filler"),
    ("do you do coolsculpting", "service", "HydraFacial", "coolsculpting"),
    ("I had botox in may", "service", "Botox", "botox"),
    ("not botox", "service", "Botox", "botox"),
    ("botox please", "service", "HydraFacial", "botox please"),
    ("botox please", "service", "Brow Lift", "botox please"),
    ("my botox is swollen", "service", "Botox", "botox"),
    ("do you take new patients?", "new_or_returning", "new", "new patients"),
    ("never been", "new_or_returning", "returning", "never been"),
    ("my friend has been there before", "new_or_returning", "maybe", "been there before"),
    ("not after 4", "when", "after 4", "after 5"),
    ("are you open sunday?", "when", "Sunday", "sunday"),
    ("hi there", "when", "tomorrow at 2", "hi there"),
    ("sunday works", "when", "sunday", "sunday"),
    ("mail me", "email", "dana@mail.example", "mail me"),
    ("dana@mail.example", "email", "eve@mail.example", "dana@mail.example"),
    ("hi", "concern", "wrinkles", "wrinkles"),
    ("hi", "price", "$400", "hi"),
    ("hi", "service", None, "hi"),
    ("hi", "first_name", ["Dana"], "hi"),
    ("hi", "concern", "x", ""),
    ("hi!!!", "concern", "x", "!!!"),
]


@pytest.mark.parametrize(("said", "name", "value", "evidence"), DROPPED)
def test_what_the_words_do_not_carry_is_dropped(
    reader: Reader, said: str, name: str, value: object, evidence: str
) -> None:
    assert proved(reader, said, name, value, evidence) is None


def test_a_time_is_read_by_our_own_parser_and_with_its_not(reader: Reader) -> None:
    value = proved(reader, "can't do tuesday", "when", "Tuesday", "tuesday", asked="when")
    assert value["text"] == "any day but Tuesday"


def test_a_question_about_another_treatment_changes_no_wish(reader: Reader) -> None:
    said = "how much is microneedling?"
    assert proved(reader, said, "service", "Microneedling", "microneedling", service="Botox") is None


def test_a_provider_and_a_variant_are_of_the_service(reader: Reader) -> None:
    assert proved(reader, "with mia", "provider", "Mia Chen", "mia", service="Lip Filler") == "Mia Chen"
    assert proved(reader, "anyone but mia", "provider", "Mia Chen", "mia", service="Lip Filler") is None
    assert proved(reader, "anyone but mia", "provider", "dr. lena ortiz", "mia", service="Lip Filler")
    assert proved(reader, "with mia", "provider", "Mia Chen", "mia", service="Botox") is None
    assert proved(reader, "my legs", "variant", "Legs", "legs", service="Laser Hair Removal") == "Legs"
    assert proved(reader, "my legs", "variant", "Bikini", "legs", service="Laser Hair Removal") is None


def test_the_text_that_proves_it_is_named_and_the_last_one_wins(reader: Reader) -> None:
    held = prove(
        [Found("first_name", "Dana", "Dana"), Found("service", "Botox", "botox")],
        texts("hi botox", "I'm Dana", "yes Dana"),
        reader,
        now=NOW,
        known=Known(),
        pending=Pending("name"),
    )
    assert {one.field: one.seq for one in held} == {"service": 1, "first_name": 3}


def test_what_the_rules_read_is_not_overruled(reader: Reader) -> None:
    found = [Found("first_name", "Dana", "Dana")]
    held = prove(found, texts("I'm Dana"), reader, now=NOW, known=Known(), pending=Pending(""), told={"first_name"})
    assert held == ()


def test_evidence_is_matched_whatever_its_quotes_case_and_blanks(reader: Reader) -> None:
    said = "Hi,  it’s   DANA here"
    assert proved(reader, said, "first_name", "Dana", "it's dana HERE") == "Dana"


_VOCABULARY = """
    dana cole eve my daughter friend is not i'm name botox filler lip juice want no with mia tuesday after 4 never
    been new monday hi thanks for . , ? it's skin dull dr ortiz laser legs open are you a@b.example
"""
_FIELDS = """
    first_name last_name email new_or_returning service variant provider when concern notes price
"""
_SAID = st.lists(st.sampled_from(_VOCABULARY.split()), min_size=1, max_size=9).map(" ".join)
_VALUES = st.sampled_from(
    ["Dana", "Cole", "Eve", "Evelyn", "Mia", "Ortiz", "Botox", "Lip Filler", "HydraFacial", "new", "returning", "Legs",
     "Mia Chen", "a@b.example", "evil@b.example", "tuesday", "tomorrow", "dull skin", "$400"]
)  # fmt: skip


@settings(max_examples=400, deadline=None)
@given(
    said=_SAID, asked=st.sampled_from(["", "name", "service", "new_or_returning", "when"]),
    name=st.sampled_from(_FIELDS.split()),
    value=_VALUES, evidence=_SAID | st.just(""), whole=st.booleans(), known=st.sampled_from(["", "Lip Filler"]),
)  # fmt: skip
@example("my daughter eve", "name", "first_name", "Eve", "", True, "")
def test_nothing_is_accepted_that_the_text_does_not_support(
    reader: Reader, said: str, asked: str, name: str, value: str, evidence: str, whole: bool, known: str
) -> None:
    evidence = said if whole else evidence
    held = proved(reader, said, name, value, evidence, asked=asked, service=known)
    if held is None:
        return
    low = plain(said)
    assert plain(evidence) in low
    if name in ("first_name", "last_name"):
        assert set(words(plain(held))) <= set(words(low))
        assert not set(words(plain(held))) & {"mia", "ortiz", "botox", "new"}
        # Of all the places where it stands, one at least is not about somebody else.
        own = low.replace(f"daughter {plain(held)}", " ").replace(f"friend {plain(held)}", " ")
        assert set(words(plain(held))) <= set(words(own))
    elif name == "service":
        assert held in {one.name for one in reader.clinic.services}
        assert {"botox", "filler", "lip", "skin", "laser", "dull"} & set(words(low))
    elif name == "when":
        rules = reader.read(said, now=NOW)
        assert {"tuesday", "monday", "4", "after"} & set(words(low)) or rules.fields
    elif name == "email":
        assert held in low
    elif name == "price":
        raise AssertionError("no such field")
