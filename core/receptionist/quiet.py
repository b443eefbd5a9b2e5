"""Quiet hours: when a text that nobody asked for may not leave, by the clock of whoever would read it.

The rule is that of 47 CFR 64.1200(c)(1), local time at the called party's location, with the clinic's own hours. An
area code is a hint and no address: where it may be one of several zones, all of them have to be awake; where it says
nothing, the clinic's own zone counts.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, time, timedelta
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
    clock = local.time().replace(tzinfo=None)
    if begins < until:
        inside, days = begins <= clock < until, 0
    else:
        inside, days = clock >= begins or clock < until, 1 if clock >= begins else 0
    if not inside:
        return None
    end = datetime.combine(local.date() + timedelta(days=days), until, zone)
    # By way of UTC: across a clock change the same wall time may come twice, or not at all.
    return max(end.astimezone(moment.tzinfo), moment + timedelta(seconds=1))
