"""What was told of parts that come again byte for byte in the next return, in bounded memory.

Programs write the parts that nobody fills in the same into every return. What is told of one must
follow from its bytes alone, so that no file has a say in what is told of another. What would take
much memory is not kept: files made to fill it must not cost those that come after them. Nor is what
came once only: most such parts never come again, and memory that is used anew for each file is
slower than memory that was just freed.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

Told = TypeVar("Told")

_MOST_ENTRY = 1 << 18
"""Bytes that one entry may take: sheets as issued take a tenth of it to a half."""
_MOST_ONCE = 10_000
"""Sources of which it is known that they came once."""
_MOST_KEPT = 1 << 23
"""Bytes that all entries together may take, of the memory that a worker has for one file."""


@dataclass(slots=True)
class RememberedParts(Generic[Told]):
    """Results by all that they follow from, from the second time on that these come.

    Those not asked for longest are forgotten.
    """

    _kept: dict[Hashable, tuple[Told, int]] = field(default_factory=dict)
    _size: int = 0
    _once: set[int] = field(default_factory=set)

    def recall(self, source: Hashable) -> Told | None:
        """Return what is known of just this source, or None."""
        known = self._kept.pop(source, None)
        if known is None:
            return None
        self._kept[source] = known
        return known[0]

    def keep(self, source: Hashable, told: Told, weigh: Callable[[], int]) -> None:
        """Keep a result for when the source comes again, unless this is the first time it came.

        Args:
            source: all that the result follows from.
            told: the result.
            weigh: says how much memory both take, in bytes, roughly; most need not be weighed.
        """
        mark = hash(source)
        if mark not in self._once:
            if len(self._once) >= _MOST_ONCE:
                self._once.clear()
            self._once.add(mark)
            return
        size = weigh()
        if size > _MOST_ENTRY:
            return
        self._kept[source] = told, size
        self._size += size
        while self._size > _MOST_KEPT:
            _, oldest = self._kept.pop(next(iter(self._kept)))
            self._size -= oldest

    def forget(self) -> None:
        """Forget everything."""
        self._kept.clear()
        self._once.clear()
        self._size = 0
