"""What the carriers' wires have in common: the callback address, and how long a sender may be."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from deskbell import storable

#: The query key under which the callback address carries `OutboundText.id`.
TEXT_KEY = "text"
#: No number, short code, sender name or mail address is longer; what is would fill an index and be refused for ever.
LONGEST_SENDER = 320


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
