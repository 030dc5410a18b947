"""Guessing passwords made slow: so many attempts for an account, and from an address."""

from __future__ import annotations

import ipaddress
import threading
import time
from collections import OrderedDict, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

_Key = tuple[str, str]
_Kept = TypeVar("_Kept")

_LIMITS: tuple[tuple[int, int], ...] = ((5, 15 * 60), (30, 60 * 60), (30, 15 * 60))
"""Attempts within seconds: for one account from one address, for one account, from one address.

The first stops whoever guesses, and leaves the owner at another address in. The second holds where
many computers guess at one account, the third where one computer tries many accounts. The second is
not for addresses from which the account was logged in to before: else whoever knows a name could
keep its owner out.
"""

_KEPT = 50_000
"""So many accounts and addresses are remembered; then those that tried longest ago are let go."""


@dataclass(slots=True)
class Throttle:
    """Counts attempts to log in, by what was typed as account and by where they came from.

    Whether there is such an account makes no difference. Attempts count when they begin, so that
    many at once are not more than the limit.
    """

    clock: Callable[[], float] = time.monotonic
    _tries: OrderedDict[_Key, deque[float]] = field(default_factory=OrderedDict)
    _known: OrderedDict[_Key, None] = field(default_factory=OrderedDict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def begin(self, login: str, address: str) -> int:
        """Count an attempt; return 0, or the seconds until the next one where it is too many.

        Args:
            login: the account as it was typed.
            address: where the attempt comes from.
        """
        now, keys = self.clock(), _keys(login, address)
        with self._lock:
            waits = [self._wait(key, now, *limit) for key, limit in zip(keys, _LIMITS, strict=True)]
            if keys[0] in self._known:
                waits[1] = 0.0
            wait = max(waits)
            if not wait:
                for key in keys:
                    self._tries.setdefault(key, deque()).append(now)
                    self._tries.move_to_end(key)
            _let_go(self._tries)
        return int(wait) + 1 if wait else 0

    def _wait(self, key: _Key, now: float, most: int, seconds: int) -> float:
        """Return the seconds until the next attempt; 0 where it can be made now."""
        tries = self._tries.get(key, deque[float]())
        while tries and tries[0] <= now - seconds:
            tries.popleft()
        return tries[0] + seconds - now if len(tries) >= most else 0.0

    def good(self, login: str, address: str) -> None:
        """Take back the last attempt: it was the right password."""
        own, *both = _keys(login, address)
        with self._lock:
            self._tries.pop(own, None)
            for key in both:
                if self._tries.get(key):
                    self._tries[key].pop()
            self._known[own] = None
            self._known.move_to_end(own)
            _let_go(self._known)


def _let_go(kept: OrderedDict[_Key, _Kept]) -> None:
    while len(kept) > _KEPT:
        kept.popitem(last=False)


def _keys(login: str, address: str) -> tuple[_Key, _Key, _Key]:
    account, place = login.casefold(), _network(address)
    return (account, place), (account, ""), ("", place)


def _network(address: str) -> str:
    """An address; of IPv6 the network that one customer has, as each may use all of it."""
    try:
        known = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(known, ipaddress.IPv6Address):
        return str(known.ipv4_mapped or ipaddress.ip_network((known, 64), strict=False))
    return str(known)
