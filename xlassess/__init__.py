"""xlassess: run partnership self-assessments by Excel."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlassess.version import __version__

if TYPE_CHECKING:
    from pathlib import Path

    from xlassess.frames import OpenRound

__all__ = ["__version__", "open"]


def open(folder: str | Path, anyway: str = "") -> OpenRound:
    """Open an assessment's present round for analysis: its data as pandas frames.

    Args:
        folder: the assessment's folder, with ``assessment.yaml`` and the ledger.
        anyway: why everything that has come back is to be shown, although that may, with what
            was shown earlier, give single answers away. It is recorded. Empty if it is not.
    """
    # Here, because whoever asks for the version or the command line must not wait for pandas.
    from xlassess.frames import open_round

    return open_round(folder, anyway=anyway)
