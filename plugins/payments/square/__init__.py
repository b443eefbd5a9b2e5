"""Square: deposits over payment links. The plugin's door; the SDK is loaded by `SquarePayment.open` and not before."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from deskbell import Payment, hookimpl
from plugins.payments.square.config import SquareConfig
from plugins.payments.square.payment import SquarePayment

__all__ = ["SquareConfig", "SquarePayment"]


@hookimpl
def register_payments() -> Sequence[type[Payment[Any]]]:
    return [SquarePayment]
