"""The phone page in a real browser."""

from __future__ import annotations

import re
from typing import Any

import httpx
import pytest

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.asyncio(loop_scope="module")]

HARBOR = "+12125550142"
DANA = "+12125550117"
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010806000000"
    "1f15c4890000000d49444154789c6360f8cfc000000301010018dd8db00000000049454e44ae426082"
)


def dana(page: Any) -> Any:
    return page.get_by_role("region", name="Dana Cole texting Harbor Skin Studio")


async def say(phone: Any, words: str) -> None:
    await phone.get_by_label("Text message").fill(words)
    await phone.get_by_label("Text message").press("Enter")


async def expect_text(phone: Any, words: str) -> Any:
    text = phone.locator("li.text", has_text=words)
    await text.wait_for()
    return text


async def test_a_text_is_answered_and_both_get_their_ticks_without_a_reload(page, receptionist) -> None:
    phone = dana(page)
    await say(phone, "Do you do lip filler?")

    mine = await expect_text(phone, "Do you do lip filler?")
    theirs = await expect_text(phone, "$650 a syringe")
    await mine.get_by_role("img", name="Delivered").wait_for()
    await theirs.get_by_role("img", name="Delivered").wait_for()
    assert await theirs.locator(".author").inner_text() == "Harbor Skin Studio"
    assert await phone.get_by_label("Text message").input_value() == ""
    assert receptionist.heard[0]["text"] == "Do you do lip filler?"


async def test_a_phone_calls_hangs_up_and_is_texted_back(page, receptionist) -> None:
    phone = dana(page)
    await phone.get_by_role("button", name="Call").click()
    await phone.get_by_text("Ringing…").wait_for()
    assert receptionist.heard == []
    await phone.get_by_role("button", name="Hang up").click()

    await expect_text(phone, "Sorry we missed your call.")
    assert receptionist.heard[0]["hangup_cause"] == "originator_cancel"
    await phone.get_by_text("You hung up.").wait_for()
    await phone.get_by_role("button", name="Call").wait_for()


async def test_markup_in_a_text_stays_text(page, receptionist) -> None:
    attack = "<img src=x onerror=\"document.title='owned'\"><b>bold</b>"
    receptionist.reply = attack
    phone = dana(page)
    await say(phone, attack)

    await phone.locator("li.text").nth(1).wait_for()
    assert await phone.locator(".said").all_inner_texts() == [attack, attack]
    assert await phone.locator(".texts img, .texts b").count() == 0
    assert await page.title() == "Deskbell phones"


async def test_two_phones_hear_only_their_own_texts(page, sandbox) -> None:
    other = page.get_by_role("region", name="Marco Reyes texting Palm Grove Aesthetics")
    await say(dana(page), "From Dana")
    await say(other, "From Marco")

    await expect_text(dana(page), "$650")
    await expect_text(other, "$650")
    assert await dana(page).locator("li.text", has_text="From Marco").count() == 0
    assert await other.locator("li.text", has_text="From Dana").count() == 0


async def test_texts_sent_over_the_control_api_appear_by_themselves(page, sandbox) -> None:
    async with httpx.AsyncClient(base_url=sandbox.url) as control:
        await control.post("/api/texts", json={"from": DANA, "to": HARBOR, "text": "from a script"})

    await expect_text(dana(page), "from a script")


async def test_a_reload_shows_the_same_thread(page) -> None:
    await say(dana(page), "Still here?")
    await expect_text(dana(page), "$650")
    await page.reload()

    await expect_text(dana(page), "Still here?")
    await expect_text(dana(page), "$650")
    assert await dana(page).locator("li.text").count() == 2


async def test_the_size_of_a_text_is_counted_by_the_carrier_s_rules(page) -> None:
    phone = dana(page)
    await phone.get_by_label("Text message").fill("x" * 161)
    await phone.get_by_text("2 segments · 145 left · GSM-7").wait_for()
    await phone.get_by_label("Text message").fill("😀")
    await phone.get_by_text("1 segment · 68 left · UCS-2").wait_for()


async def test_shift_enter_makes_a_line_and_enter_sends(page, receptionist) -> None:
    words = dana(page).get_by_label("Text message")
    await words.fill("one")
    await words.press("Shift+Enter")
    await words.press_sequentially("two")
    await words.press("Enter")

    await expect_text(dana(page), "$650")
    assert receptionist.heard[0]["text"] == "one\ntwo"


async def test_a_picture_is_previewed_sent_and_shown(page, receptionist) -> None:
    phone = dana(page)
    picture = {"name": "smile.png", "mimeType": "image/png", "buffer": PNG}
    await phone.get_by_label("Attach a picture").set_input_files(picture)
    await phone.get_by_alt_text("Picture to send").wait_for()
    await phone.get_by_role("button", name="Send").click()

    await phone.get_by_alt_text("Picture", exact=True).wait_for()
    await expect_text(phone, "$650")
    [media] = receptionist.heard[0]["media"]
    assert media["content_type"] == "image/png"
    width = await phone.get_by_alt_text("Picture", exact=True).evaluate(
        "image => image.decode().then(() => image.naturalWidth)"
    )
    assert width == 1


async def test_the_carrier_s_own_texts_are_told_apart(page, receptionist) -> None:
    await say(dana(page), "STOP")

    text = await expect_text(dana(page), "unsubscribed")
    assert await text.locator(".author").inner_text() == "Carrier"


async def test_any_number_can_be_typed(page, receptionist) -> None:
    phone = page.locator("section.phone").first
    await phone.get_by_label("From", exact=True).select_option("other")
    await phone.get_by_label("Another number").fill("(646) 555-0133")
    await phone.get_by_label("Another number").press("Tab")
    await say(phone, "Hello")

    await expect_text(phone, "$650")
    assert receptionist.heard[0]["from"]["phone_number"] == "+16465550133"


async def test_a_refused_text_says_why_and_stays_in_the_field(page) -> None:
    phone = page.locator("section.phone").first
    await phone.get_by_label("From", exact=True).select_option("other")
    await phone.get_by_label("Another number").fill("+0")
    await phone.get_by_label("Another number").press("Tab")
    await say(phone, "Hello")

    await phone.get_by_role("alert").filter(has_text="from:").wait_for()
    assert await phone.get_by_label("Text message").input_value() == "Hello"


async def test_the_clock_is_moved_and_brought_back(page, sandbox) -> None:
    await page.locator("#clock summary").click()
    await page.get_by_role("button", name="+1 day").click()
    await page.get_by_role("button", name="+1 hour").click()
    await page.locator("#clock-offset", has_text="+1 d 1 h").wait_for()
    assert float(sandbox.clock_file.read_text()) == 90_000

    await page.get_by_role("button", name="Back to now").click()
    await page.locator("#clock-offset").wait_for(state="hidden")
    await page.keyboard.press("Escape")
    await page.get_by_role("button", name="Back to now").wait_for(state="hidden")


async def test_a_fault_is_added_used_up_and_gone(page, sandbox, receptionist) -> None:
    await page.locator("#faults summary").click()
    await page.get_by_label("What").select_option("duplicate")
    await page.get_by_role("button", name="Add fault").click()
    await page.get_by_text("telnyx · duplicate · inbound").wait_for()
    await page.keyboard.press("Escape")
    receptionist.reply = ""
    await say(dana(page), "Twice?")

    await page.locator("#faults-count").wait_for(state="hidden")
    await sandbox.idle()
    assert [heard["text"] for heard in receptionist.heard] == ["Twice?", "Twice?"]


async def test_a_phone_is_added_and_put_away_by_keyboard(page) -> None:
    regions = page.get_by_role("region")
    assert await regions.count() == 2
    await page.get_by_role("button", name="Add a phone").focus()
    await page.keyboard.press("Enter")
    await page.get_by_role("region", name="Priya Nair").wait_for()

    await page.get_by_role("region", name="Priya Nair").get_by_role("button", name="Put this phone away").press("Enter")
    await page.get_by_role("region", name="Priya Nair").wait_for(state="detached")


@pytest.mark.parametrize("width", [360, 1280])
async def test_nothing_sticks_out_sideways(page, sandbox, width) -> None:
    async with httpx.AsyncClient(base_url=sandbox.url) as control:
        # An hour of two digits, and a long way from now: the widest that the clock gets.
        await control.post("/api/clock", json={"now": "2029-12-31T22:58:00-05:00"})
        await control.post("/api/faults", json={"provider": "twilio", "kind": "delay", "times": 12})
    # The page may have asked for the faults before there was one, and not be listening yet.
    await page.reload()
    await page.set_viewport_size({"width": width, "height": 740})
    await say(dana(page), "W" * 200 + " and https://harborskin.example/" + "a" * 120)
    await expect_text(dana(page), "$650")

    await page.locator("#faults-count").wait_for()
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert await dana(page).evaluate("phone => phone.querySelector('.thread').scrollWidth <= phone.clientWidth")


async def test_everything_that_can_be_used_has_a_name(page) -> None:
    nameless = await page.evaluate(
        """() => [...document.querySelectorAll('button, input, select, textarea, summary')]
            .filter((node) => !(node.labels?.length || node.textContent.trim() || node.ariaLabel))
            .map((node) => node.outerHTML)"""
    )
    assert nameless == []


async def test_the_page_asks_no_other_host(page, sandbox) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    await page.reload()
    await dana(page).wait_for()

    assert asked
    assert not [url for url in asked if not re.match(f"(blob:)?{re.escape(sandbox.url)}/", url)]


async def test_the_latest_text_stays_in_sight_unless_the_reader_scrolled_up(page, receptionist) -> None:
    receptionist.reply = "A long answer. " * 40
    thread = dana(page).locator(".thread")
    below = "thread => Math.round(thread.scrollHeight - thread.scrollTop - thread.clientHeight)"
    for words in ("one", "two"):
        await say(dana(page), words)
        await dana(page).locator(".said", has_text="A long answer").nth(0 if words == "one" else 1).wait_for()
    await page.wait_for_function("document.querySelector('.thread').scrollTop > 0")
    assert await thread.evaluate(below) < 40

    await thread.evaluate("thread => { thread.scrollTop = 0 }")
    await page.wait_for_function("document.querySelector('.thread').scrollTop === 0")
    receptionist.reply = "And one more."
    await say(dana(page), "three")
    await dana(page).locator(".said", has_text="And one more.").wait_for(state="attached")
    assert await thread.evaluate("thread => thread.scrollTop") == 0
