"""Card numbers are cut in whatever way they are written; phone numbers and other long numbers stay."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.receptionist.cards import CUT, cut_cards, is_luhn

CARDS = [
    "4111111111111111",
    "4111 1111 1111 1111",
    "4111-1111-1111-1111",
    "4111.1111.1111.1111",
    "4111 – 1111 – 1111 – 1111",
    "4111\u00a01111\u00a01111\u00a01111",
    "4111\n1111\n1111\n1111",
    "3782 822463 10005",
    "378282246310005",
    "3056 930902 5904",
    "6011 1111 1111 1117",
    "5555 5555 5555 4444",
    "4 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1",
    "4111 1111 and then 1111 1111",
    "4111 1111 1111, last four 1111",
    "4111 dash 1111 dash 1111 dash 1111",
    "four one one one 1111 1111 1111",
    "4222222222222",
]

UNTOUCHED = [
    "4111 1111 1111 1112",
    "my number is (212) 555-0134",
    "212-555-0134 or 310-555-0177",
    "212-555-0134, 310-555-0161",
    "212 555 0134 310 555 0161",
    "+1 212 555 0134",
    "1-212-555-0134 ext 4",
    "+442079460958",
    "011 44 20 7946 0003",
    "+49 1512 3456789",
    "tracking 9400110200881234567890",
    "order 123456789012",
    "12/25/2026 at 10:30",
    "Tuesday 9 10 or 11, Wednesday 1 2 or 3",
    "",
    "no digits here",
    "one or two syringes, three at most",
]


@pytest.mark.parametrize("card", CARDS)
def test_a_card_is_cut_and_the_rest_of_the_text_stays(card: str) -> None:
    assert cut_cards(f"use {card} for the deposit") == (f"use {CUT} for the deposit", True)


@pytest.mark.parametrize("text", UNTOUCHED)
def test_other_numbers_stay_as_they_are(text: str) -> None:
    assert cut_cards(text) == (text, False)


@pytest.mark.parametrize(
    "text",
    [
        "4111 1111 1111 1111 exp 12/27 cvv 123",
        "4111 1111 1111 1111 12/27 123",
        "4111111111111111, 12/2027, 1234",
        "4111 1111 1111 1111 cvc: 987",
        "cvv 123 4111 1111 1111 1111",
        "exp 12/27 4111 1111 1111 1111",
        "4111-1111-1111-1111 (security code is 123)",
        "4111 1111 1111 1111 expires 09/28",
    ],
)
def test_what_stands_beside_a_card_goes_with_it(text: str) -> None:
    cut, found = cut_cards(text)
    assert found
    assert not any(letter.isdigit() for letter in cut)


def test_a_time_after_a_card_stays() -> None:
    assert cut_cards("4111 1111 1111 1111 and Tuesday at 10:30 please")[0] == f"{CUT} and Tuesday at 10:30 please"


def test_two_cards_are_both_cut() -> None:
    cut, _ = cut_cards("4111 1111 1111 1111 or the other one, 5555 5555 5555 4444")
    assert cut == f"{CUT} or the other one, {CUT}"


def test_cutting_twice_changes_nothing_more() -> None:
    once, _ = cut_cards("card 4111 1111 1111 1111 exp 12/27 thanks")
    assert cut_cards(once) == (once, False)


def luhn_numbers() -> st.SearchStrategy[str]:
    def complete(body: str) -> str:
        return next(body + check for check in "0123456789" if is_luhn(body + check))

    return st.text("0123456789", min_size=12, max_size=18).map(complete)


@given(luhn_numbers(), st.data())
def test_any_luhn_number_in_any_spacing_is_cut(number: str, data: st.DataObject) -> None:
    gaps = data.draw(st.lists(st.sampled_from(["", " ", "-", ".", " - ", "  "]), min_size=19, max_size=19))
    written = "".join(digit + gap for digit, gap in zip(number, gaps, strict=False)).rstrip(" -.")
    cut, found = cut_cards(f"pay with {written} ok?")
    assert found
    assert cut == f"pay with {CUT} ok?"


AREA = st.from_regex(r"[2-9][0-9]{2}", fullmatch=True)
LINE = st.from_regex(r"555-01[0-9]{2}", fullmatch=True)
SHAPES = st.sampled_from(["({a}) {e}-{n}", "{a}-{e}-{n}", "{a}.{e}.{n}", "{a} {e} {n}", "+1{a}{e}{n}", "1 {a} {e} {n}"])


JOINTS = st.sampled_from([" or ", ", ", " / ", " and ", " "])


@given(st.lists(st.tuples(AREA, LINE, SHAPES), min_size=1, max_size=4), JOINTS)
def test_phone_numbers_are_never_cut(numbers: list[tuple[str, str, str]], joint: str) -> None:
    text = joint.join(shape.format(a=area, e=line[:3], n=line[4:]) for area, line, shape in numbers)
    assert cut_cards(text) == (text, False)


@given(st.text(max_size=200))
def test_any_text_survives(text: str) -> None:
    cut, found = cut_cards(text)
    assert found or cut == text
