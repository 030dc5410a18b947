"""Pages for whoever may look and change nothing: the same, with their forms closed.

The server refuses what such a form would send. This only spares people buttons that lead nowhere.
"""

from __future__ import annotations

import re

_FORM = re.compile(r'<form method="post"([^>]*)>(.*?)</form>', re.DOTALL)
_BUTTON = re.compile(r"<button[^>]*>.*?</button>", re.DOTALL)
_HIDDEN = re.compile(r'<input type="hidden"[^>]*>')
_FIELD = re.compile(r"<(input|select|textarea)\b")


def closed_forms(page: bytes) -> bytes:
    """Return a page on which nothing can be sent: no buttons, and fields that cannot be changed.

    What others wrote stands there as text, in which ``<`` never comes, so that only forms of our
    own are found.

    Args:
        page: the page, as it is sent.
    """
    return _FORM.sub(lambda found: _closed(found[2]), page.decode()).encode()


def _closed(inside: str) -> str:
    left = _HIDDEN.sub("", _BUTTON.sub("", inside))
    return f'<div class="closed">{_FIELD.sub(lambda found: f"<{found[1]} disabled", left)}</div>'
