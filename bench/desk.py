"""Deskbell in a process of its own: the runtime as `deskbell serve` starts it, web, worker or both."""

from __future__ import annotations

from pathlib import Path

from pydantic import SecretStr

from bench import child, slow
from bench.clinic import API_KEY, SECRETS
from core import log
from core.config.settings import Runtime as Settings
from core.plugins import load_catalogue
from core.runtime.runtime import running


async def _desk(database: str, clinics: str, public_key: str, serve: bool, work: bool) -> None:
    log.set_up("json")
    settings = Settings(
        port=0,
        public_url="https://desk.example",
        database_url=SecretStr(database),
        clinics=Path(clinics),
        log="json",
    )
    environment = {"TELNYX_API_KEY": API_KEY, "TELNYX_PUBLIC_KEY": public_key, **SECRETS}
    async with running(settings, load_catalogue(_plugins()), environment, serve=serve, work=work) as runtime:
        for live in runtime.engine.directory:
            await live.models.ready()
        await child.answer({"port": runtime.listener.port if runtime.listener else 0})


def _plugins() -> list[object]:
    """What Harbor needs, and the slow stage."""
    import core.stages
    from plugins.channels import telnyx
    from plugins.knowledge import notes
    from plugins.llm import bedrock

    return [core.stages, telnyx, notes, bedrock, slow]


if __name__ == "__main__":
    child.main(_desk)
