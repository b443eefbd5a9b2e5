"""Serves the phone page and the pictures, with headers that let nothing else in."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

from sanic import Blueprint, HTTPResponse, Request, json
from sanic.response import raw

from sandbox.media import Media

_FOLDER = Path(__file__).parent
_TYPES = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}
#: Scripts, styles and connections of our own only; pictures also from a preview in the page's memory.
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' blob:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_HEADERS = {
    "content-security-policy": _POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cache-control": "no-cache",
}


def page_blueprint(name: str, media: Media) -> Blueprint:
    blueprint = Blueprint(name)
    for file in sorted(_FOLDER.iterdir()):
        if file.suffix in _TYPES:
            path = "/" if file.name == "index.html" else f"/{file.name}"
            blueprint.add_route(_file(file), path, name=file.name.replace(".", "_"))

    async def picture(request: Request, picture_id: str) -> HTTPResponse:
        found = media.get(picture_id)
        if found is None:
            return json({"error": "there is no such picture", "allowed": "the url of POST /api/media"}, 404)
        headers = {**_HEADERS, "content-security-policy": "default-src 'none'; sandbox"}
        return raw(found.body, content_type=found.content_type, headers=headers)

    blueprint.add_route(picture, "/media/<picture_id:str>")
    return blueprint


def _file(file: Path) -> Callable[[Request], Coroutine[Any, Any, HTTPResponse]]:
    body, content_type = file.read_bytes(), _TYPES[file.suffix]

    async def serve(request: Request) -> HTTPResponse:
        return raw(body, content_type=content_type, headers=_HEADERS)

    return serve
