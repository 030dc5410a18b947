"""What must hold in a toolkit beyond the kinds of its values."""

from __future__ import annotations

from xlassess.folder.problems import Problem
from xlassess.folder.yaml_file import YamlFile
from xlassess.model.toolkit import Toolkit


def check_toolkit(toolkit: Toolkit, file: YamlFile) -> tuple[Problem, ...]:
    """Return every problem of a toolkit whose values are of the right kinds."""
    problems = []
    if f"{toolkit.id}.yaml" != file.name:
        message = f"The toolkit's id is '{toolkit.id}', but the file is named {file.name}."
        problems.append(file.problem(("id",), message, "Give both the same name."))
    return tuple(problems)
