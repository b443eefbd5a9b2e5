"""The payment provider that docs/plugins.md shows is held to the contract of all of them."""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from types import ModuleType
from typing import Any

from deskbell import PaymentStatus, RawRequest
from deskbell.testing import News, PaymentContract

PAGE = (Path(__file__).parents[3] / "docs" / "plugins.md").read_text()
[CODE] = [block for block in re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL) if "register_payments" in block]
SHOWN = ModuleType("shown")
exec(compile(CODE, "docs/plugins.md", "exec", dont_inherit=True), vars(SHOWN))  # noqa: S102 (what the test is about)


class TestTheProviderShown(PaymentContract):
    [payment] = SHOWN.register_payments()
    calls = False
    secrets = ("correct-horse-battery",)
    signature_header = "x-bank-signature"
    signing_setting = "secret"

    def settings(self, base_url: str) -> dict[str, Any]:
        return {"page": "https://bank.example/pay", "secret": self.secrets[0]}

    def sign(self, url: str, body: bytes, at: datetime, *, forged: bool = False) -> RawRequest:
        key = "wrong-horse" if forged else self.secrets[0]
        return RawRequest(
            "POST", url, {"x-bank-signature": hmac.digest(key.encode(), body, hashlib.sha256).hex()}, body
        )

    def told(self, news: News) -> bytes | None:
        if news.status is not PaymentStatus.PAID or news.account is not None:
            return None
        transfer = news.payment_id if news.event_id == "event-1" else f"{news.payment_id} {news.event_id}"
        return json.dumps({"id": transfer, "cents": news.amount.cents, "purpose": news.order_id}).encode()

    def unknown_events(self) -> Sequence[bytes]:
        return []
