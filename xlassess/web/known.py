"""Where rounds stand, kept as long as nothing changes: pages ask for it with every click."""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field, replace
from datetime import date
from functools import partial
from pathlib import Path
from typing import Protocol, TypeVar, cast

from xlassess.assessment.settings import AssessmentFolder
from xlassess.ledger import Ledger
from xlassess.ledger.tables.events import What
from xlassess.model.assessment import Attribution
from xlassess.model.plan import AgreedPlan
from xlassess.services.common.opening import files_stand, head_of
from xlassess.services.next_steps import DueStep, OutputBase, base_now, next_steps
from xlassess.services.status import Basis, Status, status
from xlassess.web.unsettled import Unsettled, unsettled

SAYS_NOTHING_OF_ANSWERS: tuple[What, ...] = (
    "sent", "reminded", "message begun", "message ended", "mail came", "query issued", "kept",
    "mailbox read", "words came", "message set aside", "entry made", "came again",
)  # fmt: skip
"""Events after which answers, plan, and what was told of them are as they were."""

_MOST_MADE = 8
"""So much is kept that was made of where one round stands."""

_State = tuple[object, ...]
T = TypeVar("T")


class CountedElsewhere(Protocol):
    """Counts what the agreed plan of a round does not settle, and not while a page waits."""

    def count(
        self, folder: AssessmentFolder, today: date, agreed: AgreedPlan, returns: int
    ) -> int | None:
        """Return the count, or for a moment the one before (see `count_waiting`)."""

    def since(self, folder: AssessmentFolder, today: date, told: int | None) -> int | None:
        """Return the count where it was counted anew since it was told; else what was told."""


@dataclass(slots=True)
class KnownRounds:
    """Where the rounds of an assessment stand, as last worked out.

    It holds as long as settings, registers, toolkits, day and the last event on record are the
    same. Where only events were added, only what they changed is read. ``waiting`` counts what an
    agreed plan does not settle, where that is not done here.
    """

    waiting: CountedElsewhere | None = None
    _known: dict[Path, tuple[tuple[int, str], _State, Status]] = field(default_factory=dict)
    _made: tuple[Status | None, dict[Hashable, object]] = field(default_factory=lambda: (None, {}))
    _stood_on: tuple[_State, OutputBase] | None = None
    _working: threading.Lock = field(default_factory=threading.Lock)
    _making: threading.Lock = field(default_factory=threading.Lock)

    def status(self, folder: AssessmentFolder, today: date) -> Status:
        """Return where a round stands.

        Raises:
            XlassessError: settings, register or ledger cannot be used.
        """
        with self._working:  # two who ask at once wait for one answer
            # What it is worked out from is looked at first: what comes in meanwhile is seen then.
            last, files = head_of(folder), (today, *files_stand(folder))
            known, before, held = self._known.get(folder.home, ((0, ""), (), None))
            counted = partial(self.waiting.count, folder, today) if self.waiting else None
            # Somebody may have given the round another name in its settings.
            named = held is not None and (
                before == files or folder.assessment().round == held.assessment.round
            )
            basis = held.basis if held and named and _goes_on(folder, known, last) else None
            if held is None or basis is None:
                held = status(folder, today=today, counted=counted)
            elif (known, before) != (last, files):
                same = basis.register if before == files else None
                held = status(folder, today=today, known=basis, register=same, counted=counted)
            elif self.waiting:
                now = self.waiting.since(folder, today, held.waiting)
                held = held if now == held.waiting else replace(held, waiting=now)
            self._known[folder.home] = (last, files, held)
            return held

    def unsettled(self, found: Status) -> tuple[Unsettled, ...]:
        """Return what is to be settled in a round, as a list."""
        return self.made_of(found, "unsettled", lambda: tuple(unsettled(found)))

    def steps(self, folder: AssessmentFolder, found: Status, today: date) -> tuple[DueStep, ...]:
        """Return what is to be done next in a round.

        Raises:
            XlassessError: the assessment cannot be used.
        """

        def stands_on(basis: Basis, shown: Attribution) -> OutputBase:
            with Ledger(folder.ledger) as ledger:
                last = ledger.head_but_for(SAYS_NOTHING_OF_ANSWERS)
            state = (folder.home, today, *files_stand(folder), last, shown)
            if self._stood_on is None or self._stood_on[0] != state:
                self._stood_on = (state, base_now(folder, basis, shown))
            return self._stood_on[1]

        return self.made_of(
            found, "steps", lambda: next_steps(folder, found, today=today, stands_on=stands_on)
        )

    def made_of(self, found: Status, key: Hashable, make: Callable[[], T]) -> T:
        """Return what is made of where a round stands, once as long as it stands there.

        Args:
            found: where it stands.
            key: what is made, and of what else.
            make: makes it.
        """
        with self._making:
            if self._made[0] is not found or len(self._made[1]) > _MOST_MADE:
                self._made = (found, {})
            made = self._made[1]
        if key not in made:
            made[key] = make()
        return cast("T", made[key])


def _goes_on(folder: AssessmentFolder, known: tuple[int, str], last: tuple[int, str]) -> bool:
    """True where nothing but more events came since; not where the ledger was put back."""
    if known == last or known[0] == 0:
        return known == last
    if known[0] >= last[0]:
        return False
    with Ledger(folder.ledger) as ledger:
        return ledger.goes_on_from(*known)
