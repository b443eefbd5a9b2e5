"""Amounts as patients read them."""

from __future__ import annotations

from deskbell.payment import Money


def dollars(cents: int) -> str:
    """``1300`` is ``$13``, ``1250`` is ``$12.50``, ``125000`` is ``$1,250``."""
    return f"${cents // 100:,}" if cents % 100 == 0 else f"${cents // 100:,}.{cents % 100:02}"


def money_text(amount: Money) -> str:
    """An amount with its currency: a dollar sign for US dollars, the three letters for all others."""
    figure = dollars(amount.cents)
    return figure if amount.currency == "USD" else f"{figure.removeprefix('$')} {amount.currency}"
