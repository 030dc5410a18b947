"""Write the table of classes into docs/glossary.md, from the code.

Run ``python docs/make_glossary.py``. The page above the mark is written by hand. The table comes
from the first sentence of each class's description, so that it cannot contradict the code.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "glossary.md"
MARK = "<!-- written by python docs/make_glossary.py from here on -->\n"


class PublicClass(NamedTuple):
    """A class that other modules may use: its name, its module, and what it is."""

    name: str
    module: str
    about: str

    @property
    def stage(self) -> str:
        """The first name below the package, such as ``ingest``."""
        return self.module.split(".")[1]


def public_classes() -> Iterator[PublicClass]:
    """Yield every class at the top of a module whose name does not begin with an underscore."""
    for path in sorted((ROOT / "xlassess").rglob("*.py")):
        module = ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                yield PublicClass(node.name, module, _first_sentence(node))


def _first_sentence(node: ast.ClassDef) -> str:
    paragraph = (ast.get_docstring(node) or "").partition("\n\n")[0]
    sentence = re.split(r"(?<=\.)\s", " ".join(paragraph.split()))[0]
    return re.sub(r"`+", "`", sentence).replace("|", "\\|")


def page() -> str:
    """Return the page with its table as the code is now."""
    head, mark, _ = PAGE.read_text(encoding="utf-8").partition(MARK)
    if not mark:
        raise ValueError(f"{PAGE} has lost its mark: {MARK}")
    rows = [
        f"| `{each.name}` | `{each.module.removeprefix('xlassess.')}` | {each.about} |"
        for each in sorted(public_classes(), key=lambda each: each.name.casefold())
    ]
    return "\n".join([head + mark, "| Class | Module | What it is |", "|---|---|---|", *rows, ""])


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
