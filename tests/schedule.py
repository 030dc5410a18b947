"""Which tests run in the same process, so that what they share is made once."""

from __future__ import annotations

from xdist.scheduler import LoadScopeScheduling

from tests.made import kinds


class SharedScheduling(LoadScopeScheduling):  # type: ignore[misc]
    """Gives a process whole files of tests; and all tests about one made workbook, of any file."""

    def _split_scope(self, nodeid: str) -> str:
        """Return the name of what a test is kept together with."""
        file, _, test = nodeid.partition("::")
        parameters = test.partition("[")[2].removesuffix("]")
        return parameters if parameters in kinds() else file
