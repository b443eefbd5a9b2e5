"""What the carriers' wires have in common: credentials, the callback address, text fit for storing, the 429's hint."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Annotated
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from pydantic import AfterValidator, Field, SecretStr

#: The query key under which the callback address carries `OutboundText.id`.
TEXT_KEY = "text"
#: No number, short code, sender name or mail address is longer; what is would fill an index and be refused for ever.
LONGEST_SENDER = 320
_LONGEST_PAUSE = timedelta(hours=1)
_LONE = re.compile("[\ud800-\udfff]")


def _fit_for_a_header(secret: SecretStr) -> SecretStr:
    # HTTP libraries quote an illegal header value in their error, and with it the secret.
    value = secret.get_secret_value()
    if not (value.isascii() and value.isprintable()) or " " in value:
        raise ValueError("holds a space, a line break or a character that no key has: copy it again")
    return secret


#: A key or token as it travels in a header.
Credential = Annotated[SecretStr, Field(min_length=1), AfterValidator(_fit_for_a_header)]


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


def storable(text: str) -> str:
    """`text` without what no database keeps: NUL goes, half a surrogate pair becomes U+FFFD."""
    return _LONE.sub("\ufffd", text.replace("\x00", ""))


def retry_after(value: str | None, now: datetime) -> timedelta | None:
    """The pause that a ``Retry-After`` header asks for, in seconds or as a date (RFC 9110, 10.2.3), an hour at most."""
    if value is None:
        return None
    if value.isascii() and value.isdigit() and len(value) < 10:
        pause = timedelta(seconds=int(value))
    else:
        try:
            until = parsedate_to_datetime(value)
        except ValueError:
            return None
        pause = until.replace(tzinfo=until.tzinfo or UTC) - now
    return min(max(pause, timedelta(0)), _LONGEST_PAUSE)
