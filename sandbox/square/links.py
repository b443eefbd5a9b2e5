"""Makes a payment link from a request: the quick form with a name and a price, or a whole order."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from sandbox.media import is_address
from sandbox.square.accounts import CURRENCY, Account
from sandbox.square.errors import SquareError
from sandbox.square.ledger import Link, Order, fresh_id
from sandbox.square.reading import Body

LONGEST_KEY = 192
_LONGEST_NAME = 255
_LONGEST_REFERENCE = 40
_LONGEST_NOTE = 500
_LONGEST_URL = 2_048
_LONGEST_PHONE = 17
_MOST_METADATA = 10


def link_of(body: Body, account: Account, address: Callable[[str], str], now: datetime) -> Link:
    """The link that is asked for; `address` gives where the link of an id is paid. Raises `SquareError`."""
    quick, whole = body.object("quick_pay"), body.object("order")
    if (quick is None) == (whole is None):
        raise SquareError("BAD_REQUEST", "Give exactly one of `quick_pay` and `order`.", "quick_pay")
    order = _quick(quick, account, now) if quick is not None else _order(body.required_object("order"), account, now)
    link_id = fresh_id(16).upper()
    return Link(
        id=link_id,
        order=order,
        url=address(link_id),
        created_at=now,
        checkout_options=_options(body.object("checkout_options")),
        pre_populated_data=_buyer(body.object("pre_populated_data")),
        description=body.text("description", 4_096),
        payment_note=body.text("payment_note", _LONGEST_NOTE),
    )


def _quick(quick: Body, account: Account, now: datetime) -> Order:
    _check_location(quick, account)
    item = {
        "name": quick.required_text("name", _LONGEST_NAME),
        "quantity": "1",
        "base_price_money": {"amount": quick.cents("price_money"), "currency": CURRENCY},
    }
    return Order(fresh_id(27), account, CURRENCY, [item], now, now)


def _order(order: Body, account: Account, now: datetime) -> Order:
    _check_location(order, account)
    lines = [
        _item(Body(item, f"{order.at('line_items')}[{number}]")) if isinstance(item, dict) else _no_item(order)
        for number, item in enumerate(order.list("line_items"))
    ]
    reference = order.text("reference_id", _LONGEST_REFERENCE)
    return Order(fresh_id(27), account, CURRENCY, lines, now, now, reference, _metadata(order))


def _item(item: Body) -> dict[str, Any]:
    quantity = item.required_text("quantity", 12)
    if not quantity.isdecimal() or int(quantity) < 1:
        raise SquareError("INVALID_VALUE", "The sandbox takes whole quantities from 1.", item.at("quantity"))
    return {
        "name": item.required_text("name", 512),
        "quantity": quantity,
        "base_price_money": {"amount": item.cents("base_price_money"), "currency": CURRENCY},
    }


def _no_item(order: Body) -> dict[str, Any]:
    raise SquareError("EXPECTED_OBJECT", "A line item is an object.", order.at("line_items"))


def _metadata(order: Body) -> dict[str, str]:
    found = order.object("metadata")
    if found is None:
        return {}
    if len(found.content) > _MOST_METADATA:
        raise SquareError("TOO_MANY_MAP_ENTRIES", f"Metadata has at most {_MOST_METADATA} entries.", found.path)
    if any(len(key) > 60 for key in found.content):
        raise SquareError("MAP_KEY_LENGTH_TOO_LONG", "A metadata key has at most 60 characters.", found.path)
    return {key: found.text(key, 255) or "" for key in found.content}


def _check_location(place: Body, account: Account) -> None:
    if place.required_text("location_id", 50) != account.location:
        raise SquareError("INVALID_VALUE", "This location is not one of the account's.", place.at("location_id"))


def _options(options: Body | None) -> dict[str, Any]:
    if options is None:
        return {}
    redirect = options.text("redirect_url", _LONGEST_URL)
    if redirect is not None and not is_address(redirect):
        raise SquareError("INVALID_VALUE", "`redirect_url` is no http(s) address.", options.at("redirect_url"))
    return options.content


def _buyer(buyer: Body | None) -> dict[str, Any]:
    if buyer is None:
        return {}
    buyer.text("buyer_phone_number", _LONGEST_PHONE)
    buyer.text("buyer_email", 256)
    return buyer.content
