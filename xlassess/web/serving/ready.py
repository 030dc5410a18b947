"""What takes long the first time, done before anybody asks for a page."""

from __future__ import annotations

import gc
from contextlib import suppress
from datetime import date
from pathlib import Path
from threading import Thread

from xlassess.model.errors import XlassessError
from xlassess.services.common.opening import open_folder
from xlassess.web.known import KnownRounds
from xlassess.web.request.page import load_templates


def get_ready(root: Path | None = None, known: KnownRounds | None = None) -> None:
    """Load all templates, and work out where the round of an assessment stands.

    What was made by then stays as long as the server runs. It is left out where Python looks for
    what nobody needs any more: with thousands of workbooks that takes as long as a page.

    Args:
        root: the assessment's folder; None for a team's, of which nobody knows what comes first.
        known: what its desk knows of where rounds stand.
    """
    load_templates()
    if root is not None and known is not None:
        with suppress(XlassessError, OSError):  # whoever asks for a page is told
            known.unsettled(known.status(open_folder(root), date.today()))
    gc.collect()
    gc.freeze()


def begin_to_get_ready(root: Path | None = None, known: KnownRounds | None = None) -> None:
    """Get ready beside the server, which answers meanwhile (see `get_ready`)."""
    Thread(target=get_ready, args=(root, known), daemon=True).start()
