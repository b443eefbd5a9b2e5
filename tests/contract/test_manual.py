"""Deposits by hand through the same door as everybody's payments: what needs a provider to ask is skipped."""

from __future__ import annotations

from typing import Any

from deskbell.testing import PaymentContract
from plugins.payments.manual import ManualPayment


class TestAtTheDesk(PaymentContract):
    payment = ManualPayment
    calls = False
    hears = False

    def settings(self, base_url: str) -> dict[str, Any]:
        return {}


class TestOverALink(TestAtTheDesk):
    def settings(self, base_url: str) -> dict[str, Any]:
        return {"url_template": "https://pay.example/harbor/{amount}?for={reference}"}
