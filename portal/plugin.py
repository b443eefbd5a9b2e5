"""The portal as a built-in plugin: pages for clinics and operators, served beside the webhooks.

For now one page: the front door of a running system, which says that it runs and where to look.
"""

from __future__ import annotations

from collections.abc import Sequence

from sanic import Blueprint, HTTPResponse, Request, html

from deskbell import hookimpl

_FRONT_DOOR = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Deskbell</title>
<style>
  :root { color-scheme: light dark }
  body { font: 1.05rem/1.6 system-ui, sans-serif; max-width: 34rem; margin: 18vh auto 0; padding: 0 1.5rem }
  h1 { font-size: 1.4rem; margin: 0 0 .5rem }
  a { color: inherit }
</style>
<h1>Deskbell is running.</h1>
<p>Providers deliver their webhooks below <code>/webhooks/</code>.</p>
<p><a href="/health/ready">Is it ready?</a> &middot; <a href="/metrics">Figures</a></p>
</html>
"""


@hookimpl
def register_pages() -> Sequence[Blueprint]:
    pages = Blueprint("portal")

    @pages.get("/", name="front_door")
    async def front_door(request: Request) -> HTTPResponse:
        return html(_FRONT_DOOR)

    return [pages]
