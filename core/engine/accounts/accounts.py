"""Connected accounts as one thing: their grants, the way to connect one, and their renewal beside the work."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from random import Random

from core.engine.accounts.connecting import Connecting, OpenPayments
from core.engine.accounts.grants import Grants
from core.engine.accounts.renewal import Renewal, Zones
from core.engine.rounds import go_round
from core.store.database import Database
from core.vault import Vault
from deskbell import Clock


class Accounts:
    """What an engine with a vault has. `run` is for workers."""

    def __init__(
        self,
        database: Database,
        vault: Vault,
        payments: OpenPayments,
        zones: Zones,
        clock: Clock,
        wall: Clock,
        *,
        public_url: str = "",
        every: timedelta = timedelta(seconds=15),
        random: Random | None = None,
    ) -> None:
        self._every = every
        self.grants = Grants(database, vault, clock)
        self.connecting = Connecting(database, self.grants, payments, clock, public_url)
        self.renewal = Renewal(database, self.grants, payments, zones, clock, wall, random=random)

    async def run(self, stopping: asyncio.Event) -> None:
        """Renews, measures and tidies up until told to stop."""
        await go_round(stopping, self._every, self.renewal.renew_due, self.renewal.measure, self.connecting.forget_old)
