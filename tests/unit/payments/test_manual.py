"""Deposits by hand: the page to pay at, and what is said of money that only staff see."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from pydantic import ValidationError

from deskbell import LinkRequest, ManualClock, Money, PaymentLink, PaymentStatus, ProviderContext, Undeliverable
from plugins.payments.manual import ManualConfig, ManualPayment

NOW = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)


def manual(template: str | None = None) -> ManualPayment:
    return ManualPayment(
        ManualConfig(url_template=template), ProviderContext("harbor", "harbor-desk", None, ManualClock(NOW))
    )


@pytest.mark.parametrize(
    ("template", "cents", "url"),
    [
        (None, 5_000, ""),
        ("https://pay.example/harbor", 5_000, "https://pay.example/harbor"),
        ("https://pay.example/harbor/{amount}", 5_000, "https://pay.example/harbor/50.00"),
        ("https://pay.example/?a={amount}&for={reference}", 7, "https://pay.example/?a=0.07&for=d%2F1%202"),
    ],
)
async def test_the_page_to_pay_at_is_the_clinics_own_filled_in(template: str | None, cents: int, url: str) -> None:
    request = LinkRequest("d/1 2", Money(cents), "Appointment deposit", "https://desk.example/after", "+12125550177")
    link = await manual(template).create_link(request)
    assert (link.url, link.order_id) == (url, "d/1 2")


@pytest.mark.parametrize(
    "template",
    [
        "http://pay.example",
        "pay.example",
        "https://",
        "https://pay.example/{name}",
        "https://pay.example/{amount",
        "https://pay.example/{}",
        "https://{reference}.example/",
        "https://pay.example/{{amount}}",
    ],
)
def test_a_page_that_cannot_be_filled_in_is_refused(template: str) -> None:
    with pytest.raises(ValidationError):
        ManualConfig(url_template=template)


async def test_money_that_staff_give_back_counts_as_given_back_at_once() -> None:
    update = await manual().refund("paid-1", Money(5_000), refund_id="r-1")
    assert (update.status, update.refund_id, update.at) == (PaymentStatus.REFUNDED, "r-1", NOW)


async def test_a_link_that_another_provider_made_is_not_taken_for_cancelled() -> None:
    with pytest.raises(Undeliverable):
        await manual().cancel_link(PaymentLink("LINK-1", "https://checkout.example/1", "ORDER-1"))
