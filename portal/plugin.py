"""The portal as a built-in plugin: pages for clinics and operators, served beside the webhooks.

For now two pages: the front door of a running system, which says that it runs and where to look; and where the link in
a notice to staff leads, which says how to read on and nothing of any patient, for whoever has the link may open it.
"""

from __future__ import annotations

from collections.abc import Sequence

from sanic import Blueprint, HTTPResponse, Request, html

from deskbell import hookimpl

_HEAD = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Deskbell</title>
<style>
  :root { color-scheme: light dark }
  body { font: 1.05rem/1.6 system-ui, sans-serif; max-width: 34rem; margin: 18vh auto 0; padding: 0 1.5rem }
  h1 { font-size: 1.4rem; margin: 0 0 .5rem }
  a { color: inherit }
  code { overflow-wrap: anywhere }
</style>
"""
_FRONT_DOOR = f"""{_HEAD}<h1>Deskbell is running.</h1>
<p>Providers deliver their webhooks below <code>/webhooks/</code>.</p>
<p><a href="/health/ready">Is it ready?</a> &middot; <a href="/metrics">Figures</a></p>
</html>
"""

#: The same for every link, true or made up: it gives nothing away.
_NOTICE = f"""{_HEAD}<h1>A conversation of your clinic waits for somebody.</h1>
<p>Nothing of it is shown here. Whoever looks after Deskbell at your clinic reads it with
<code>deskbell staff show TOKEN</code>, answers with <code>deskbell staff reply</code>, or says that it is seen to
with <code>deskbell staff seen</code>. Until then your team is reminded.</p>
</html>
"""


@hookimpl
def register_pages() -> Sequence[Blueprint]:
    pages = Blueprint("portal")

    @pages.get("/", name="front_door")
    async def front_door(request: Request) -> HTTPResponse:
        return html(_FRONT_DOOR)

    @pages.get(r"/n/<token:[0-9a-f]{12}>", name="notice")
    async def notice(request: Request, token: str) -> HTTPResponse:
        headers = {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer", "X-Robots-Tag": "noindex"}
        return html(_NOTICE.replace("TOKEN", token), headers=headers)

    return [pages]
