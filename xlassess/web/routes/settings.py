"""The settings of a round: what may be changed now, with what a change means; and changing them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from starlette.responses import Response

from xlassess.services.common.phrases import listed
from xlassess.services.setup.change_settings import ChangedSettings, change_settings
from xlassess.services.setup.settings_form import Setting, SettingsGroup, settings_now
from xlassess.services.setup.toolkits import toolkits
from xlassess.web.request.forms import Done, FieldError, FormErrors, as_iso
from xlassess.web.request.page import page
from xlassess.web.request.visit import Visit

_WAS = "was~"
"""Stands before the name of a field in that of what stood there when the page was shown."""


@dataclass(frozen=True, slots=True)
class SettingOnPage:
    """A setting, what is shown in its field, and for toolkits those that may be chosen.

    ``options`` are codes, titles and where more is told of each.
    """

    setting: Setting
    value: str
    options: tuple[tuple[str, str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class SettingsView:
    """The settings group by group; ``elsewhere`` are those that only the file has.

    ``closed`` is where a round that is closed is opened again.
    """

    groups: tuple[tuple[SettingsGroup, tuple[SettingOnPage, ...]], ...]
    elsewhere: tuple[tuple[str, str], ...]
    here: str
    closed: str


def show(visit: Visit) -> Response:
    """Show the settings of the round."""
    found = settings_now(visit.folder, team=visit.desk.team)
    kept = visit.assessment
    view = SettingsView(
        groups=tuple(
            (group, tuple(_on_page(visit, one) for one in group.settings)) for group in found
        ),
        elsewhere=tuple(
            (said, value) for said, value in (
                ("The records are in", kept.ledger), ("Received files are in", kept.files),
                ("Settings are taken from the programme in", kept.programme),
            ) if value
        ),
        here=visit.at("settings"),
        closed=visit.at("closing") if visit.status.closed else "",
    )  # fmt: skip
    return page(visit, "settings.html", "Settings", view)


def _on_page(visit: Visit, one: Setting) -> SettingOnPage:
    typed = dict(_typed(visit, one)).get(one.name)
    # What was not typed anew is shown as it stands now: somebody else may have changed it.
    value = one.stands if typed in (None, visit.form.text(_WAS + one.name)) else str(typed)
    if one.kind == "toolkits":
        options = tuple(
            (listed.toolkit.id, listed.toolkit.title,
             f"{visit.desk.pages['toolkit']}?id={listed.toolkit.id}")
            for listed in toolkits(visit.desk.root)
        )  # fmt: skip
        return SettingOnPage(one, value, options)
    return SettingOnPage(one, _british(value) if one.kind == "day" else value)


def _british(day: str) -> str:
    try:
        return date.fromisoformat(day).strftime("%d/%m/%Y")
    except ValueError:
        return day


def _typed(visit: Visit, one: Setting) -> Iterator[tuple[str, str]]:
    """Yield what the form says of a setting, where it has that; a box without a tick says no."""
    there = one.name in visit.form.fields
    if one.kind == "tick" and (there or _WAS + one.name in visit.form.fields):
        yield one.name, "true" if visit.form.text(one.name) == "true" else "false"
    elif one.kind == "toolkits" and (there or _WAS + one.name in visit.form.fields):
        yield one.name, ", ".join(visit.form.all(one.name))
    elif there:
        said = visit.form.text(one.name)
        yield one.name, as_iso(said) if one.kind == "day" else said


def act(visit: Visit) -> Done:
    """Change settings as the form says.

    Raises:
        FormErrors: something is wrong; nothing was changed.
    """
    team = visit.desk.team
    found = [one for group in settings_now(visit.folder, team=team) for one in group.settings]
    typed = dict(pair for one in found for pair in _typed(visit, one))
    was = {one.name: visit.form.text(_WAS + one.name) for one in found}
    done = change_settings(
        visit.folder, typed, was, now=visit.now, by=visit.user.name, team=team
    )  # fmt: skip
    labels = {one.name: one.label for one in found}
    if not isinstance(done, ChangedSettings):
        raise FormErrors(
            *(FieldError(one.field, _named(labels.get(one.field, ""), one.message)) for one in done)
        )
    if not done.changed:
        return Done("Nothing was changed.", visit.at("settings"))
    changed = listed([labels[name] for name in done.changed])
    # The round may be called otherwise now, and there is one only.
    to = visit.desk.pages["settings"] if "round" in done.changed else visit.at("settings")
    return Done(f"Changed: {changed}.", to)


def _named(label: str, message: str) -> str:
    return f"{label}: {message}" if label else message
