"""The first text that somebody gets without having written names the clinic and tells how to get no more."""

import pytest

from core.receptionist.introduction import introduced
from tests.conftest import CLINIC

OPT_OUT = "Reply STOP to opt out."


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("We have new hours!", "Harbor: We have new hours! Reply STOP to opt out."),
        ("Harbor has new hours!", "Harbor has new hours! Reply STOP to opt out."),
        ("News from harbor. Text STOP to end.", "News from harbor. Text STOP to end."),
        ("New hours. Reply STOP to opt out.", "Harbor: New hours. Reply STOP to opt out."),
        ("Harbor: nonstop care, you can stop by.", "Harbor: nonstop care, you can stop by. Reply STOP to opt out."),
    ],
)
def test_what_is_missing_is_added_and_nothing_is_said_twice(text: str, expected: str) -> None:
    assert introduced(text, CLINIC, OPT_OUT) == expected
    assert introduced(expected, CLINIC, OPT_OUT) == expected
