"""The words shown in workbooks: jinja templates in ``templates/``, one macro per text."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Any

from xlassess.model.days import short_day, written_day

if TYPE_CHECKING:
    from jinja2.environment import TemplateModule


_NO_BREAK = "\u00a0"


class Words:
    """The macros of one template file.

    Args:
        name: the template's file name in ``templates/``, such as ``workbook.j2``.
    """

    def __init__(self, name: str) -> None:
        self._module = _module(name)

    @classmethod
    def of(cls, module: TemplateModule) -> Words:
        """Return the macros of a template that was read elsewhere."""
        words = cls.__new__(cls)
        words._module = module
        return words

    def has(self, macro: str) -> bool:
        """True when there is a macro of this name."""
        return hasattr(self._module, macro)

    def say(self, macro: str, *values: Any) -> str:
        """Return a text as one paragraph, however its template is broken into lines.

        Args:
            macro: the name of the macro that makes the text.
            values: the values it is made from, in the macro's order.

        Raises:
            AttributeError: the template has no such macro.
        """
        return _one_line(self._raw(macro, *values))

    def paragraphs(self, macro: str, *values: Any) -> tuple[str, ...]:
        """Return a text as paragraphs, which an empty line divides in its template."""
        blocks = re.split(r"\n\s*\n", self._raw(macro, *values))
        return tuple(_one_line(block) for block in blocks if block.strip())

    def headings(self, macro: str, *values: Any) -> tuple[str, ...]:
        """Return the headings of a table, which a bar (``|``) divides in their template."""
        return tuple(part.strip() for part in self.say(macro, *values).split("|"))

    def _raw(self, macro: str, *values: Any) -> str:
        return str(getattr(self._module, macro)(*values))


def _one_line(text: str) -> str:
    """A text in one line; no-break spaces stay, as they keep a label and its blank together."""
    return _NO_BREAK.join(" ".join(part.split()) for part in text.split(_NO_BREAK))


@cache
def _module(name: str) -> TemplateModule:
    """The macros of a template; it is compiled once, which takes as long as writing a workbook."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    # Plain text for cells, never HTML: the writer of the cell escapes what XML needs.
    environment = Environment(  # noqa: S701
        loader=PackageLoader("xlassess.templates", ""),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"day": written_day, "short_day": short_day}
    return environment.get_template(name).module
