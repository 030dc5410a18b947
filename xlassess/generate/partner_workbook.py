"""A partner's workbook as a whole, sheet by sheet."""

from __future__ import annotations

from dataclasses import dataclass

from xlassess.contract.layout import (
    ACTION_PLAN,
    CONTRACT_VERSION,
    FURTHER_KEYS,
    IDENTITY,
    IDENTITY_KEYS,
    LISTS,
    PROFILE,
    PROPERTY_PREFIX,
    START,
)
from xlassess.generate.profile.sheet import write_profile
from xlassess.generate.workbook.action_plan import write_action_plan
from xlassess.generate.workbook.draft import Draft, PersonalField, placeholder
from xlassess.generate.workbook.lists import add_choices
from xlassess.generate.workbook.sections import write_section
from xlassess.generate.workbook.start import write_start
from xlassess.model.answer import Identity
from xlassess.sheet import palette
from xlassess.sheet.formats import PLAIN
from xlassess.sheet.page import guard
from xlassess.sheet.writer import SheetWriter

_PERSONAL: dict[str, PersonalField] = {
    "reference": "reference",
    "partner": "partner_id",
    "respondent": "respondent_id",
    "seal": "seal",
}


@dataclass(frozen=True, slots=True)
class CommonIdentity:
    """The part of an identity that every copy of a plate shares."""

    contract: str
    assessment: str
    round: str
    toolkit: str
    version: str
    digest: str
    promise: str = ""
    of: str = ""
    asks: str = ""
    kind: str = ""
    given: str = ""
    entered: str = ""

    def is_part_of(self, identity: Identity) -> bool:
        """True when a workbook of this identity is a copy of the plate."""
        return self == CommonIdentity(
            str(identity.contract),
            identity.assessment,
            identity.round,
            identity.toolkit,
            identity.version,
            identity.digest,
            identity.promise,
            identity.of,
            identity.asks,
            identity.kind,
            identity.given,
            identity.entered,
        )


def common_identity(
    draft: Draft,
    digest: str,
    promise: str,
    *,
    of: str = "",
    asks: str = "",
    kind: str = "",
    given: str = "",
    entered: str = "",
) -> CommonIdentity:
    """Return what the copies of a plate have in common.

    Args:
        draft: the workbook being built.
        digest: the digest of its questions.
        promise: what it says about who will see what.
        of: in a query workbook, the reference of the workbook it asks about; in a copy for
            typing in, of the one it stands for.
        asks: in a query workbook, the digest of what it asks.
        kind: in a joint workbook, what it is for.
        given: what it shows of last time.
        entered: in a copy for typing in, where the answers come from, when, and who types.
    """
    return CommonIdentity(
        contract=str(CONTRACT_VERSION),
        assessment=draft.assessment.id,
        round=draft.assessment.round,
        toolkit=draft.toolkit.id,
        version=draft.toolkit.version,
        digest=digest,
        promise=promise,
        of=of,
        asks=asks,
        kind=kind,
        given=given,
        entered=entered,
    )


def write_identity(draft: Draft, sheet: SheetWriter, common: CommonIdentity) -> None:
    """Write the identity sheet and the document's own properties."""
    sheet.widths({0: 14.0, 1: 70.0})
    shared = []
    further = (key for key in FURTHER_KEYS if getattr(common, key))
    for row, key in enumerate((*IDENTITY_KEYS, *further)):
        sheet.text(row, 0, key)
        if key in _PERSONAL:
            draft.personal.add(sheet, (row, 1), _PERSONAL[key], PLAIN)
        else:
            sheet.text(row, 1, getattr(common, key))
            shared.append((key, getattr(common, key)))
    # Personal properties come last, so that the head of the part is the same in every copy.
    personal = [(key, placeholder(name)) for key, name in _PERSONAL.items()]
    for key, value in (*shared, *personal):
        draft.book.own_property(f"{PROPERTY_PREFIX}{key}", value)


_PLAN_TAB = "#8A6D1B"


def write_workbook(draft: Draft, common: CommonIdentity) -> None:
    """Write every sheet of the workbook, the personal texts last.

    Args:
        draft: the plate being built.
        common: the identity shared by all copies.
    """
    places = draft.layout.sections
    start = draft.book.sheet(START, palette.NAVY)
    sheets = [draft.book.sheet(place.sheet, palette.BLUE) for place in places]
    profile = draft.book.sheet(PROFILE, palette.TEAL)
    add_choices(draft.lists, draft.toolkit)
    write_start(draft, start)
    following = [*(place.sheet for place in places[1:]), PROFILE]
    for sheet, place, after in zip(sheets, places, following, strict=True):
        write_section(draft, sheet, place, after)
    write_profile(draft, profile)
    plan = draft.layout.action_plan
    if plan is not None and draft.toolkit.action_plan is not None:
        sheet = draft.book.sheet(ACTION_PLAN, _PLAN_TAB)
        write_action_plan(draft, sheet, plan, draft.toolkit.action_plan)
    write_hidden(draft, common)
    start.raw.activate()


def write_hidden(draft: Draft, common: CommonIdentity) -> None:
    """Write the technical sheets and the personal texts, which come last.

    Args:
        draft: the workbook with all its other sheets.
        common: the identity shared by all copies.
    """
    lists, identity = draft.book.sheet(LISTS), draft.book.sheet(IDENTITY)
    draft.lists.write(draft.book, lists)
    write_identity(draft, identity, common)
    for hidden in (lists, identity):
        guard(hidden, draft.password)
        hidden.raw.very_hidden()
    draft.personal.write()
