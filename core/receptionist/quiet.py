"""Quiet hours: when a text that nobody asked for may not leave, by the clock of whoever would read it.

The rule is that of 47 CFR 64.1200(c)(1), local time at the called party's location, with the clinic's own hours. An
area code is a hint and no address: where it may be one of several zones, all of them have to be awake; where it says
nothing, the clinic's own zone counts.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import phonenumbers
from phonenumbers import timezone as zones

#: A number that may be anywhere, such as a toll-free one, tells nothing of its owner's clock.
_TOO_MANY = 6
#: Who is not awake together by then never is: the clinic's own clock decides.
_LONGEST = timedelta(days=2)


def ends(now: datetime, address: str, home: ZoneInfo, begins: time, until: time) -> datetime | None:
    """The moment at which quiet hours end for an address; None when `now` is in none. All aware."""
    if begins == until:
        return None
    awake = _all_awake(now, zones_of(address, home), begins, until)
    if awake is None:
        return _end(now, home, begins, until)
    return awake if awake > now else None


def _all_awake(now: datetime, where: Sequence[ZoneInfo], begins: time, until: time) -> datetime | None:
    """The first moment from now on at which all zones are awake; None when they never are at the same time."""
    moment = now
    while ends_there := [end for zone in where if (end := _end(moment, zone, begins, until))]:
        moment = max(ends_there)
        if moment - now > _LONGEST:
            return None
    return moment


@lru_cache(maxsize=4096)
def zones_of(address: str, home: ZoneInfo) -> Sequence[ZoneInfo]:
    """Where the owner of a number may be: the zones that libphonenumber knows for it, else the clinic's own."""
    try:
        names = zones.time_zones_for_number(phonenumbers.parse(address))
        found = tuple(ZoneInfo(name) for name in names)
    except (phonenumbers.NumberParseException, ZoneInfoNotFoundError):
        return (home,)
    unknown = any(zone.key.startswith("Etc/") for zone in found)
    return (home,) if unknown or not 0 < len(found) <= _TOO_MANY else found


def _end(moment: datetime, zone: ZoneInfo, begins: time, until: time) -> datetime | None:
    """When the window that `moment` lies in ends; None when it lies in none. Windows may cross midnight."""
    local = moment.astimezone(zone)
    if not _inside(local, begins, until):
        return None
    over_midnight = begins > until and local.time() >= begins
    wall = datetime.combine(local.date() + timedelta(days=over_midnight), until, zone)
    # Where clocks go back, the same wall time comes twice; where they go forward, it does not come at all.
    first, second = wall.astimezone(UTC), wall.replace(fold=1).astimezone(UTC)
    if first > second:
        return _first_outside(second, first, zone, begins, until)
    return first if first > moment else second


def _inside(local: datetime, begins: time, until: time) -> bool:
    clock = local.time()
    return begins <= clock < until if begins < until else clock >= begins or clock < until


def _first_outside(low: datetime, high: datetime, zone: ZoneInfo, begins: time, until: time) -> datetime:
    """The minute between two moments at which clocks jump out of the window: inside at `low`, outside at `high`."""
    while high - low > timedelta(minutes=1):
        middle = low + timedelta(minutes=(high - low) // timedelta(minutes=2))
        low, high = (middle, high) if _inside(middle.astimezone(zone), begins, until) else (low, middle)
    return high
