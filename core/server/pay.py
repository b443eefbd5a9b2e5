"""Where the link in a deposit's text leads: to the provider's own page while it is open, else to a friendly line.

What these pages say hangs on nothing that a visitor brings, and the page behind a payment asserts nothing: whether
money has come is the provider's word, by its signed webhook, and is told by text.
"""

from __future__ import annotations

from html import escape
from typing import Any

from sanic import HTTPResponse, Request, Sanic, html

from core.engine.live import Directory
from core.store import deposits
from core.store.database import Database
from core.store.deposits import DepositRow
from deskbell import DepositStatus

_S = DepositStatus
_OPEN = frozenset({_S.LINK_SENT, _S.FAILED})
_PAID = frozenset({_S.PAID, _S.HELD, _S.DISPUTED})

_PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{clinic}</title>
<style>
  :root {{ color-scheme: light dark }}
  body {{ font: 1.1rem/1.6 system-ui, sans-serif; max-width: 32rem; margin: 16vh auto 0; padding: 0 1.5rem }}
  h1 {{ font-size: 1.5rem; line-height: 1.3; margin: 0 0 .75rem }}
  a {{ color: inherit }}
</style>
<h1>{title}</h1>
<p>{line}</p>
<p>Questions? Text {clinic}, or call <a href="tel:{phone}">{shown}</a>.</p>
</html>
"""
_NOBODY = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Link not known</title>
<style>
  :root { color-scheme: light dark }
  body { font: 1.1rem/1.6 system-ui, sans-serif; max-width: 32rem; margin: 16vh auto 0; padding: 0 1.5rem }
  h1 { font-size: 1.5rem; margin: 0 0 .75rem }
</style>
<h1>This link is not known here.</h1>
<p>It may have been cut off on its way. Please open it from the text that you got, or text the clinic.</p>
</html>
"""
_HEADERS = {
    "cache-control": "no-store",
    "referrer-policy": "no-referrer",
    "x-robots-tag": "noindex",
    "x-content-type-options": "nosniff",
    "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'",
}

_BACK = ("Thank you.", "If your payment went through, we confirm it by text in a moment. You can close this page.")
_THANKS = ("This deposit needs no further payment.", "We have a payment for it. Nothing more is to be done here.")
_OVER = ("This link is no longer in use.", "Nothing was charged. Text us and we will help you from there.")
_BACK_AGAIN = ("This deposit was given back.", "Nothing more is to be paid here. Text us if you have a question.")
_SOON = ("Your link is not ready yet.", "Please try again in a minute.")


class PayPages:
    """The pages of all clinics' deposits."""

    def __init__(self, database: Database, directory: Directory) -> None:
        self._database = database
        self._directory = directory

    async def pay(self, request: Request, token: str) -> HTTPResponse:
        """To the checkout while it is open; else says in a line why there is none."""
        row = await self._find(token)
        if row is None:
            return html(_NOBODY, 404, headers=_HEADERS)
        if row.status in _OPEN and row.link_url and self._is_served(row):
            return HTTPResponse(status=303, headers={**_HEADERS, "location": row.link_url})
        return self._page(row, *_standing(row))

    async def thanks(self, request: Request, token: str) -> HTTPResponse:
        """Where a provider sends the payer afterwards, whatever they did there."""
        row = await self._find(token)
        return self._page(row, *_BACK) if row else html(_NOBODY, 404, headers=_HEADERS)

    async def _find(self, token: str) -> DepositRow | None:
        async with self._database.connection() as connection:
            return await deposits.by_token(connection, token)

    def _is_served(self, row: DepositRow) -> bool:
        """Whether somebody here hears of what is paid there."""
        live = self._directory.clinic(row.clinic)
        return live is not None and row.binding in live.payments

    def _page(self, row: DepositRow, title: str, line: str) -> HTTPResponse:
        live = self._directory.clinic(row.clinic)
        if live is None:
            return html(_NOBODY, 404, headers=_HEADERS)
        clinic = live.plan.clinic
        values = {"clinic": clinic.name, "phone": clinic.phone, "shown": clinic.phone_shown}
        page = _PAGE.format(title=title, line=line, **{name: escape(value) for name, value in values.items()})
        return html(page, headers=_HEADERS)


def _standing(row: DepositRow) -> tuple[str, str]:
    if row.status is _S.REQUESTED:
        return _SOON
    if row.status is _S.REFUNDED:
        return _BACK_AGAIN
    return _THANKS if row.status in _PAID else _OVER


def add_pay_pages(app: Sanic[Any, Any], pages: PayPages) -> None:
    app.add_route(pages.pay, r"/pay/<token:[0-9a-f]{16}>", name="pay")
    app.add_route(pages.thanks, r"/pay/<token:[0-9a-f]{16}>/thanks", name="pay_thanks")
