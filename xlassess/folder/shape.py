"""The content of a YAML file checked against a model: names of fields, and kinds of values."""

from __future__ import annotations

import dataclasses
import types
from collections.abc import Hashable, Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any, TypeVar, Union, cast, get_args, get_origin, get_type_hints

from xlassess.folder.fields import FIELDS
from xlassess.folder.problems import Problem, did_you_mean
from xlassess.folder.yaml_file import Loc, Source, Tree

if TYPE_CHECKING:
    from pydantic import TypeAdapter
    from pydantic_core import ErrorDetails

T = TypeVar("T")


@lru_cache(maxsize=8)
def adapter(model: Hashable) -> TypeAdapter[Any]:
    """Return the pydantic adapter of a model; built once."""
    from pydantic import TypeAdapter

    return TypeAdapter(cast("Any", model))


def read_as(file: Source, model: type[T]) -> tuple[T | None, tuple[Problem, ...]]:
    """Return a file's content as a model, and what is wrong with it.

    The first is None exactly when the content does not fit the model; the problems then say
    why, in the order of the file, those of the YAML itself among them.
    """
    from pydantic import ValidationError

    if file.problems:
        return None, file.problems
    if not isinstance(file.tree, dict):
        return None, (Problem(file.name, 1, "The file has no fields.", "Write  field: value."),)
    try:
        return cast("T", adapter(cast("Hashable", model)).validate_python(file.tree)), ()
    except ValidationError as error:
        details = error.errors(include_url=False)
    problems = [_problem(file, model, detail) for detail in details]
    return None, tuple(sorted(problems, key=lambda problem: problem.line))


def _problem(file: Source, model: type[Any], detail: ErrorDetails) -> Problem:
    loc = detail["loc"]
    message, hint = _explain(model, detail)
    context = _context(file.tree, loc)
    text = f"{context}{message}"
    return file.problem(loc, text[0].upper() + text[1:], hint)


_EXPECTED = {
    "string_type": ("text", "Write one text after the colon."),
    "int_type": ("a whole number", "Write it in digits."),
    "int_parsing": ("a whole number", "Write it in digits."),
    "int_from_float": ("a whole number", "Write it in digits."),
    "float_type": ("a number", "Write it with a decimal point, such as 2.5."),
    "float_parsing": ("a number", "Write it with a decimal point, such as 2.5."),
    "bool_type": ("true or false", "Write one of the two."),
    "bool_parsing": ("true or false", "Write one of the two."),
    "tuple_type": ("a list", "Put it in brackets, such as [a, b], or in lines that begin with -."),
    "dataclass_type": ("a group of fields", "Write its fields below it, indented."),
    "mapping_type": ("a group of names", "Write one name: value per line below it, indented."),
    "date_type": ("a date", "Write it as 2026-03-31."),
    "date_parsing": ("a date", "Write it as 2026-03-31."),
    "date_from_datetime_parsing": ("a date", "Write it as 2026-03-31."),
    "date_from_datetime_inexact": ("a date", "Write it as 2026-03-31."),
}


def _explain(model: type[Any], detail: ErrorDetails) -> tuple[str, str]:
    kind, loc, given = detail["type"], detail["loc"], detail["input"]
    name = next((str(step) for step in reversed(loc) if isinstance(step, str)), "")
    if kind == "missing":
        return f"the field '{name}' is missing or empty.", _purpose(model, loc)
    if kind == "unexpected_keyword_argument":
        hint = did_you_mean(name, _fields(model, loc[:-1]))
        return f"there is no field '{name}' here.", hint
    if kind == "literal_error":
        choices = [str(value) for value in _literals(model, loc)]
        return f"'{given}' is not a value of '{name}'.", did_you_mean(str(given), choices)
    if kind in _EXPECTED:
        expected, hint = _EXPECTED[kind]
        found = f", not '{given}'" if isinstance(given, str) and len(given) <= 40 else ""
        return f"'{name}' must be {expected}{found}.", hint
    return f"'{name}': {detail['msg']}.", ""


def _purpose(model: type[Any], loc: Loc) -> str:
    """Say what a missing field is for."""
    holder = getattr(_type_at(model, loc[:-1]), "__name__", "")
    purpose = FIELDS.get(holder, {}).get(str(loc[-1]))
    return f"What goes there: {purpose[0].lower()}{purpose[1:]}." if purpose else "Add it."


def _context(tree: Tree, loc: Loc) -> str:
    """Name the innermost thing with an id or code on the way to a location."""
    node: Any = tree
    label = ""
    for depth, step in enumerate(loc):
        try:
            node = node[step]
        except (KeyError, IndexError, TypeError):
            break
        kind = str(loc[depth - 1]).rstrip("s") if isinstance(step, int) and depth else ""
        if kind and isinstance(node, Mapping):
            own = node.get("id") or node.get("code")
            label = f"{kind} {own}" if isinstance(own, str) else f"{kind} number {int(step) + 1}"
    label = label.replace("_", " ")
    return f"In {label}, " if label else ""


def _fields(model: type[Any], loc: Loc) -> list[str]:
    """The names of the fields that are known at a location."""
    there = _type_at(model, loc)
    if dataclasses.is_dataclass(there):
        return [field.name for field in dataclasses.fields(there)]
    return []


def _literals(model: type[Any], loc: Loc) -> tuple[Any, ...]:
    return get_args(_type_at(model, loc))


def _type_at(model: Any, loc: Loc) -> Any:
    """Follow a location through dataclasses, lists and groups to the type expected there."""
    here = _plain(model)
    for step in loc:
        if dataclasses.is_dataclass(here):
            hints = _hints(cast("Hashable", here))
            if step not in hints:
                return None
            here = _plain(hints[str(step)])
            continue
        arguments = get_args(here)
        if not arguments:
            return None
        is_group = get_origin(here) not in (tuple, list)
        here = _plain(arguments[1] if is_group and len(arguments) > 1 else arguments[0])
    return here


@lru_cache(maxsize=64)
def _hints(model: Hashable) -> dict[str, Any]:
    return get_type_hints(model)


def _plain(hint: Any) -> Any:
    """The type proper of an optional one."""
    if get_origin(hint) in (Union, types.UnionType):
        return next(part for part in get_args(hint) if part is not type(None))
    return hint
