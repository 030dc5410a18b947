"""Which tests run by habit, and which in the same process, so that what they share is made once."""

from __future__ import annotations

import pytest
from xdist.scheduler import LoadScopeScheduling

from tests.made import SEVERAL, kinds
from xlassess.toolkits.load import builtin_ids

HABIT = frozenset({
    "bv-organisation", "melton-evaluation",
    "workbook-bv-organisation", f"summary-{SEVERAL}", "trend-bv-organisation", "feedback-pat",
    "query-working-better-together", "joint-plan", "register",
})  # fmt: skip
"""The toolkits, and the kinds of workbooks, with which other programs are driven by habit: a
matrix and free text; each kind of workbook once. The rest of them is for the thorough run."""


def is_of_the_rest(item: pytest.Item) -> bool:
    """True for a test that shows other programs one more toolkit, or one more kind of workbook."""
    if not any(set(mark.args) - {"postgresql"} for mark in item.iter_markers("clients")):
        return False
    values = getattr(getattr(item, "callspec", None), "params", {}).values()
    named = {value for value in values if isinstance(value, str)}
    return bool(named & ({*builtin_ids(), *kinds()} - HABIT))


class SharedScheduling(LoadScopeScheduling):  # type: ignore[misc]
    """Gives a process whole files of tests; and all tests about one made workbook, of any file."""

    def _split_scope(self, nodeid: str) -> str:
        """Return the name of what a test is kept together with."""
        file, _, test = nodeid.partition("::")
        parameters = test.partition("[")[2].removesuffix("]")
        return parameters if parameters in kinds() else file
