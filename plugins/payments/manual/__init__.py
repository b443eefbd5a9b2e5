"""Deposits without a provider: at the desk, or over a link that the clinic has from wherever. The plugin's door."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from deskbell import Payment, hookimpl
from plugins.payments.manual.payment import ManualConfig, ManualPayment

__all__ = ["ManualConfig", "ManualPayment"]


@hookimpl
def register_payments() -> Sequence[type[Payment[Any]]]:
    return [ManualPayment]
