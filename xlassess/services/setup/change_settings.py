"""Changing settings: what is typed is checked as the files are, and entered value by value.

Remarks and all else in the files stay as somebody wrote them. Who changed what is on record, once
there is a ledger.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date, datetime

from xlassess.assessment.rounds import ROUND_FIELDS, has_rounds
from xlassess.assessment.settings import AssessmentFileError, AssessmentFolder
from xlassess.files.problems import Problem
from xlassess.files.yaml_edit import CannotBeEditedError, Place, with_values
from xlassess.files.yaml_file import YamlFile, read_yaml
from xlassess.ledger import Event, Ledger
from xlassess.model.assessment import Assessment
from xlassess.model.days import written_day
from xlassess.model.errors import UsageError
from xlassess.services.common.round_folders import holding_settings
from xlassess.services.common.workbooks.outbox import write_whole
from xlassess.services.setup.init import WANTED, SettingsProblem
from xlassess.services.setup.settings_form import (
    GROUPS,
    MAIL,
    Setting,
    SettingsStanding,
    own_of_round,
    settings_now,
    standing,
    text_of,
)

_WORDS_OF_PEOPLE = ("coordinator", "purpose", "preparation", "mail", "scenarios")
"""What is not told to the log, which is kept for ever: who somebody is, and what people wrote."""


@dataclass(frozen=True, slots=True)
class ChangedSettings:
    """Settings that were changed: by name, with what stood there before and what stands now."""

    changed: Mapping[str, tuple[str, str]]


def change_settings(
    folder: AssessmentFolder, typed: Mapping[str, str], was: Mapping[str, str], *, now: datetime,
    by: str = "", team: bool = False,
) -> ChangedSettings | tuple[SettingsProblem, ...]:  # fmt: skip
    """Change settings, all or none; what somebody else changed meanwhile is written over by nobody.

    Args:
        folder: the assessment with the round.
        typed: what is to stand in fields, by name (`settings_now`); others stay.
        was: what stood there where it was typed.
        now: the present moment, in UTC.
        by: who changes them; empty for whoever the operating system says.
        team: see `settings_now`.

    Returns:
        What was changed, or all that is wrong; nothing was written then.

    Raises:
        XlassessError: the settings cannot be used as they are.
        OSError: they cannot be written.
    """
    with holding_settings(folder.root):
        if not folder.round_name and has_rounds(folder.root):
            raise UsageError(
                "A new round was begun meanwhile, and settings were moved to folders of rounds.",
                "Look at the settings again, and change them there.",
            )
        stand = standing(folder, team=team)
        there = {
            one.name: one for group in settings_now(folder, team=team) for one in group.settings
        }
        said, seen = ({name: _tidy(there[name], text) for name, text in some.items() if name in
                       there} for some in (typed, was))  # fmt: skip
        changed = {name: text for name, text in said.items() if text != seen.get(name, "")}
        wrong = tuple(_refused(there, changed, seen, now.astimezone().date()))
        changed = {name: text for name, text in changed.items() if text != _stands(there[name])}
        if wrong or not changed:
            return wrong or ChangedSettings({})
        edited = _edited(stand, changed)
        if not isinstance(edited, _Edited):
            return edited
        # What stands afterwards need not be what was typed: a field left empty may have a default.
        pairs = {name: (there[name].stands, text_of(edited.says, name)) for name in changed}
        both = {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}
        if both:
            _write(stand, edited, both, now, by)
    return ChangedSettings(both)


def _stands(one: Setting) -> str:
    """What a setting is now, as settings are compared."""
    return _tidy(one, one.stands)


def _tidy(one: Setting, text: str) -> str:
    """What was typed as settings are compared: toolkits in the order that they have."""
    if one.kind == "toolkits":
        chosen = [name.strip() for name in text.split(",") if name.strip()]
        stands = one.stands.split(", ")
        kept = [name for name in stands if name in chosen]
        return ", ".join(dict.fromkeys([*kept, *chosen]))
    return text.strip() if one.kind == "lines" else " ".join(text.split())


def _refused(
    there: Mapping[str, Setting], changed: Mapping[str, str], was: Mapping[str, str], today: date
) -> Iterator[SettingsProblem]:
    """Yield what cannot be changed as it is asked for."""
    for name, text in changed.items():
        one = there[name]
        if one.fixed and text != _stands(one):
            yield SettingsProblem(name, f"This cannot be changed. {one.fixed}")
        elif _stands(one) not in (was.get(name, ""), text):
            says = f"“{_as_read(one)}”" if one.stands else "nothing"
            yield SettingsProblem(
                name,
                f"Somebody changed this after you opened the page. It now says {says}. Send it "
                "again to put yours in its place.",
            )
        elif not text and (told := WANTED.get(name.removeprefix("coordinator."))):
            yield SettingsProblem(name, told)
        elif name == "return_by" and text and _has_passed(text, today):
            yield SettingsProblem(
                name, "This day has passed. Enter a later one, or leave it empty."
            )
        elif one.choices and text not in dict(one.choices):
            yield SettingsProblem(name, "Choose one of the list.")


def _as_read(one: Setting) -> str:
    return dict(one.choices).get(one.stands, one.stands)


def _has_passed(text: str, today: date) -> bool:
    try:
        return date.fromisoformat(text) < today
    except ValueError:  # what is no day is told with the rest
        return False


@dataclass(frozen=True, slots=True)
class _Edited:
    """Both files as they are to be, and the assessment that they say.

    ``of_round`` is empty where there is one round.
    """

    lasting: str
    of_round: str
    says: Assessment


def _edited(
    stand: SettingsStanding, changed: Mapping[str, str]
) -> _Edited | tuple[SettingsProblem, ...]:
    """Return the files with other values in them, or what is wrong with these."""
    folder, own = stand.folder, own_of_round(stand.folder)
    values: tuple[dict[Place, str | Sequence[str]], ...] = ({}, {})
    for name, text in _whole_groups(stand, changed).items():
        group, *inner = name.split(".")
        of_round = bool(folder.round_name) and (group in ROUND_FIELDS or group in own)
        listed = [one.strip() for one in text.split(",") if one.strip()]
        place: Place = (group, *inner)
        values[of_round][place] = listed if name == "toolkits" else text
    try:
        texts = (
            with_values(_read(folder, of_round=False), values[0]),
            with_values(_read(folder, of_round=True), values[1]) if folder.round_name else "",
        )
    except CannotBeEditedError:
        return tuple(SettingsProblem(name, _BY_HAND) for name in changed)
    try:
        return _Edited(*texts, folder.check(*texts))
    except AssessmentFileError as wrong:
        return tuple(_problem(folder, one, texts, changed) for one in wrong.problems)


_BY_HAND = (
    "This could not be entered in the file, which is written in an unusual way. Enter it there "
    "yourself: in assessment.yaml, or in round.yaml where the round has one."
)


def _whole_groups(stand: SettingsStanding, changed: Mapping[str, str]) -> Mapping[str, str]:
    """What is to be entered: of a group that the programme gives, all, as it is taken as one."""
    whole = dict(changed)
    if "coordinator" in stand.taken and any(one.startswith("coordinator.") for one in changed):
        for inner in ("name", "email", "phone"):
            name = f"coordinator.{inner}"
            whole.setdefault(name, text_of(stand.assessment, name))
    return whole


def _read(folder: AssessmentFolder, *, of_round: bool) -> str:
    path = folder.round_file if of_round else folder.settings_file
    return path.read_bytes().decode("utf-8-sig")


def _problem(
    folder: AssessmentFolder, problem: Problem, texts: tuple[str, str], changed: Mapping[str, str]
) -> SettingsProblem:
    """A problem at the changed field whose line it is, or which stands last before it."""
    in_round = problem.file != folder.settings_file.name
    file: YamlFile = read_yaml(texts[in_round].encode("utf-8"), "")
    lines = {name: file.line(name.split(".")) for name in changed}
    there = [name for name in changed if problem.line in (
        lines[name], file.line(name.split(".")[:1]))]  # fmt: skip
    before = there or [name for name, line in lines.items() if 1 < line <= problem.line]
    name = max(before, key=lines.__getitem__, default="")
    return SettingsProblem(name, f"{problem.message} {problem.hint}".strip())


def _write(
    stand: SettingsStanding, edited: _Edited, changed: Mapping[str, tuple[str, str]], now: datetime,
    by: str,
) -> None:  # fmt: skip
    """Put the files in place, and on record who changed what; both, or neither."""
    folder = stand.folder
    files = [(folder.settings_file, edited.lasting)]
    files += [(folder.round_file, edited.of_round)] if folder.round_name else []
    before = {path: path.read_bytes() for path, _ in files}
    told = {
        name: () if name.partition(".")[0] in _WORDS_OF_PEOPLE else both
        for name, both in changed.items()
    }
    try:
        with ExitStack() as stack:
            if Ledger.is_at(folder.ledger):
                ledger = stack.enter_context(Ledger(folder.ledger, lambda: now, by))
                stack.enter_context(ledger.together())
                ledger.settings_changed(stand.assessment.round, told)
            for path, text in files:
                mark = b"\xef\xbb\xbf" if before[path].startswith(b"\xef\xbb\xbf") else b""
                if mark + text.encode("utf-8") != before[path]:
                    write_whole(path, mark + text.encode("utf-8"), lasting=True)
    except BaseException:
        for path, content in before.items():
            write_whole(path, content, lasting=True)
        raise


def changed_in_words(event: Event) -> tuple[str, ...]:
    """Return what a change of settings, or the beginning of a round, was about, in words.

    Args:
        event: the event on record.
    """
    details = event.details
    if event.what == "round begun":
        return (f"round {details['round']}, after {details['follows']}, workbooks wanted by "
                f"{_said(details['return_by'])}",)  # fmt: skip
    if event.what != "settings changed":
        return ()
    labels = {one.name: one.label for _, fields in GROUPS for one in fields}
    labels |= {one.name: one.label for one in MAIL} | {"shared": "a group works in the folder"}
    found = []
    for name, both in details["changed"].items():
        label = labels.get(name, name.replace("_", " ").replace(".", " "))
        label = f"coordinator’s {label.lower()}" if name.startswith("coordinator.") else label
        found.append(f"{label}: {_said(both[0])} became {_said(both[1])}" if both else label)
    return tuple(found)


def _said(value: str) -> str:
    """What stood in a field, with days as people write them."""
    try:
        return written_day(date.fromisoformat(value))
    except ValueError:
        return value or "nothing"


def changes(folder: AssessmentFolder) -> tuple[Event, ...]:
    """Return every change of settings and every round begun on record, oldest first."""
    if not Ledger.is_at(folder.ledger):
        return ()
    with Ledger(folder.ledger) as ledger:
        return ledger.events_naming((), ["settings changed", "round begun"])


def only_setting(outcome: ChangedSettings | tuple[SettingsProblem, ...]) -> None:
    """See that the one setting that was to be changed was.

    Raises:
        UsageError: it was not; with what is wrong.
    """
    if not isinstance(outcome, ChangedSettings):
        raise UsageError(" ".join(one.message for one in outcome), "Nothing was changed.")
