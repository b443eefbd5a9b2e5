"""Serves the checkout and the consent page: plain HTML and one style sheet, no scripts, nothing from elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from sanic import Blueprint, HTTPResponse, Request
from sanic.response import html, raw, redirect

from sandbox.media import is_address
from sandbox.square.ledger import Ledger, Link
from sandbox.square.oauth import OAuth, returned
from sandbox.square.till import Till

_FOLDER = Path(__file__).parent
_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; frame-ancestors 'none'; form-action {forms}"
)
_HEADERS = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cache-control": "no-store",
}
#: What the asked-for access means to the person who gives it, by scope.
_SCOPES = {
    "PAYMENTS_READ": "See payments and refunds",
    "PAYMENTS_WRITE": "Take payments and give them back",
    "ORDERS_READ": "See orders",
    "ORDERS_WRITE": "Create orders and payment links",
    "MERCHANT_PROFILE_READ": "See the business's name and locations",
}


class Pages:
    """The handlers."""

    def __init__(self, ledger: Ledger, till: Till, oauth: OAuth) -> None:
        self._ledger = ledger
        self._till = till
        self._oauth = oauth
        self._templates = Environment(
            loader=FileSystemLoader(_FOLDER), autoescape=True, undefined=StrictUndefined, trim_blocks=True
        )

    def blueprint(self, name: str) -> Blueprint:
        blueprint = Blueprint(name, url_prefix="/square")
        for method, path, answer in (
            ("GET", "/checkout/<link_id:str>", self.checkout),
            ("POST", "/checkout/<link_id:str>", self.decide),
            ("GET", "/oauth2/authorize", self.ask),
            ("POST", "/oauth2/authorize", self.answer),
        ):
            blueprint.add_route(answer, path, methods=[method])
        for file in ("page.css", "mark.svg"):
            blueprint.add_route(_file(_FOLDER / file), f"/{file}", name=file.replace(".", "_"))
        return blueprint

    # ---- paying ------------------------------------------------------------------------------------------

    async def checkout(self, request: Request, link_id: str) -> HTTPResponse:
        link = self._ledger.links.get(link_id)
        if link is None or (link.deleted and not link.order.paid):
            return self._page("closed.html", 404 if link is None else 410, clinic=link.account.name if link else None)
        return self._page("checkout.html", **_seen(link), notice=request.args.get("notice", ""))

    async def decide(self, request: Request, link_id: str) -> HTTPResponse:
        """Acts, then shows the page again: reloading it does nothing twice."""
        link = self._ledger.links.get(link_id)
        notice = ""
        if link is not None and link.state == "open":
            choice = request.form.get("choice") if request.form else None
            if choice == "pay":
                self._till.pay(link)
            elif choice == "decline":
                self._till.decline(link)
                notice = "?notice=declined"
            else:
                notice = "?notice=left"
        return _on_to(f"/square/checkout/{link_id}{notice}")

    # ---- connecting --------------------------------------------------------------------------------------

    async def ask(self, request: Request) -> HTTPResponse:
        return self._consent({name: request.args.get(name, "") for name in _ASKED})

    async def answer(self, request: Request) -> HTTPResponse:
        form = request.form or {}
        asked = {name: form.get(name, "") for name in _ASKED}
        account = self._oauth.account(asked["client_id"])
        if account is None or not is_address(asked["redirect_uri"]):
            return self._consent(asked)
        if form.get("choice") == "allow":
            code = self._oauth.allow(account, asked["scope"].split(), asked["redirect_uri"])
            answer = {"code": code, "response_type": "code"}
        else:
            answer = {"error": "access_denied", "error_description": "user_denied"}
        return _on_to(returned(asked["redirect_uri"], **answer, state=asked["state"]))

    def _consent(self, asked: dict[str, str]) -> HTTPResponse:
        account = self._oauth.account(asked["client_id"])
        if account is None:
            return self._page("refused.html", 400, why="The application that sent you here is not known.")
        if not is_address(asked["redirect_uri"]):
            return self._page("refused.html", 400, why="The application did not say where to send you back to.")
        wishes = [_SCOPES.get(scope, scope) for scope in asked["scope"].split()]
        # A form's answer may lead to the application's own address: any browser checks that against this list.
        forms = "'self' http: https:"
        return self._page("consent.html", forms=forms, business=account.name, asked=asked, wishes=wishes)

    def _page(self, template: str, status: int = 200, *, forms: str = "'self'", **values: Any) -> HTTPResponse:
        headers = {**_HEADERS, "content-security-policy": _POLICY.format(forms=forms)}
        return html(self._templates.get_template(template).render(**values), status, headers)


_ASKED = ("client_id", "scope", "state", "redirect_uri")


def _on_to(place: str) -> HTTPResponse:
    # A copy of the headers: Sanic writes the address into what it is given.
    return redirect(place, headers=dict(_HEADERS), status=303)


def _seen(link: Link) -> dict[str, Any]:
    paid = link.order.paid
    return {
        "link": link.id,
        "clinic": link.account.name,
        "label": link.order.label,
        "amount": written(sum(one.amount for one in paid) if paid else link.order.total),
        "state": link.state,
        "returned": written(sum(one.given_back for one in paid)) if any(one.given_back for one in paid) else None,
        "receipt": paid[-1].id[:4] if paid else None,
        "onwards": link.redirect_url,
    }


def written(cents: int) -> str:
    """An amount as people write it: $1,250.00."""
    return f"${cents // 100:,}.{cents % 100:02}"


def _file(file: Path) -> Callable[[Request], Coroutine[Any, Any, HTTPResponse]]:
    body = file.read_bytes()
    content_type = {".css": "text/css; charset=utf-8", ".svg": "image/svg+xml"}[file.suffix]

    async def serve(request: Request) -> HTTPResponse:
        headers = {**_HEADERS, "cache-control": "no-cache", "content-security-policy": "default-src 'none'"}
        return raw(body, content_type=content_type, headers=headers)

    return serve
