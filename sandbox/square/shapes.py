"""The objects as Square writes them (Square-Version 2026-09-16), cut down to what a receptionist may read."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sandbox.square.accounts import CURRENCY, Account
from sandbox.square.ledger import Link, Order, Payment, Refund

#: The test card that Square's own sandbox takes.
_CARD = {
    "card_brand": "VISA",
    "last_4": "1111",
    "exp_month": 12,
    "exp_year": 2030,
    "card_type": "CREDIT",
    "bin": "411111",
}
_CARD_STATES = {"APPROVED": "AUTHORIZED", "COMPLETED": "CAPTURED", "CANCELED": "VOIDED", "FAILED": "FAILED"}
_ACCOUNTS_SINCE = "2026-01-01T00:00:00.000Z"


def moment(at: datetime) -> str:
    """RFC 3339 in UTC with milliseconds."""
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def money(amount: int, currency: str = CURRENCY) -> dict[str, Any]:
    return {"amount": amount, "currency": currency}


def link_shape(link: Link) -> dict[str, Any]:
    shape: dict[str, Any] = {
        "id": link.id,
        "version": 1,
        "order_id": link.order.id,
        "url": link.url,
        "long_url": link.url,
        "created_at": moment(link.created_at),
    }
    optional = {
        "description": link.description,
        "payment_note": link.payment_note,
        "checkout_options": dict(link.checkout_options),
        "pre_populated_data": dict(link.pre_populated_data),
    }
    return shape | {name: value for name, value in optional.items() if value}


def order_shape(order: Order) -> dict[str, Any]:
    paid = sum(payment.amount for payment in order.paid)
    shape: dict[str, Any] = {
        "id": order.id,
        "location_id": order.account.location,
        "source": {"name": "Deskbell sandbox"},
        "line_items": [_item(order, number) for number in range(len(order.items))],
        "state": order.state,
        "version": order.version,
        "created_at": moment(order.created_at),
        "updated_at": moment(order.updated_at),
        "total_money": money(order.total, order.currency),
        "total_tax_money": money(0, order.currency),
        "total_discount_money": money(0, order.currency),
        "total_tip_money": money(0, order.currency),
        "total_service_charge_money": money(0, order.currency),
        "net_amount_due_money": money(max(order.total - paid, 0), order.currency),
    }
    if order.reference_id is not None:
        shape["reference_id"] = order.reference_id
    if order.metadata:
        shape["metadata"] = dict(order.metadata)
    if order.payments:
        # A declined attempt is among the tenders too: only its card status tells it from money.
        shape["tenders"] = [_tender(payment) for payment in order.payments]
    return shape


def _item(order: Order, number: int) -> dict[str, Any]:
    item = order.items[number]
    price = item["base_price_money"]["amount"]
    total = money(price * int(item["quantity"]), order.currency)
    return {
        "uid": f"{order.id[:18]}{number:04}",
        "name": item["name"],
        "quantity": item["quantity"],
        "item_type": "ITEM",
        "base_price_money": money(price, order.currency),
        "variation_total_price_money": total,
        "gross_sales_money": total,
        "total_tax_money": money(0, order.currency),
        "total_discount_money": money(0, order.currency),
        "total_money": total,
    }


def _tender(payment: Payment) -> dict[str, Any]:
    return {
        "id": payment.id,
        "location_id": payment.account.location,
        "transaction_id": payment.order.id,
        "created_at": moment(payment.created_at),
        "amount_money": money(payment.amount, payment.order.currency),
        "type": "CARD",
        "card_details": {"status": _CARD_STATES[payment.status], "card": _CARD, "entry_method": "KEYED"},
        "payment_id": payment.id,
        **({"note": payment.note} if payment.note else {}),
    }


def payment_shape(payment: Payment) -> dict[str, Any]:
    currency = payment.order.currency
    amount = money(payment.amount, currency)
    shape: dict[str, Any] = {
        "id": payment.id,
        "created_at": moment(payment.created_at),
        "updated_at": moment(payment.updated_at),
        "amount_money": amount,
        "total_money": amount,
        "status": payment.status,
        "delay_duration": "PT168H",
        "delay_action": "CANCEL",
        "source_type": "CARD",
        "card_details": _card_details(payment),
        "location_id": payment.account.location,
        "order_id": payment.order.id,
        "receipt_number": payment.id[:4],
        "application_details": {"square_product": "ECOMMERCE_API"},
        "version_token": f"{payment.id}{payment.version}",
    }
    if payment.note:
        shape["note"] = payment.note
    if payment.status == "COMPLETED":
        shape["approved_money"] = amount
    if done := [refund for refund in payment.refunds if refund.status == "COMPLETED"]:
        shape["refunded_money"] = money(sum(refund.amount for refund in done), currency)
    if payment.refunds:
        shape["refund_ids"] = [refund.id for refund in payment.refunds]
    return shape


def _card_details(payment: Payment) -> dict[str, Any]:
    details: dict[str, Any] = {
        "status": _CARD_STATES[payment.status],
        "card": _CARD,
        "entry_method": "KEYED",
        "cvv_status": "CVV_ACCEPTED",
        "avs_status": "AVS_ACCEPTED",
        "statement_description": f"SQ *{payment.account.name[:18].upper()}",
    }
    if payment.status == "FAILED":
        error = {"category": "PAYMENT_METHOD_ERROR", "code": "GENERIC_DECLINE", "detail": "GENERIC_DECLINE"}
        details["errors"] = [error]
    return details


def refund_shape(refund: Refund) -> dict[str, Any]:
    payment = refund.payment
    shape: dict[str, Any] = {
        "id": refund.id,
        "status": refund.status,
        "unlinked": False,
        "destination_type": "CARD",
        "amount_money": money(refund.amount, payment.order.currency),
        "payment_id": payment.id,
        "order_id": payment.order.id,
        "location_id": payment.account.location,
        "created_at": moment(refund.created_at),
        "updated_at": moment(refund.updated_at),
    }
    return shape | ({"reason": refund.reason} if refund.reason else {})


def dispute_shape(dispute_id: str, payment: Payment, at: datetime, due: datetime) -> dict[str, Any]:
    return {
        "id": dispute_id,
        "dispute_id": dispute_id,
        "amount_money": money(payment.amount, payment.order.currency),
        "reason": "NO_KNOWLEDGE",
        "state": "EVIDENCE_REQUIRED",
        "due_at": moment(due),
        "disputed_payment": {"payment_id": payment.id},
        "card_brand": "VISA",
        "created_at": moment(at),
        "updated_at": moment(at),
        "reported_at": moment(at),
        "location_id": payment.account.location,
        "version": 1,
    }


def location_shape(account: Account) -> dict[str, Any]:
    return {
        "id": account.location,
        "name": account.name,
        "timezone": "America/New_York",
        "capabilities": ["CREDIT_CARD_PROCESSING", "AUTOMATIC_TRANSFERS"],
        "status": "ACTIVE",
        "created_at": _ACCOUNTS_SINCE,
        "merchant_id": account.merchant,
        "country": "US",
        "language_code": "en-US",
        "currency": CURRENCY,
        "business_name": account.name,
        "type": "PHYSICAL",
    }


def merchant_shape(account: Account) -> dict[str, Any]:
    return {
        "id": account.merchant,
        "business_name": account.name,
        "country": "US",
        "language_code": "en-US",
        "currency": CURRENCY,
        "status": "ACTIVE",
        "main_location_id": account.location,
        "created_at": _ACCOUNTS_SINCE,
    }
