"""The content of a YAML file checked against a model: names of fields, and kinds of values."""

from __future__ import annotations

import dataclasses
import types
from collections.abc import Hashable, Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any, TypeVar, Union, cast, get_args, get_origin, get_type_hints

from xlassess.files.problems import Problem, did_you_mean
from xlassess.files.yaml_file import Loc, Source, Tree

if TYPE_CHECKING:
    from pydantic import TypeAdapter
    from pydantic_core import ErrorDetails


FIELDS: Mapping[str, Mapping[str, str]] = {
    "Toolkit": {
        "id": "The toolkit's short name, the same as the file's: small letters, digits, hyphens",
        "version": "The version, such as 1.0; raise it whenever a question that was issued changes",
        "title": "The title as published",
        "short": "A short title for headings and file names",
        "publisher": "Who published it",
        "year": "The year of publication; null where the publication bears none",
        "source": "The publication in full, so that a reader can find it",
        "rights": "Whose copyright it is, and what is our own wording",
        "about": "What the toolkit is for, for the respondent",
        "how": "How to fill it in, for the respondent",
        "scales": "The response scales, each under an id of its own",
        "sections": "The sections, in the order of their sheets",
        "scoring": "How answers are scored",
        "action_plan": "The action-planning sheet; leave out if there is none",
        "closing": "Sections that come last and are never scored",
        "views": "Standpoints from which items may be judged, such as internally and externally",
        "subject": "What a respondent judges: partnership, organisation (their own), or proposal",
        "review_years": "After how many years the publication asks for the next review, if it does",
    },
    "Scale": {
        "title": "What the scale measures",
        "choices": "The choices in the order they are offered",
        "ordinal": "Whether the choices form an order, so that agreement can be computed",
        "addition": "Says so where the scale, or a part of it, is not the publication's",
    },
    "Choice": {
        "code": "A neutral name, never shown; do not change it once issued",
        "label": "What people pick, at most 255 characters",
        "score": "Its score; leave out where the publication gives none",
        "apart": "true for answers such as 'don't know', which are counted apart",
        "about": "What the choice means, in a sentence",
    },
    "View": {
        "id": "A short name, never shown",
        "label": "The heading of its answer column",
        "about": "What to judge from this standpoint",
    },
    "Section": {
        "id": "The section's short name or number",
        "tab": "The sheet's name, at most 31 characters, without [ ] : * ? / \\",
        "title": "The title shown at the head of the sheet",
        "items": "The items, in the order they are asked",
        "short": "A name of at most seven words for charts and tables",
        "about": "What the section is about, for the respondent",
        "form": "How the sheet is laid out",
        "scored": "false for details pages and closing questions",
        "bands": "Named ranges of the section's score, best first",
    },
    "Item": {
        "id": "The number as printed in the publication; in quotes if it looks like a number",
        "ask": "The question or statement",
        "answer": "The id of a scale, or text, long-text, date, number, money or percent",
        "short": "A name of at most seven words for charts and tables",
        "why": "What lies behind the question: guidance for the respondent",
        "prompts": "Questions that help to think about the answer",
        "levels": "For a matrix: what each choice looks like in practice, by its code",
        "views": "The ids of the views the item is judged from; leave out for a single answer",
        "comment": "Whether a comment may be given",
        "evidence": "Whether evidence is asked for",
        "follow_up": "What the comment must say when certain choices are picked",
        "required": "Whether the workbook is incomplete without an answer",
        "weighs": "The id of the section whose significance this item states",
        "minimum": "The least number that can be right",
        "maximum": "The greatest number that can be right",
        "past": "true: the date of something done; a day still to come is asked about",
        "only_when": "The item and the choices of it with which this one is to be answered",
        "ranks": "The name of a ranking: items of one ranking have different numbers",
        "follows": "The item of an earlier version that it continues, as version/item: 1.0/3.2",
        "comparable": "false: answers are not compared with those to earlier versions",
    },
    "Condition": {
        "item": "The number of the item it depends on",
        "choices": "The codes of the choices with which this item is to be answered",
    },
    "FollowUp": {
        "when": "The codes of the choices that call for it",
        "ask": "What the comment must say",
        "required": "Whether the comment must be given",
    },
    "Band": {
        "low": "The lowest score of the band, included",
        "high": "The highest score of the band, included",
        "name": "The band's name",
        "reading": "What a score in this band means, in a sentence",
    },
    "Scoring": {
        "rule": "sum, mean, levels (a profile), share (of yes) or none",
        "source": "Where the publication gives the rule: page or heading",
        "scale": "The id of the scale whose items are scored",
        "overall": "Whether there is a grand total over the sections",
        "bands": "Named ranges of the grand total, best first",
        "no_overall_because": "Why there is no grand total",
        "flagged": "The codes of choices that make an item a matter to act on",
        "flagged_as": "What such an item is called",
        "success": "The id of the item that states the partnership's success as a whole",
        "note": "Anything else a reader of the scores should know",
    },
    "ActionPlan": {
        "about": "How to fill in the action plan, for the respondent",
        "horizons": "When an action can be done: choices",
        "statuses": "How far an action has come: choices",
        "rows": "How many actions one respondent can enter",
        "scenarios": "The ways the assessment may end, best first",
        "proposal": "Asks for a proposal in free text; leave out if there is none",
    },
    "Scenario": {
        "id": "A letter or short name",
        "title": "The scenario's name",
        "when": "When it applies, in a sentence",
        "advice": "What to plan then",
        "weakest": "The worst band a section may be in, by mean and in each return; 0 is best",
        "overall": "The worst band the grand total may be in; leave out for no limit",
    },
    "Assessment": {
        "id": "A short name: small letters, digits, hyphens",
        "partnership": "The name of the partnership",
        "round": "The name of the round, such as 2026",
        "toolkits": "The ids of the toolkits to use",
        "coordinator": "The person who runs the assessment",
        "return_by": "The day by which workbooks are wanted, such as 2026-03-31",
        "purpose": "What the assessment is for",
        "marking": "The protective marking",
        "attribution": "named, partner, lettered or aggregated",
        "minimum_group": "The fewest respondents a figure may rest on when partners are not named",
        "scenarios": "Scenarios chosen against what the scores suggest, by toolkit",
        "shared": "true where a group works in the folder, false where one person does",
        "preparation": "What the partners agreed before the round",
        "follows": "The name of the round before; leave out for the first",
        "show_last_time": "What workbooks show of last time, by toolkit: no, facts or all",
        "show_successors": "true where a successor is shown the answers of who was there before",
        "mail": "The mail server that messages are handed to with --via smtp",
        "programme": "The folder of the programme that settings are taken from",
        "files": "The bucket that keeps the files that came back; leave out for the folder returns",
    },
    "MailServer": {
        "host": "The name of the mail server, such as smtp.example.org",
        "user": "The name to sign in with; leave out where none is asked for",
        "security": "starttls or tls",
        "port": "The port; leave out for the usual one",
        "sender": "The address that messages come from; the default is the coordinator's",
        "reply_to": "The address that answers go to; the default is the coordinator's",
        "pace": "How many messages are handed over in a minute; 0 for no limit",
        "size_limit": "How many megabytes a message may have; 0 for no limit",
    },
    "Preparation": {
        "kind": "Why the round is held: developmental, routine audit or diagnostic",
        "contributions": "Who contributes what to the assessment",
        "facilitator": "Who leads the discussion of the findings",
        "afterwards": "What will follow from the findings",
    },
    "ScenarioChoice": {
        "scenario": "The id of the scenario, such as B",
        "because": "The reason, which the summary shows",
    },
    "Programme": {
        "title": "What heads the papers, such as: Partnerships of Riverside Council",
        "committee": "The committee that the papers go to",
        "marking": "The protective marking of the papers",
        "review_years": "After how many years each partnership is evaluated again",
        "shared": "What the settings of a new assessment begin with",
        "partnerships": "The register of partnerships",
    },
    "SharedSettings": {
        "round": "The name of the first round, such as 2026",
        "toolkits": "The ids of the toolkits to use",
        "coordinator": "The person who runs the assessment",
        "return_by": "The day by which workbooks are wanted, such as 2026-03-31",
        "purpose": "What the assessment is for",
        "marking": "The protective marking",
        "attribution": "named, partner, lettered or aggregated",
        "minimum_group": "The fewest respondents a figure may rest on when partners are not named",
    },
    "Partnership": {
        "folder": "The folder of its assessment; leave out while there is none",
        "name": "The name of the partnership; leave out where its assessment says it",
        "purpose": "What the partnership is for",
        "lead_body": "Who leads it",
        "statutory": "Whether it is required by law",
        "budget": "Its budget, in words",
        "membership": "proposed, joined, not joined or left",
        "checklist": "The day of the last checklist, if it is in none of the assessments here",
        "evaluated": "The day of the last evaluation, if it is in none of the assessments here",
        "due": "The day by which the committee wants the next evaluation",
        "decision": "What the committee decided",
        "decided": "The day on which it decided",
        "earlier": "What it decided before that, each in a line with its day",
    },
    "Coordinator": {
        "name": "The name of the person who runs the assessment",
        "email": "The coordinator's e-mail address",
        "phone": "The coordinator's telephone number",
    },
}
"""What each field is for, by the names of model and field."""


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
    problem = file.problem(loc, text[0].upper() + text[1:], hint)
    return dataclasses.replace(problem, missing=detail["type"] == "missing")


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
        written = getattr(there, "__pydantic_config__", {}).get("alias_generator", str)
        return [written(field.name) for field in dataclasses.fields(there)]
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
