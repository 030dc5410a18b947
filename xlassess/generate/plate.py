"""The plate: a workbook built once per toolkit and round, from which copies are stamped."""

from __future__ import annotations

import io
import re
import zipfile
from dataclasses import dataclass
from datetime import datetime

from xlassess.contract.layout import Layout, layout
from xlassess.generate.copies import CopiedPackage, FilledPart
from xlassess.generate.partner_workbook import CommonIdentity, common_identity, write_workbook
from xlassess.generate.workbook.contents import Contents
from xlassess.generate.workbook.draft import IN_CELLS, Draft, PersonalCells, placeholder
from xlassess.generate.workbook.lists import Lists
from xlassess.model.answer import Identity
from xlassess.model.assessment import LEVELS, Assessment
from xlassess.model.errors import XlassessError
from xlassess.model.toolkit import Toolkit
from xlassess.sheet.protection import lock_structure
from xlassess.sheet.words import Words
from xlassess.sheet.writer import WorkbookWriter

_STRINGS, _CORE, _CUSTOM = "xl/sharedStrings.xml", "docProps/core.xml", "docProps/custom.xml"
_WORKBOOK = "xl/workbook.xml"
_BUILT = datetime(2000, 1, 1)
"""XlsxWriter wants a date; it is taken out again, for the same questions must always give the
same bytes, and a made-up date would mislead."""
_DATES = re.compile(r"<dcterms:(created|modified)[^>]*>[^<]*</dcterms:\1>")
_REFERENCE, _WHO = "\ue002reference\ue003", "\ue002who\ue003"
_HOLES: dict[str, str] = {placeholder(name): name for name in (*IN_CELLS, "title")}


@dataclass(frozen=True, slots=True)
class Personal:
    """All that makes one copy personal.

    ``partner`` and ``respondent`` are names as shown; ``level`` is a level's code or its name;
    ``identity`` and ``seal`` go onto the identity sheet.
    """

    reference: str
    seal: str
    identity: Identity
    partner: str
    respondent: str
    level: str


class Plate:
    """A workbook ready for stamping; made by `build_plate`."""

    def __init__(
        self, package: CopiedPackage, common: CommonIdentity, carrier: str, title: str, unnamed: str
    ) -> None:
        self._package = package
        self._common = common
        self._carrier = carrier
        self._title = title
        self._unnamed = unnamed

    def stamp(self, personal: Personal) -> bytes:
        """Return one partner's workbook; the same values always give the same bytes.

        Raises:
            XlassessError: the identity belongs to another assessment, round or toolkit.
            SheetError: a name is longer than a cell takes.
        """
        if not self._common.is_part_of(personal.identity):
            raise XlassessError(
                f"The workbook {personal.reference} belongs to another assessment, round or "
                "toolkit than the plate it was to be stamped from.",
                "Build the plate from the toolkit and assessment of its identity.",
            )
        partner, respondent = _one_line(personal.partner), _one_line(personal.respondent)
        who = f"{partner}, {respondent}" if respondent else partner
        return self._package.copy(
            {
                "carrier": _filled(self._carrier, personal.reference, who),
                "title": _filled(self._title, personal.reference, who),
                "reference": personal.reference,
                "partner": partner,
                "respondent": respondent or self._unnamed,
                "level": LEVELS.get(personal.level, personal.level),
                "partner_id": personal.identity.partner,
                "respondent_id": personal.identity.respondent,
                "seal": personal.seal,
            }
        )


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _filled(pattern: str, reference: str, who: str) -> str:
    return pattern.replace(_REFERENCE, reference).replace(_WHO, who)


def build_plate(toolkit: Toolkit, assessment: Assessment, digest: str, password: str) -> Plate:
    """Build the workbook that every respondent to a toolkit gets, but for the personal texts.

    Args:
        toolkit: the instrument.
        assessment: the assessment and its round.
        digest: the digest of the toolkit's questions (`contract.seal.questions_digest`).
        password: opens sheet and structure protection.

    Raises:
        SheetError: a text of the toolkit does not fit into a workbook.
    """
    draft = begin(toolkit, assessment, layout(toolkit), password, Contents())
    common = common_identity(draft, digest)
    write_workbook(draft, common)
    return finish(draft, common, draft.words)


def begin(
    toolkit: Toolkit, assessment: Assessment, where: Layout, password: str, contents: Contents
) -> Draft:
    """Begin a workbook without any sheets.

    Args:
        toolkit: the instrument.
        assessment: the assessment and its round.
        where: where everything stands.
        password: opens sheet and structure protection.
        contents: what stands in its cells.
    """
    words = Words("workbook.j2")
    book = WorkbookWriter({
        "title": placeholder("title"),
        "subject": words.say("subject", toolkit, assessment),
        "author": assessment.partnership,
        "category": assessment.marking,
        "comments": words.say("document_about", toolkit),
        "created": _BUILT,
    })  # fmt: skip
    return Draft(
        toolkit, assessment, where, password, book, words, Lists(), PersonalCells(), contents
    )


def finish(draft: Draft, common: CommonIdentity, words: Words) -> Plate:
    """Return the workbook as a plate.

    Args:
        draft: the workbook with all its sheets.
        common: the identity shared by all copies.
        words: the words of its title and of the line at the head of its sheets.
    """
    return Plate(
        _cut(draft.book.close(), draft.password),
        common,
        carrier=words.say("carrier", draft.toolkit, draft.assessment, _REFERENCE, _WHO),
        title=words.say("title", draft.toolkit, draft.assessment, _WHO),
        unnamed=draft.words.say("unnamed"),
    )


def _cut(package: bytes, password: str) -> CopiedPackage:
    """Take a package apart into what is the same in every copy and what is filled in."""
    with zipfile.ZipFile(io.BytesIO(package)) as archive:
        parts = {info.filename: archive.read(info) for info in archive.infolist()}
    parts[_WORKBOOK] = lock_structure(parts[_WORKBOOK], password)
    strings = parts.pop(_STRINGS).decode()
    kept = strings.replace("<t>\ue000", '<t xml:space="preserve">\ue000')
    core = _DATES.sub("", parts.pop(_CORE).decode())
    blanks = [
        FilledPart.cut(_STRINGS, kept, _HOLES, in_cells=True),
        FilledPart.cut(_CORE, core, _HOLES, in_cells=False),
        FilledPart.cut(_CUSTOM, parts.pop(_CUSTOM).decode(), _HOLES, in_cells=False),
    ]
    marks = [name for name, content in parts.items() if "\ue000".encode() in content]
    if marks or set(blanks[0].names) != set(IN_CELLS):
        raise XlassessError(
            f"The plate could not be cut: personal texts stand in {', '.join(marks) or _STRINGS}.",
            "Report this with the version of XlsxWriter in use.",
        )
    return CopiedPackage(parts.items(), blanks)
