"""The settings of a round as a form: what each is for, and what changing it now would mean."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from xlassess.assessment.inherited import InheritedSettings
from xlassess.assessment.rounds import ROUND_FIELDS, round_names
from xlassess.assessment.settings import AssessmentFolder
from xlassess.files.shape import FIELDS
from xlassess.files.yaml_file import read_yaml
from xlassess.ledger import Event, Ledger
from xlassess.model.answer import Issued
from xlassess.model.assessment import Assessment, Attribution, MailServer, strictest
from xlassess.services.common.phrases import count
from xlassess.services.setup.init import SettingsField, settings_fields
from xlassess.toolkits.load import find_toolkit, known_ids

SettingKind = Literal["line", "lines", "day", "choice", "tick", "toolkits"]
"""How a setting is filled in."""


@dataclass(frozen=True, slots=True)
class Setting:
    """A setting: its name, its label, what it is for, how it is filled in, and what it is now.

    ``choices`` are codes with their meaning. ``fixed`` says why it cannot be changed now, and is
    empty where it can. ``means`` are sentences on what a change will mean.
    """

    name: str
    label: str
    about: str
    kind: SettingKind
    stands: str
    choices: tuple[tuple[str, str], ...] = ()
    fixed: str = ""
    means: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SettingsGroup:
    """Settings that belong together, under a heading; what is said of all of them is said once."""

    title: str
    settings: tuple[Setting, ...]
    about: str = ""
    means: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class OneSetting:
    """A setting of the form: its name, its label, and how it is filled in."""

    name: str
    label: str
    kind: SettingKind = "line"


GROUPS: tuple[tuple[str, tuple[OneSetting, ...]], ...] = (
    ("The partnership and the round", (
        OneSetting("partnership", "Name of the partnership"), OneSetting("id", "Short name"),
        OneSetting("round", "Round"), OneSetting("return_by", "Return date", "day"),
        OneSetting("purpose", "Purpose", "lines"), OneSetting("toolkits", "Toolkits", "toolkits"),
    )),
    ("Coordinator", (
        OneSetting("coordinator.name", "Name"), OneSetting("coordinator.email", "E-mail"),
        OneSetting("coordinator.phone", "Telephone"),
    )),
    ("What the papers show", (
        OneSetting("attribution", "How answers are shown", "choice"),
        OneSetting("minimum_group", "Smallest group"),
        OneSetting("marking", "Protective marking"),
    )),
    ("What the partners agreed before the round", (
        OneSetting("preparation.kind", "Why the round is held", "choice"),
        OneSetting("preparation.contributions", "Who contributes what"),
        OneSetting("preparation.facilitator", "Facilitator"),
        OneSetting("preparation.afterwards", "What will follow"),
    )),
)  # fmt: skip
"""The settings that every assessment has, under their headings."""

MAIL: tuple[OneSetting, ...] = (
    OneSetting("mail.host", "Mail server"), OneSetting("mail.user", "Name to sign in with"),
    OneSetting("mail.security", "Encryption", "choice"), OneSetting("mail.port", "Port"),
    OneSetting("mail.from", "Messages come from"), OneSetting("mail.reply_to", "Answers go to"),
    OneSetting("mail.pace", "Messages in a minute"),
    OneSetting("mail.size_limit", "Largest message"),
    OneSetting("mail.mailbox", "Mailbox"),
)  # fmt: skip
"""The settings of mail server and mailbox."""

_OF_MAIL = "Sending and receiving e-mail"
_MAIL_IS_SET_UP = (
    "The people who look after your e-mail know what goes in here. No password does: it is kept "
    "in the keyring of the computer, or in the environment."
)
_ABOUT: Mapping[str, str] = {
    **dict.fromkeys(("coordinator.name", "coordinator.email", "coordinator.phone"), ""),
    "preparation.kind": "",
    "round": "Such as 2026 or 2026-spring.",
    "toolkits": "",
    "shared": "Usually one person works here: what came back and the secret are readable by that "
    "person alone. Ticked, the group that the folder belongs to may do everything.",
    "mail.security": "",
    "mail.mailbox": "Where answers come in, such as imaps://user@imap.example.org/INBOX.",
    "mail.size_limit": "In megabytes; 0 for no limit.",
}
"""What is said of settings that the starting text does not explain by themselves."""

_CHOICES: Mapping[str, tuple[tuple[str, str], ...]] = {
    "preparation.kind": (
        ("", "Not agreed"), ("developmental", "Developmental: to develop the partnership"),
        ("routine audit", "Routine audit: as a routine check"),
        ("diagnostic", "Diagnostic: to find out what is wrong"),
    ),
    "mail.security": (
        ("starttls", "STARTTLS, usually at port 587"), ("tls", "TLS, usually at port 465"),
    ),
    "last_time": (
        ("", "facts on pages of details are filled in, to be confirmed (as usual)"),
        ("no", "nothing"),
        ("all", "judgements as well, locked beside the cells"),
    ),
}  # fmt: skip

_LASTS_CLOSED = ("coordinator", "mail", "shared")
"""What may be changed although the round is closed: it changes none of its papers."""


# ---- what they are ----------------------------------------------------------


def settings_now(folder: AssessmentFolder, *, team: bool = False) -> tuple[SettingsGroup, ...]:
    """Return the settings of a round, each with what may be done about it now.

    Args:
        folder: the assessment with the round.
        team: several people work with it on a server, with passwords that are the server's.

    Raises:
        XlassessError: the settings cannot be used.
    """
    stand = standing(folder, team=team)
    groups = [
        *(SettingsGroup(title, tuple(map(stand.of, fields))) for title, fields in GROUPS),
        *stand.of_toolkits(),
        SettingsGroup(_OF_MAIL, tuple(map(stand.of, MAIL))),
        SettingsGroup("Who may work in the folder", (
            stand.of(OneSetting("shared", "A group works in the folder", "tick")),
        )),
    ]  # fmt: skip
    said = {"Coordinator": stand.explained["coordinator"].about, _OF_MAIL: _MAIL_IS_SET_UP}
    return tuple(
        _said_once(replace(group, about=said.get(group.title, "")))
        for group in groups if group.settings
    )  # fmt: skip


def _said_once(group: SettingsGroup) -> SettingsGroup:
    """A group whose settings say only what is not said of all of them."""
    open_ones = [one for one in group.settings if not one.fixed]
    if len(open_ones) < 2:
        return group
    common = tuple(
        line for line in open_ones[0].means if all(line in one.means for one in open_ones)
    )
    settings = tuple(
        replace(one, means=tuple(line for line in one.means if line not in common))
        for one in group.settings
    )
    return replace(group, settings=settings, means=common)


@dataclass(frozen=True, slots=True)
class SettingsStanding:
    """What the settings of a round rest on, read once."""

    folder: AssessmentFolder
    assessment: Assessment
    taken: tuple[str, ...]
    issued: tuple[Issued, ...]
    ever_issued: bool
    closed: Event | None
    explained: Mapping[str, SettingsField]
    team: bool

    def of(self, field: OneSetting) -> Setting:
        """Return a setting as it stands."""
        fixed = self._fixed(field.name)
        return Setting(
            field.name, field.label, self._about(field.name), field.kind,
            text_of(self.assessment, field.name), self._choices(field.name),
            fixed, () if fixed else tuple(self._means(field.name)),
        )  # fmt: skip

    def of_toolkits(self) -> Iterator[SettingsGroup]:
        """Yield the settings that each toolkit has of its own."""
        scenarios, last_time = [], []
        known = known_ids(self.folder.toolkits)
        for name in self.assessment.toolkits:
            if name not in known:
                continue
            toolkit = find_toolkit(name, self.folder.toolkits)
            offered = toolkit.action_plan.scenarios if toolkit.action_plan else ()
            if offered:
                label = f"Scenario for {toolkit.short}"
                chosen = self.of(OneSetting(f"scenarios.{name}.scenario", label, "choice"))
                choices = (("", "As the rule suggests"),
                           *((one.id, f"{one.id}: {one.title}") for one in offered))  # fmt: skip
                scenarios.append(replace(chosen, choices=choices))
                scenarios.append(
                    self.of(OneSetting(f"scenarios.{name}.because", "The reason, for the summary"))
                )
            one = self.of(OneSetting(f"show_last_time.{name}", toolkit.short, "choice"))
            last_time.append(replace(one, choices=_CHOICES["last_time"]))
        if self.assessment.follows:
            label = "Whoever follows somebody is shown that person’s answers"
            last_time.append(self.of(OneSetting("show_successors", label, "tick")))
            yield SettingsGroup("What workbooks show of last time", tuple(last_time))
        yield SettingsGroup("How to go on from the scores", tuple(scenarios))

    def _about(self, name: str) -> str:
        """What a setting is for: as the starting text explains it, or else the model."""
        if name in _ABOUT:
            return _ABOUT[name]
        group, _, inner = name.partition(".")
        if group in ("show_last_time", "scenarios"):
            return ""
        if not inner:
            found = self.explained.get(name)
            return found.about if found else FIELDS["Assessment"][name] + "."
        model = {"coordinator": "Coordinator", "preparation": "Preparation"}.get(group)
        known = FIELDS[model or "MailServer"]
        return f"{known['sender' if inner == 'from' else inner]}."

    def _choices(self, name: str) -> tuple[tuple[str, str], ...]:
        if name == "attribution":
            return self.explained[name].choices
        return _CHOICES.get(name, ())

    def _fixed(self, name: str) -> str:
        """Why a setting cannot be changed now; empty where it can."""
        group, why = name.partition(".")[0], ""
        if self.team and group in ("mail", "shared"):
            return (
                "It is set by whoever looks after the server, in assessment.yaml: the passwords of "
                "the server are used with it, and its users have rights in the folder."
            )
        if self.closed and group not in _LASTS_CLOSED:
            return "This round is closed. Open it again to change it."
        if name == "id" and self.ever_issued:
            why = "It is sealed into every workbook that was issued."
        elif name == "id" and (self.assessment.ledger or self.assessment.files):
            why = "The records are kept under it."
        elif name == "round" and self.folder.round_name:
            why = "It is the name of the round’s folder."
        elif name == "round" and self.issued:
            why = f"It is sealed into the {count(len(self.issued), 'workbook')} of this round."
        return why

    def _means(self, name: str) -> Iterator[str]:
        """Yield what a change will mean."""
        group, out = name.partition(".")[0], len(self.issued)
        if group in self.taken:
            yield (
                "It is taken from the programme. What you enter here holds in its place, for this "
                "assessment alone."
            )
        several = len(round_names(self.folder.root)) > 1 if self.folder.round_name else False
        if several and group not in ROUND_FIELDS and group not in own_of_round(self.folder):
            yield "It holds for all rounds."
        if not out:
            return
        keep = "The workbook that is out keeps" if out == 1 else f"The {out} workbooks keep"
        if name in ("partnership", "purpose", "marking") or group in ("coordinator", "preparation"):
            yield f"{keep} what stood there when written. Papers and messages have the new text."
        elif name == "return_by":
            yield f"{keep} the day that was written. Messages name the new one from now on."
        elif name == "toolkits":
            yield "Write workbooks for one that you add. Those of one taken away count no more."
        elif name == "minimum_group":
            yield "No paper goes below what workbooks promised."
        elif name == "attribution":
            yield (
                f"{_promised(self.issued)} Whatever you choose, no paper shows more than that. To "
                "promise something else, write the workbooks again."
            )
        elif group in ("show_last_time", "show_successors"):
            yield f"{keep} what they show. It holds for workbooks that are written from now on."


_SHOWN_AS: Mapping[Attribution, str] = {
    "named": "with names of organisations and people",
    "partner": "with names of organisations, without those of people",
    "lettered": "under letters", "aggregated": "only in figures over several people",
}  # fmt: skip


def _promised(issued: Sequence[Issued]) -> str:
    """What the workbooks that are out promised, in a sentence."""
    promise = strictest(one.promise for one in issued)
    few = ""
    if promise.minimum_group > 1:
        few = f", and no figure that rests on fewer than {promise.minimum_group}"
    shown = _SHOWN_AS[promise.attribution]
    return f"Workbooks that were issued promise that answers are shown {shown}{few}."


def standing(folder: AssessmentFolder, *, team: bool) -> SettingsStanding:
    """Return what the settings of a round rest on.

    Args:
        folder: the assessment with the round.
        team: see `settings_now`.

    Raises:
        XlassessError: the settings cannot be used.
    """
    source, assessment = folder.source(), folder.assessment()
    taken = tuple(source.taken) if isinstance(source, InheritedSettings) else ()
    issued: tuple[Issued, ...] = ()
    ever, closed, explained = False, None, settings_fields(folder.root)
    if Ledger.is_at(folder.ledger):
        with Ledger(folder.ledger) as ledger:
            every = ledger.issued()
            closed = ledger.closed_rounds().get(assessment.round)
        # Of workbooks for one person and toolkit the last one is in force.
        places = {
            (one.identity.partner, one.identity.respondent, one.identity.toolkit): one
            for one in every
            if one.identity.round == assessment.round
        }
        issued = tuple(places.values())
        ever = bool(every)
    return SettingsStanding(folder, assessment, taken, issued, ever, closed, explained, team)


def own_of_round(folder: AssessmentFolder) -> Mapping[str, object]:
    """What round.yaml says; nothing where there is one round."""
    if not folder.round_name:
        return {}
    tree = read_yaml(folder.round_file.read_bytes(), folder.round_file.name).tree
    return tree if isinstance(tree, dict) else {}


def text_of(assessment: Assessment, name: str) -> str:
    """A setting as it is typed in."""
    group, *inner = name.split(".")
    if group == "mail":
        server = assessment.mail or MailServer()
        value = getattr(server, "sender" if inner == ["from"] else inner[0])
        return "" if name == "mail.port" and not value else str(value)
    if group == "scenarios":
        chosen = assessment.scenarios.get(inner[0])
        return getattr(chosen, inner[1]) if chosen else ""
    if group == "show_last_time":
        said = assessment.show_last_time.get(inner[0], "")
        return "" if said == "facts" else said
    value = getattr(assessment, group)
    for one in inner:
        value = getattr(value, one)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, tuple):
        return ", ".join(value)
    return "" if value is None else str(value)
