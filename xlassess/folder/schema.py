"""The JSON Schema of a toolkit file, for editors that complete and check YAML.

``python -m xlassess.folder.schema FILE`` writes it; ``toolkits/toolkit.schema.json`` is kept
current in this way. A toolkit file names it to the editor in its first line::

    # yaml-language-server: $schema=toolkit.schema.json
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from xlassess.folder.checks_parts import TAB_LIMIT
from xlassess.folder.fields import FIELDS
from xlassess.folder.remarks import LABEL_LIMIT
from xlassess.folder.shape import adapter
from xlassess.model.toolkit import Toolkit

_BOUNDS: dict[tuple[str, str], dict[str, Any]] = {
    ("Toolkit", "id"): {"pattern": "^[a-z][a-z0-9-]*$"},
    ("Section", "tab"): {"maxLength": TAB_LIMIT},
    ("Choice", "label"): {"maxLength": LABEL_LIMIT},
    ("ActionPlan", "rows"): {"minimum": 1},
}


def toolkit_schema() -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) of a toolkit file."""
    raw = adapter(Toolkit).json_schema()
    definitions = raw.pop("$defs")
    for name, definition in definitions.items():
        _describe(name, definition)
    _describe("Toolkit", raw)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "An xlassess toolkit",
        **raw,
        "$defs": definitions,
    }


def schema_text() -> str:
    """Return the schema as it stands in its file."""
    return json.dumps(toolkit_schema(), indent=2, ensure_ascii=False) + "\n"


def _describe(name: str, definition: dict[str, Any]) -> None:
    """Say in a definition what each of its fields is for, and leave out what says nothing."""
    definition.pop("title", None)
    definition.pop("description", None)
    for field, rule in definition["properties"].items():
        rule.pop("title", None)
        rule["description"] = FIELDS[name][field] + "."
        rule.update(_BOUNDS.get((name, field), {}))


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(schema_text(), encoding="utf-8")
