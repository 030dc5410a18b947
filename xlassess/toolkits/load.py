"""Toolkits on disk: the built-in ones and the assessment folder's own.

A toolkit file is YAML with the fields of `xlassess.model.toolkit.Toolkit`. Everything wrong
with a file is reported at once, each problem with its line.
"""

from __future__ import annotations

import json
import sys
from functools import lru_cache
from importlib import resources
from pathlib import Path
from typing import Any

from xlassess.files.problems import FileError, Problem, did_you_mean
from xlassess.files.shape import FIELDS, adapter, read_as
from xlassess.files.yaml_file import read_yaml
from xlassess.model.errors import UsageError
from xlassess.model.toolkit import Toolkit
from xlassess.toolkits.checks import TAB_LIMIT, check_toolkit
from xlassess.toolkits.remarks import LABEL_LIMIT

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


__all__ = [
    "Problem",
    "ToolkitFileError",
    "all_toolkits",
    "builtin_ids",
    "find_toolkit",
    "known_ids",
    "load_toolkit",
    "toolkit_schema",
]

_PACKAGE = "xlassess.builtin_toolkits"


class ToolkitFileError(FileError):
    """A toolkit file has problems; `problems` lists them all."""


def builtin_ids() -> tuple[str, ...]:
    """Return the ids of the toolkits that come with xlassess, in alphabetical order."""
    names = (entry.name for entry in resources.files(_PACKAGE).iterdir())
    return tuple(sorted(name[: -len(".yaml")] for name in names if name.endswith(".yaml")))


def known_ids(own: Path | None = None) -> tuple[str, ...]:
    """Return the ids of the built-in toolkits and the folder's own, in alphabetical order."""
    return tuple(sorted({*builtin_ids(), *_own_ids(own)}))


def load_toolkit(path: Path) -> Toolkit:
    """Read and check a toolkit file.

    Raises:
        ToolkitFileError: the file is not a sound toolkit; every problem is listed.
        UsageError: there is no such file, or it cannot be read.
    """
    try:
        source = path.read_bytes()
    except OSError as error:
        raise UsageError(
            f"The toolkit file {path} cannot be read ({error.strerror}).",
            "Check its name, and that you have permission to read it.",
        ) from None
    return _parse(source, path.name)


def find_toolkit(toolkit_id: str, own: Path | None = None) -> Toolkit:
    """Return the toolkit with this id.

    Args:
        toolkit_id: the id, as in the file's name and in its field ``id``.
        own: a folder whose ``ID.yaml`` comes before the built-in toolkit of that id.

    Raises:
        ToolkitFileError: the toolkit's file has problems.
        UsageError: there is no such toolkit.
    """
    if own is not None and toolkit_id in _own_ids(own):
        return load_toolkit(own / f"{toolkit_id}.yaml")
    if toolkit_id in builtin_ids():
        return _builtin(toolkit_id)
    hint = did_you_mean(toolkit_id, known_ids(own))
    raise UsageError(f"There is no toolkit '{toolkit_id}'.", hint)


def all_toolkits(own: Path | None = None) -> tuple[Toolkit, ...]:
    """Return the built-in toolkits and the folder's own, in the order of their ids.

    Raises:
        ToolkitFileError: a file has problems.
    """
    return tuple(find_toolkit(toolkit_id, own) for toolkit_id in known_ids(own))


def _own_ids(own: Path | None) -> tuple[str, ...]:
    if own is None or not own.is_dir():
        return ()
    return tuple(sorted(path.stem for path in own.glob("*.yaml")))


def _builtin(toolkit_id: str) -> Toolkit:
    name = f"{toolkit_id}.yaml"
    return _parse(resources.files(_PACKAGE).joinpath(name).read_bytes(), name)


@lru_cache(maxsize=32)
def _parse(source: bytes, name: str) -> Toolkit:
    """The toolkit of a file, by its bytes: one command asks for the same several times."""
    file = read_yaml(source, name)
    toolkit, problems = read_as(file, Toolkit)
    if toolkit is not None:
        problems = check_toolkit(toolkit, file)
    if problems or toolkit is None:
        raise ToolkitFileError(problems)
    return toolkit
