"""What messages said that brought a file which is refused: the words are all that can be used."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from xlassess.ledger import Event
from xlassess.ledger.tables.order import SAYS
from xlassess.model.answer import Return
from xlassess.services.common.offers import said_in

_MOST_TOLD = 300
"""So many characters are told in a list; the whole is with the file, and in the message kept."""


def said_beside(
    history: Iterable[Return], events: Iterable[Event]
) -> Mapping[int, tuple[str, ...]]:
    """Return the words of the messages that brought refused files, by the number of the return.

    Those with which the same file came again are among them, and what a message says that came
    without a file.

    Args:
        history: what came in, refused files included.
        events: what messages said later (see `Ledger.messages`).
    """
    found: dict[int, list[str]] = {}
    for ret in history:
        if ret.state == "refused":
            said = (one.details["text"] for one in ret.findings if one.code == SAYS)
            found[ret.number] = [*said, *filter(None, [said_in(ret)])]
    for event in events:
        if event.what == "words came" and event.return_id in found:
            found[event.return_id].append(event.reason)
    return {number: tuple(dict.fromkeys(words)) for number, words in found.items() if words}


def in_short(text: str) -> str:
    """Return words of a message as they stand in a list: in one line, and no more than a few."""
    line = " ".join(text.split())
    return line if len(line) <= _MOST_TOLD else f"{line[:_MOST_TOLD].rsplit(' ', 1)[0]} …"
