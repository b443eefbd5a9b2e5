"""What the carriers' wires have in common: the callback address, prices, and how long a sender may be."""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from deskbell import Cost, storable

#: The query key under which the callback address carries `OutboundText.id`.
TEXT_KEY = "text"
#: No number, short code, sender name or mail address is longer; what is would fill an index and be refused for ever.
LONGEST_SENDER = 320
_NO_TEXT_COSTS = 1000
_CURRENCY = re.compile("[A-Z]{3}")


def callback_url(webhook_url: str, text_id: str) -> str:
    """The address that receipts of one text go to. It names our text, so that a receipt settles a lost answer."""
    parts = urlsplit(webhook_url)
    query = [*parse_qsl(parts.query, keep_blank_values=True), (TEXT_KEY, text_id)]
    return urlunsplit(parts._replace(query=urlencode(query)))


def text_id_in(url: str) -> str | None:
    """The id that `callback_url` put into an address, or None."""
    try:
        return storable(dict(parse_qsl(urlsplit(url).query)).get(TEXT_KEY, "")) or None
    except ValueError:
        return None


def cost(amount: object, currency: object) -> Cost | None:
    """A price such as "0.0040" or "-0.00750" as a cost; None for whatever is no price of a text."""
    try:
        value = abs(Decimal(amount)) if isinstance(amount, str) else None
    except InvalidOperation:
        value = None
    if value is None or not value.is_finite() or value >= _NO_TEXT_COSTS:
        return None
    code = currency.upper() if isinstance(currency, str) else ""
    return Cost(int((value * 1_000_000).to_integral_value()), code) if _CURRENCY.fullmatch(code) else None
