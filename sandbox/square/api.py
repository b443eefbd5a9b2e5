"""Square's HTTP API, as far as deposits need it: payment links, orders, payments, refunds, locations, the merchant."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal

from sanic import Blueprint, HTTPResponse, Request, json

from deskbell import Clock
from sandbox.provider_calls import Handler, ProviderCalls
from sandbox.square import shapes
from sandbox.square.accounts import Account, Accounts
from sandbox.square.errors import SquareError, not_found
from sandbox.square.idempotency import Once
from sandbox.square.ledger import Ledger, Link, Payment, Refund
from sandbox.square.links import LONGEST_KEY, link_of
from sandbox.square.reading import Body, body_of, page_of, time_of
from sandbox.square.till import Till
from sandbox.square.tokens import Tokens

_LONGEST_REFUND_KEY = 45
_LONGEST_REASON = 192

#: A handler that knows whose account it acts for.
AccountHandler = Callable[..., HTTPResponse]


class SquareApi:
    """The handlers under ``/v2``; each is told the account of the call's token."""

    def __init__(
        self,
        *,
        accounts: Accounts,
        tokens: Tokens,
        ledger: Ledger,
        till: Till,
        clock: Clock,
        address: Callable[[str], str],
    ) -> None:
        self._accounts = accounts
        self._tokens = tokens
        self._ledger = ledger
        self._till = till
        self._clock = clock
        self._address = address
        self._links: Once[Link] = Once()
        self._refunds: Once[Refund] = Once()

    def blueprint(self, name: str, calls: ProviderCalls) -> Blueprint:
        blueprint = Blueprint(name, url_prefix="/square/v2")
        links, writes = "/online-checkout/payment-links", ("ORDERS_READ", "ORDERS_WRITE", "PAYMENTS_WRITE")
        routes: tuple[tuple[str, str, Literal["send", "read"], tuple[str, ...], AccountHandler], ...] = (
            ("POST", links, "send", writes, self.create_link),
            ("GET", links, "read", ("ORDERS_READ",), self.list_links),
            ("GET", f"{links}/<link_id:str>", "read", ("ORDERS_READ",), self.get_link),
            ("DELETE", f"{links}/<link_id:str>", "send", ("ORDERS_READ", "ORDERS_WRITE"), self.delete_link),
            ("POST", "/orders/batch-retrieve", "read", ("ORDERS_READ",), self.batch_orders),
            ("POST", "/orders/search", "read", ("ORDERS_READ",), self.search_orders),
            ("GET", "/orders/<order_id:str>", "read", ("ORDERS_READ",), self.get_order),
            ("GET", "/payments", "read", ("PAYMENTS_READ",), self.list_payments),
            ("GET", "/payments/<payment_id:str>", "read", ("PAYMENTS_READ",), self.get_payment),
            ("POST", "/refunds", "send", ("PAYMENTS_WRITE",), self.create_refund),
            ("GET", "/refunds", "read", ("PAYMENTS_READ",), self.list_refunds),
            ("GET", "/refunds/<refund_id:str>", "read", ("PAYMENTS_READ",), self.get_refund),
            ("GET", "/locations", "read", ("MERCHANT_PROFILE_READ",), self.list_locations),
            ("GET", "/locations/<location_id:str>", "read", ("MERCHANT_PROFILE_READ",), self.get_location),
            ("GET", "/merchants/<merchant_id:str>", "read", ("MERCHANT_PROFILE_READ",), self.get_merchant),
        )
        for method, path, event, scopes, handler in routes:
            blueprint.add_route(calls.handle(event, self._guarded(handler, scopes)), path, methods=[method])
        return blueprint

    def _guarded(self, handler: AccountHandler, scopes: tuple[str, ...]) -> Handler:
        """Finds the account first, and turns `SquareError` into its answer."""

        def call(request: Request, **parts: str) -> HTTPResponse:
            try:
                return handler(self._account(request, scopes), request, **parts)
            except SquareError as error:
                return error.response()

        call.__name__ = handler.__name__
        return call

    def _account(self, request: Request, scopes: tuple[str, ...]) -> Account:
        kind, _, token = request.headers.get("authorization", "").partition(" ")
        if kind.lower() != "bearer":
            raise SquareError("UNAUTHORIZED", "This request could not be authorized.")
        access = self._tokens.read_access(token)
        if access.scopes is not None and not set(scopes) <= set(access.scopes):
            raise SquareError("INSUFFICIENT_SCOPES", f"This needs the scopes {', '.join(scopes)}.")
        return self._accounts.of(access.binding)

    # ---- payment links -----------------------------------------------------------------------------------

    def create_link(self, account: Account, request: Request) -> HTTPResponse:
        body = body_of(request)
        key = body.text("idempotency_key", LONGEST_KEY)
        link = self._links.make(account, key, body.content, lambda: self._open_link(account, body))
        related = {"orders": [shapes.order_shape(link.order)]}
        return json({"payment_link": shapes.link_shape(link), "related_resources": related})

    def _open_link(self, account: Account, body: Body) -> Link:
        link = link_of(body, account, self._address, self._clock.now())
        self._till.open(link)
        return link

    def list_links(self, account: Account, request: Request) -> HTTPResponse:
        mine = [link for link in self._ledger.links.values() if link.account is account and not link.deleted]
        found, more = page_of(mine, cursor=request.args.get("cursor"), limit=request.args.get("limit"))
        return json({"payment_links": [shapes.link_shape(link) for link in found], **more})

    def get_link(self, account: Account, request: Request, link_id: str) -> HTTPResponse:
        return json({"payment_link": shapes.link_shape(self._ledger.link(account, link_id))})

    def delete_link(self, account: Account, request: Request, link_id: str) -> HTTPResponse:
        link = self._ledger.link(account, link_id)
        cancelled = self._till.close(link)
        return json({"id": link.id, **({"cancelled_order_id": link.order.id} if cancelled else {})})

    # ---- orders ------------------------------------------------------------------------------------------

    def get_order(self, account: Account, request: Request, order_id: str) -> HTTPResponse:
        return json({"order": shapes.order_shape(self._ledger.order(account, order_id))})

    def batch_orders(self, account: Account, request: Request) -> HTTPResponse:
        body = body_of(request)
        wanted = body.list("order_ids")
        if len(wanted) > 100:
            raise SquareError("ARRAY_LENGTH_TOO_LONG", "At most 100 orders at once.", "order_ids")
        # Ids that are not found are left out, without an error.
        found = [order for order_id in wanted if (order := self._ledger.orders.get(str(order_id)))]
        return json({"orders": [shapes.order_shape(order) for order in found if order.account is account]})

    def search_orders(self, account: Account, request: Request) -> HTTPResponse:
        body = body_of(request)
        places, states = body.list("location_ids"), _states(body)
        mine = [order for order in self._ledger.orders.values() if order.account is account]
        fitting = [order for order in mine if account.location in places and (states is None or order.state in states)]
        fitting.reverse()
        found, more = page_of(fitting, cursor=body.content.get("cursor"), limit=body.content.get("limit"))
        return json({"orders": [shapes.order_shape(order) for order in found], **more})

    # ---- payments and refunds ----------------------------------------------------------------------------

    def get_payment(self, account: Account, request: Request, payment_id: str) -> HTTPResponse:
        return json({"payment": shapes.payment_shape(self._ledger.payment(account, payment_id))})

    def list_payments(self, account: Account, request: Request) -> HTTPResponse:
        mine = [payment for payment in self._ledger.payments.values() if payment.account is account]
        found, more = _listed(mine, account, request)
        return json({"payments": [shapes.payment_shape(payment) for payment in found], **more})

    def create_refund(self, account: Account, request: Request) -> HTTPResponse:
        body = body_of(request)
        key = body.required_text("idempotency_key", _LONGEST_REFUND_KEY)
        refund = self._refunds.make(account, key, body.content, lambda: self._refund(account, body))
        return json({"refund": shapes.refund_shape(refund)})

    def _refund(self, account: Account, body: Body) -> Refund:
        amount, reason = body.cents("amount_money"), body.text("reason", _LONGEST_REASON)
        payment = self._ledger.payment(account, body.required_text("payment_id", 192))
        return self._till.refund(payment, amount, reason)

    def get_refund(self, account: Account, request: Request, refund_id: str) -> HTTPResponse:
        return json({"refund": shapes.refund_shape(self._ledger.refund(account, refund_id))})

    def list_refunds(self, account: Account, request: Request) -> HTTPResponse:
        status = request.args.get("status")
        mine = [
            refund
            for refund in self._ledger.refunds.values()
            if refund.payment.account is account and status in (None, refund.status)
        ]
        found, more = _listed(mine, account, request)
        return json({"refunds": [shapes.refund_shape(refund) for refund in found], **more})

    # ---- the account -------------------------------------------------------------------------------------

    def list_locations(self, account: Account, request: Request) -> HTTPResponse:
        return json({"locations": [shapes.location_shape(account)]})

    def get_location(self, account: Account, request: Request, location_id: str) -> HTTPResponse:
        if location_id not in ("main", account.location):
            raise not_found("location")
        return json({"location": shapes.location_shape(account)})

    def get_merchant(self, account: Account, request: Request, merchant_id: str) -> HTTPResponse:
        if merchant_id not in ("me", account.merchant):
            raise not_found("merchant")
        return json({"merchant": shapes.merchant_shape(account)})


def _listed(mine: list[Any], account: Account, request: Request) -> tuple[list[Any], dict[str, str]]:
    """Payments or refunds of a location and a time, the newest first unless asked otherwise."""
    order = request.args.get("sort_order", "DESC")
    if order not in ("ASC", "DESC"):
        raise SquareError("INVALID_SORT_ORDER", "The order is ASC or DESC.", "sort_order")
    begin, end = time_of(request, "begin_time"), time_of(request, "end_time")
    place = request.args.get("location_id", account.location)
    fitting: list[Payment | Refund] = [
        one
        for one in mine
        if place == account.location
        and (begin is None or one.created_at >= begin)
        and (end is None or one.created_at <= end)
    ]
    if order == "DESC":
        fitting.reverse()
    return page_of(fitting, cursor=request.args.get("cursor"), limit=request.args.get("limit"))


def _states(body: Body) -> set[Any] | None:
    """The states that a search asks for; it can ask for nothing else here."""
    query = body.object("query")
    wanted = query.object("filter") if query else None
    if wanted is None:
        return None
    if set(wanted.content) - {"state_filter"}:
        raise SquareError("NOT_IMPLEMENTED", "The sandbox searches by `state_filter` only.", wanted.path)
    by_state = wanted.object("state_filter")
    return set(by_state.list("states")) if by_state else None
