"""A newcomer's first walk: text a clinic, agree to its deposit, pay on the page behind the link, be confirmed."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from tests.scenario.serve.conftest import Serving, serving_in

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]


@pytest_asyncio.fixture(loop_scope="module")
async def system() -> AsyncIterator[Serving]:
    async with serving_in() as make:
        system: Serving = make()
        await system.start()
        yield system


@pytest_asyncio.fixture(loop_scope="module")
async def phone(system: Serving, browser: Any) -> AsyncIterator[Any]:
    """Dana Cole's phone on the page of a system that runs."""
    context = await browser.new_context()
    page = await context.new_page()
    await page.goto(f"http://127.0.0.1:{system.sandbox_port}/")
    yield page.get_by_role("region", name="Dana Cole texting Harbor Skin Studio")
    await context.close()


async def types(phone: Any, words: str) -> None:
    await phone.get_by_label("Text message").fill(words)
    await phone.get_by_label("Text message").press("Enter")


async def test_from_the_first_text_to_the_confirmation(system: Serving, phone: Any) -> None:
    await types(phone, "Hi, Dana Cole here, never been, hydrafacial, mornings are best")
    await phone.get_by_text("May I text you a secure payment link?").wait_for()
    assert await phone.get_by_role("link").count() == 0, "no link before a yes"
    await types(phone, "yes please")
    link = phone.get_by_role("link")
    await link.wait_for()
    async with phone.page.expect_popup() as opened:
        await link.click()
    checkout = await opened.value
    await checkout.get_by_text("Harbor Skin Studio").first.wait_for()
    assert await checkout.get_by_text("$50.00").count() >= 1
    await checkout.get_by_role("button", name="Decline the card").click()
    await phone.get_by_text("did not go through").wait_for()
    await checkout.goto(await link.first.get_attribute("href"))
    await checkout.get_by_role("button", name="Pay $50.00").click()
    await phone.get_by_text("We have received your $50 deposit").wait_for()
    await checkout.get_by_role("link", name="Return to Harbor Skin Studio").click()
    await checkout.get_by_text("If your payment went through, we confirm it by text").wait_for()
    await checkout.goto(await link.first.get_attribute("href"))
    await checkout.get_by_text("This deposit needs no further payment.").wait_for()
    [deposit] = await system.command("deposits", "list", "--json")
    assert (deposit["status"], deposit["cents"]) == ("paid", 5000)
