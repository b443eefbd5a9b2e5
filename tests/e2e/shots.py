"""Pictures of the phone page and the checkout, where a Chromium is at hand; without one the walk goes without."""

from __future__ import annotations

import json
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.e2e.walk import Walk

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)


class Shots:
    """Takes pictures into a folder, or none."""

    def __init__(self, folder: Path, phones: str, browser: Any = None) -> None:
        self.folder = folder
        self._phones = phones
        self._browser = browser

    @property
    def taken(self) -> bool:
        return self._browser is not None

    async def phone(self, walk: Walk, name: str, latest: str) -> None:
        """The patient's phone, once it shows the `latest` text."""
        if self._browser is None:
            return
        context = await self._browser.new_context(viewport={"width": 460, "height": 900})
        page = await context.new_page()
        # The page remembers which phones were open: this one, and no other.
        open_phones = json.dumps(json.dumps([[walk.patient, walk.number]]))
        await page.add_init_script(f"localStorage.setItem('deskbell.phones', {open_phones})")
        await page.goto(self._phones)
        await page.get_by_text(latest).last.wait_for()
        await self._shoot(walk, page, name)
        await context.close()

    async def page(self, walk: Walk, url: str, name: str) -> None:
        if self._browser is None:
            return
        page = await self._browser.new_page(viewport={"width": 460, "height": 900})
        await page.goto(url)
        await self._shoot(walk, page, name)
        await page.close()

    async def _shoot(self, walk: Walk, page: Any, name: str) -> None:
        file = self.folder / f"{walk.carrier}-{name}.png"
        await page.screenshot(path=file)
        walk.pictures.append(file)


@asynccontextmanager
async def shots_into(folder: Path, phones: str) -> AsyncIterator[Shots]:
    if CHROMIUM is None:
        yield Shots(folder, phones)
        return
    from playwright.async_api import async_playwright

    flags = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=flags)
        try:
            yield Shots(folder, phones, browser)
        finally:
            await browser.close()
