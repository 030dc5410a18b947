"""The words shown in workbooks: jinja templates in ``templates/``, one macro per text."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from jinja2.environment import TemplateModule


class Words:
    """The macros of one template file.

    Args:
        name: the template's file name in ``templates/``, such as ``workbook.j2``.
    """

    def __init__(self, name: str) -> None:
        from jinja2 import Environment, PackageLoader, StrictUndefined

        # Plain text for cells, never HTML: the writer of the cell escapes what XML needs.
        environment = Environment(  # noqa: S701
            loader=PackageLoader("xlassess.templates", ""),
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._module: TemplateModule = environment.get_template(name).module

    def say(self, macro: str, *values: Any) -> str:
        """Return a text, without blank lines or spaces at either end.

        Args:
            macro: the name of the macro that makes the text.
            values: the values it is made from, in the macro's order.

        Raises:
            AttributeError: the template has no such macro.
        """
        return str(getattr(self._module, macro)(*values)).strip()

    def lines(self, macro: str, *values: Any) -> tuple[str, ...]:
        """Return a text as its lines, empty ones left out."""
        lines = (line.strip() for line in self.say(macro, *values).splitlines())
        return tuple(line for line in lines if line)
