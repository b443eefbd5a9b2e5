from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from deskbell import Cost, Credential, Settings, retry_after, storable
from plugins.channels.wire import callback_url, cost, text_id_in

NOW = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)


@given(st.text(alphabet=st.characters(exclude_characters="\x00", exclude_categories=["Cs"]), min_size=1))
def test_a_callback_address_gives_back_the_id_it_was_made_with(text_id: str) -> None:
    for address in ("https://desk.example/webhooks/telnyx/a", "https://desk.example/w?token=1&blank="):
        assert text_id_in(callback_url(address, text_id)) == text_id


def test_a_callback_address_keeps_the_query_it_had() -> None:
    assert callback_url("https://desk.example/w?a=1&b=", "t1") == "https://desk.example/w?a=1&b=&text=t1"


@pytest.mark.parametrize(
    "url", ["", "https://desk.example/w", "https://desk.example/w?text=", "http://[::1", "?text=%00"]
)
def test_an_address_without_an_id_gives_none(url: str) -> None:
    assert text_id_in(url) is None


@pytest.mark.parametrize(
    ("header", "pause"),
    [
        ("7", timedelta(seconds=7)),
        ("0", timedelta(0)),
        ("Mon, 02 Mar 2026 15:00:30 GMT", timedelta(seconds=30)),
        ("Mon, 02 Mar 2026 14:00:00 GMT", timedelta(0)),
        ("999999999", timedelta(hours=1)),
        ("soon", None),
        ("-3", None),
        (None, None),
    ],
)
def test_a_pause_is_read_from_seconds_or_a_date_and_kept_within_an_hour(
    header: str | None, pause: timedelta | None
) -> None:
    assert retry_after(header, NOW) == pause


@given(st.text(alphabet=st.characters()))
def test_storable_text_can_be_written_to_any_database(text: str) -> None:
    assert "\x00" not in storable(text)
    storable(text).encode("utf-8")


@pytest.mark.parametrize("secret", ["", "two words", "line\nbreak", "naïve"])
def test_a_secret_that_no_header_can_carry_is_refused_without_being_shown(secret: str) -> None:
    class Config(Settings):
        key: Credential

    with pytest.raises(ValidationError) as caught:
        Config(key=secret)  # type: ignore[arg-type]
    assert not secret or secret not in str(caught.value)


@pytest.mark.parametrize(
    ("amount", "currency", "expected"),
    [
        ("0.0040", "USD", Cost(4_000, "USD")),
        ("-0.00750", "usd", Cost(7_500, "USD")),
        ("0", "CAD", Cost(0, "CAD")),
        ("0.0051", None, None),
        ("0.0051", "US$", None),
        (None, "USD", None),
        (0.004, "USD", None),
        ("a few", "USD", None),
        ("NaN", "USD", None),
        ("Infinity", "USD", None),
        ("1e9", "USD", None),
    ],
)
def test_a_price_is_read_exactly_or_not_at_all(amount: object, currency: object, expected: Cost | None) -> None:
    assert cost(amount, currency) == expected
