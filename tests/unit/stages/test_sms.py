"""Texts as the carrier counts them: encoding, segments, normalising and shortening."""

import pytest
import smsutil
from hypothesis import given
from hypothesis import strategies as st

from core.receptionist.sms import Segments, count, fit, normalise, parts, shorten

LINK = "https://pay.harborskin.example/d/8fJ2_kQ"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", Segments("gsm7", 0, 0)),
        ("a" * 160, Segments("gsm7", 1, 160)),
        ("a" * 161, Segments("gsm7", 2, 161)),
        ("a" * 306, Segments("gsm7", 2, 306)),
        ("a" * 307, Segments("gsm7", 3, 307)),
        ("€" * 80, Segments("gsm7", 1, 160)),
        ("€" * 81, Segments("gsm7", 2, 162)),
        ("ж" * 70, Segments("ucs2", 1, 70)),
        ("ж" * 71, Segments("ucs2", 2, 71)),
        ("😀" * 35, Segments("ucs2", 1, 70)),
        ("😀" * 36, Segments("ucs2", 2, 72)),
        ("a" * 159 + "😀", Segments("ucs2", 3, 161)),
        ("[x]", Segments("gsm7", 1, 5)),
    ],
)
def test_segments_are_counted_by_encoding(text: str, expected: Segments) -> None:
    assert count(text) == expected


@pytest.mark.parametrize(
    ("given_text", "expected"),
    [
        ("We’re “open” — 9–5…", 'We\'re "open" - 9-5...'),
        ("a\u00a0b\u202fc\u2009d", "a b c d"),
        ("José, señor, über, à bientôt", "José, señor, über, à bientot"),
        ("María", "Maria"),
        ("Great! 😀👍🏽 See you ❤️", "Great! See you"),
        ("👩‍⚕️ Dr. Reyes", "Dr. Reyes"),
        ("a\x00b\x07c\u200bd\u202e", "abcd"),
        ("  two   spaces \n\n\n and lines  ", "two spaces\nand lines"),
        ("tab\there", "tab here"),
        ("• one\n• two", "- one\n- two"),
        ("½ price™", "1/2 price(TM)"),
        ("Thanks 😊 .", "Thanks."),
    ],
)
def test_text_is_normalised_to_gsm7(given_text: str, expected: str) -> None:
    assert normalise(given_text) == expected
    assert count(expected).encoding == "gsm7"


def test_another_script_keeps_its_letters_and_accents() -> None:
    assert normalise("Привет, María – 你好") == "Привет, María - 你好"


def test_emoji_may_be_kept() -> None:
    assert normalise("Hi 👩‍⚕️ ❤️", emoji="keep") == "Hi 👩‍⚕️ ❤️"


def test_a_long_text_is_cut_at_the_end_of_a_sentence() -> None:
    sentence = "This sentence has exactly nine words in it now. "
    short = shorten(sentence * 20, max_segments=2)
    assert short.endswith("now.")
    assert count(short).segments == 2


def test_without_sentences_it_is_cut_at_a_word() -> None:
    short = shorten("word " * 200, max_segments=1)
    assert short.endswith("word...")
    assert count(short).segments == 1


@pytest.mark.parametrize("number", ["(212) 555-0134", "+1 212 555 0134", "$1,200.50", "10:30 AM", "9:00 - 17:30"])
def test_a_number_is_never_cut_in_two(number: str) -> None:
    for pad in range(100, 160):
        short = shorten("x" * pad + " " + number + " y" * 80, max_segments=1)
        assert number in short or not any(letter.isdigit() for letter in short)


def test_the_link_of_a_long_text_is_kept_behind_the_cut() -> None:
    short = shorten("So many words here. " * 40 + f"Pay here: {LINK}", max_segments=2)
    assert short.endswith(LINK)
    assert count(short).segments <= 2


def test_a_link_longer_than_the_budget_is_left_out_whole() -> None:
    short = shorten("Hello there. " * 30 + "https://x.example/" + "a" * 400, max_segments=2)
    assert "http" not in short
    assert short.startswith("Hello there.")


def test_a_word_without_end_is_cut_all_the_same() -> None:
    assert count(shorten("a" * 5000, max_segments=3)).segments == 3


def test_ten_thousand_letters_are_shortened() -> None:
    assert count(fit("Some words and more — " * 500, max_segments=3)).segments <= 3


PIECES = st.sampled_from(
    [
        "Hello there.",
        "word",
        "ñandú",
        "😀",
        "—",
        "“quoted”",
        "$1,200",
        "9:30 AM",
        "(212) 555-0134",
        "Привет",
        "…",
        "\n",
        "{x}",
    ]
)


@given(st.lists(PIECES | st.text(max_size=30), max_size=80).map(" ".join), st.integers(1, 4))
def test_a_formatted_text_is_always_within_budget(text: str, budget: int) -> None:
    assert count(fit(text, max_segments=budget)).segments <= budget


@given(st.lists(PIECES, max_size=80), st.integers(0, 80))
def test_a_link_is_never_lost(pieces: list[str], place: int) -> None:
    text = " ".join([*pieces[:place], LINK, *pieces[place:]])
    assert LINK in fit(text, max_segments=2)


@given(st.text(st.sampled_from("abc XYZ 019 éñüàíčő’“”—…•\u00a0½😀👍❤️\u200b"), max_size=400))
def test_what_can_be_gsm7_becomes_gsm7(text: str) -> None:
    assert count(normalise(text)).encoding == "gsm7"


@given(st.text(max_size=300))
def test_normalising_twice_changes_nothing_more(text: str) -> None:
    once = normalise(text)
    assert normalise(once) == once


@given(st.text(st.sampled_from([chr(code) for code in range(32, 127)] + list("\né€’")), min_size=1, max_size=700))
def test_the_short_way_of_counting_agrees_with_the_library(text: str) -> None:
    split = smsutil.split(text)
    units = split.total_bytes if split.encoding == "gsm0338" else split.total_bytes // 2
    assert (count(text).segments, count(text).units) == (len(split.parts), units)


def test_what_matters_is_not_cut_off_the_end() -> None:
    filler = "This sentence has exactly nine words in it now. " * 12
    asked = shorten(f"{filler}Which day suits you best?", max_segments=2)
    assert asked.endswith("Which day suits you best?")
    assert count(asked).segments <= 2
    urgent = shorten(f"{filler}If it gets worse, call 911. {filler}", max_segments=2, keep=["911"])
    assert urgent.endswith("If it gets worse, call 911.")


@given(st.text(max_size=400))
def test_normalising_never_costs_more(text: str) -> None:
    assert count(normalise(text)).segments <= count(text).segments


@given(st.text(st.sampled_from("ab 0°™®…½©é😀Я\n"), max_size=400))
def test_what_takes_more_letters_costs_no_more_either(text: str) -> None:
    assert count(normalise(text)).segments <= count(text).segments
    assert normalise(normalise(text)) == normalise(text)


@given(st.lists(st.text(alphabet="abcé你{€.,?", min_size=1, max_size=12), min_size=1, max_size=400), st.integers(1, 4))
def test_a_text_in_parts_says_the_same_words_and_no_part_is_too_long(words: list[str], most: int) -> None:
    text = " ".join(words)
    cut = parts(text, max_segments=most)
    assert " ".join(cut) == text
    assert all(0 < count(part).segments <= most for part in cut)


def test_no_part_begins_in_the_middle_of_a_link_or_a_number() -> None:
    link, number = "https://clinic.example/pay/0123456789", "+1 (212) 555-0134"
    text = " ".join(["so it goes"] * 13 + [link] + ["and on"] * 15 + [number] + ["it goes"] * 20)
    cut = parts(text, max_segments=1)
    assert len(cut) > 2
    assert sum(part.count(link) for part in cut) == sum(part.count(number) for part in cut) == 1
