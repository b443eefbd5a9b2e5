"""Connecting an account: a person agrees on a page, the application turns the code into tokens and renews them.

An application id names the account that is connected (`….{binding}`), since nobody signs in here.
"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal
from urllib.parse import urlencode, urlsplit, urlunsplit

from sanic import Blueprint, HTTPResponse, Request, json

from deskbell import Clock
from sandbox.keys import Keys
from sandbox.provider_calls import Handler, ProviderCalls
from sandbox.square.accounts import Account, Accounts
from sandbox.square.errors import SquareError, not_found
from sandbox.square.news import News
from sandbox.square.reading import Body, body_of
from sandbox.square.shapes import moment
from sandbox.square.tokens import ACCESS_LASTS, SHORT_ACCESS_LASTS, Tokens

_CODE_LASTS = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class _Code:
    """A person's yes, not yet fetched."""

    account: Account
    scopes: tuple[str, ...]
    redirect_uri: str
    expires_at: datetime


class OAuth:
    """The handlers of ``/oauth2/token`` and its kin; `sandbox.square.page` holds the page where a person agrees."""

    def __init__(self, *, keys: Keys, accounts: Accounts, tokens: Tokens, news: News, clock: Clock) -> None:
        self._keys = keys
        self._accounts = accounts
        self._tokens = tokens
        self._news = news
        self._clock = clock
        self._codes: dict[str, _Code] = {}

    def blueprint(self, name: str, calls: ProviderCalls) -> Blueprint:
        blueprint = Blueprint(name, url_prefix="/square/oauth2")
        routes: tuple[tuple[str, Literal["send", "read"], Handler], ...] = (
            ("/token", "send", self.obtain),
            ("/revoke", "send", self.revoke),
            ("/token/status", "read", self.status),
        )
        for path, event, handler in routes:
            blueprint.add_route(calls.handle(event, _guarded(handler)), path, methods=["POST"])
        return blueprint

    # ---- the person --------------------------------------------------------------------------------------

    def account(self, application_id: str) -> Account | None:
        """The account that an application id connects; None when it is not one that was given out."""
        given, _, binding = application_id.partition(".")
        if not binding or not hmac.compare_digest(given.encode(), self._keys.square_application_id.encode()):
            return None
        return self._accounts.of(binding)

    def allow(self, account: Account, scopes: Sequence[str], redirect_uri: str) -> str:
        """A code for what a person agreed to: good once and for five minutes."""
        code = f"sandbox-sq0cgb-{secrets.token_urlsafe(16)}"
        self._codes[code] = _Code(account, tuple(scopes), redirect_uri, self._clock.now() + _CODE_LASTS)
        return code

    # ---- the application ---------------------------------------------------------------------------------

    def obtain(self, request: Request) -> HTTPResponse:
        body = body_of(request)
        account = self._client(body)
        if not _same(body.content.get("client_secret"), self._keys.square_application_secret):
            raise SquareError("UNAUTHORIZED", "`client_secret` is not the application's.", "client_secret")
        grant = body.required_text("grant_type", 40)
        if grant == "authorization_code":
            scopes = self._redeem(body, account)
            renewal = self._tokens.refresh(account.binding, scopes)
        elif grant == "refresh_token":
            renewal = body.required_text("refresh_token", 2_048)
            scopes = self._renew(renewal, account)
        else:
            raise SquareError("INVALID_VALUE", "The sandbox plays authorization_code and refresh_token.", "grant_type")
        short = body.content.get("short_lived") is True
        lasts = SHORT_ACCESS_LASTS if short else ACCESS_LASTS
        token, expires_at = self._tokens.access(account.binding, scopes, lasts)
        return json(
            {
                "access_token": token,
                "token_type": "bearer",
                "expires_at": moment(expires_at),
                "merchant_id": account.merchant,
                "refresh_token": renewal,
                "short_lived": short,
            }
        )

    def status(self, request: Request) -> HTTPResponse:
        kind, _, token = request.headers.get("authorization", "").partition(" ")
        if kind.lower() != "bearer":
            raise SquareError("UNAUTHORIZED", "This request could not be authorized.")
        access = self._tokens.read_access(token)
        return json(
            {
                "scopes": list(access.scopes or ()),
                "client_id": f"{self._keys.square_application_id}.{access.binding}",
                "merchant_id": self._accounts.of(access.binding).merchant,
                **({"expires_at": moment(access.expires_at)} if access.expires_at else {}),
            }
        )

    def revoke(self, request: Request) -> HTTPResponse:
        kind, _, secret = request.headers.get("authorization", "").partition(" ")
        if kind != "Client" or not _same(secret, self._keys.square_application_secret):
            raise SquareError("UNAUTHORIZED", "The header is `Authorization: Client APPLICATION_SECRET`.")
        body = body_of(request)
        client = self._client(body)
        if body.content.get("revoke_only_access_token"):
            raise SquareError("NOT_IMPLEMENTED", "The sandbox revokes everything at once.", "revoke_only_access_token")
        if self._meant(body) is not client:
            raise not_found("authorisation")
        self.withdraw(client, "APPLICATION")
        return json({"success": True})

    def withdraw(self, account: Account, revoker: str) -> None:
        """Ends the application's access to an account, and tells it so."""
        self._tokens.revoke(account.binding)
        self._news.of_revocation(account, revoker)

    # ---- inside ------------------------------------------------------------------------------------------

    def _client(self, body: Body) -> Account:
        account = self.account(body.required_text("client_id", 192))
        if account is None:
            raise SquareError("UNAUTHORIZED", "There is no application with this id.", "client_id")
        return account

    def _redeem(self, body: Body, account: Account) -> tuple[str, ...]:
        code = self._codes.pop(body.required_text("code", 192), None)
        if code is None or code.account is not account or code.expires_at <= self._clock.now():
            raise SquareError("UNAUTHORIZED", "The authorization code is unknown, used or expired.", "code")
        if body.content.get("redirect_uri", code.redirect_uri) != code.redirect_uri:
            raise SquareError("INVALID_VALUE", "`redirect_uri` is not the one of the authorization.", "redirect_uri")
        return code.scopes

    def _renew(self, refresh_token: str, account: Account) -> tuple[str, ...]:
        access = self._tokens.read_refresh(refresh_token)
        if access.binding != account.binding:
            raise SquareError("UNAUTHORIZED", "The refresh token is of another account.", "refresh_token")
        return access.scopes or ()

    def _meant(self, body: Body) -> Account | None:
        """The account whose access is given back: named by a token that is still good, or by its merchant id."""
        token, merchant = body.text("access_token", 2_048), body.text("merchant_id", 191)
        if (token is None) == (merchant is None):
            raise SquareError("CONFLICTING_PARAMETERS", "Give exactly one of `access_token` and `merchant_id`.")
        if merchant is not None:
            return self._accounts.merchant(merchant)
        return self._accounts.of(self._tokens.read_access(token or "").binding)


def returned(redirect_uri: str, **answer: str) -> str:
    """Where a person goes back to, with the answer added to what the address already asks."""
    parts = urlsplit(redirect_uri)
    query = "&".join(filter(None, (parts.query, urlencode(answer))))
    return urlunsplit(parts._replace(query=query))


def _same(given: object, expected: str) -> bool:
    return isinstance(given, str) and hmac.compare_digest(given.encode(), expected.encode())


def _guarded(handler: Handler) -> Handler:
    def call(request: Request) -> HTTPResponse:
        try:
            return handler(request)
        except SquareError as error:
            return error.response()

    call.__name__ = handler.__name__
    return call
