"""Looking names up for the caller. Apart from it, for aiohttp is loaded with the first call and not before."""

from __future__ import annotations

from socket import AF_UNSPEC, AddressFamily

from aiohttp.abc import AbstractResolver, ResolveResult

from core.engine.announcing.addresses import AddressRefused, Reach, may_be_called


class CheckedNames(AbstractResolver):
    """Looks names up as `names` does, and refuses those that lead anywhere out of reach, if only in part."""

    def __init__(self, names: AbstractResolver, reach: Reach) -> None:
        self._names = names
        self._reach = reach

    async def resolve(self, host: str, port: int = 0, family: AddressFamily = AF_UNSPEC) -> list[ResolveResult]:
        """Raises `AddressRefused`, or `OSError` where there is no such name."""
        found = await self._names.resolve(host, port, family)
        if not found or not all(may_be_called(one["host"], self._reach) for one in found):
            raise AddressRefused
        return found

    async def close(self) -> None:
        await self._names.close()
