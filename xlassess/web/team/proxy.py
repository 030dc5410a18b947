"""What the proxy in front says of a request: that it came by https, and from where.

Only what it writes itself counts: the last entries of ``X-Forwarded-For`` and
``X-Forwarded-Proto``, as those before may be written by whoever sent the request. ``Forwarded`` and
``X-Forwarded-Host`` are never looked at.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from starlette.datastructures import Headers

from xlassess.model.errors import UsageError

_HOST = re.compile(
    r"(?=.{1,253}$)[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*"
)
_UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class PublicPlace:
    """Where the desk is reached from outside.

    ``host`` is its name, with a port where that is not the usual one. ``proxies`` is how many stand
    in front, one behind the other, each adding to ``X-Forwarded-For``.
    """

    host: str
    proxies: int = 1

    @property
    def origin(self) -> str:
        """What browsers call it."""
        return f"https://{self.host}"

    def is_asked_for(self, headers: Headers) -> bool:
        """True when a request names this host, once."""
        said = [value.lower() for value in headers.getlist("host")]
        name = self.host if ":" in self.host else f"{self.host}:443"
        return len(said) == 1 and said[0] in (self.host, name)

    def came_by_https(self, headers: Headers) -> bool:
        """True when the proxy says that the browser used https."""
        said = _entries(headers, "x-forwarded-proto")
        return said[-self.proxies :] == ["https"] * min(self.proxies, len(said)) and bool(said)

    def address(self, headers: Headers) -> str:
        """Return where a request came from, as the first of our proxies saw it."""
        said = _entries(headers, "x-forwarded-for")
        return said[-self.proxies][:64] if len(said) >= self.proxies else _UNKNOWN


def _entries(headers: Headers, name: str) -> list[str]:
    lines: Sequence[str] = headers.getlist(name)
    return [part.strip().lower() for line in lines for part in line.split(",")]


def public_place(host: str, proxies: int = 1) -> PublicPlace:
    """Return where the desk is reached, as somebody entered it.

    Raises:
        UsageError: that is no name of a host.
    """
    name, colon, port = host.strip().lower().partition(":")
    if not _HOST.fullmatch(name) or (colon and not (port.isdecimal() and 0 < int(port) < 65536)):
        raise UsageError(
            f"“{host}” is not a name of a host.",
            "Write it as browsers show it, without https:// and without a path, such as "
            "desk.council.example",
        )
    usual = not colon or int(port) == 443
    return PublicPlace(name if usual else f"{name}:{int(port)}", proxies)
