"""The catalogue of findings: every remark that can be made about a return, by code.

Codes are grouped by the step that makes them: G guards against files that cannot be read
safely, I tells whose workbook it is, R reads answers from their cells, C checks them, L
compares a return with what the ledger holds. A code, once given, keeps its meaning.

``docs/findings.md`` is written from here by ``python -m xlassess.model.findings_doc``.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from xlassess.model.finding import Finding, Kind

_GUARD = (
    Kind(
        "G01",
        "refuse",
        "Empty file",
        "The file is empty: it has no content at all.",
        "Send the workbook again, after opening it once to see that the answers are there.",
    ),
    Kind(
        "G02",
        "refuse",
        "File too large",
        "The file has {size} MB; a workbook we sent out has well under 1 MB, and files over "
        "{limit} MB are not opened.",
        "Remove pictures and other added material, or copy the answers into a fresh copy of the "
        "workbook, and send it again.",
    ),
    Kind(
        "G03",
        "refuse",
        "Not a workbook",
        "This is {what}, not an Excel workbook.",
        "{send}",
    ),
    Kind(
        "G04",
        "refuse",
        "Password to open",
        "The file can only be opened with a password.",
        "In Excel choose File, Info, Protect Workbook, Encrypt with Password, clear the password "
        "and save (in LibreOffice save it without “Save with password”), and send the workbook "
        "again.",
    ),
    Kind(
        "G05",
        "refuse",
        "Rights management",
        "The file is encrypted by a sensitivity label or by rights management, so that only "
        "named people can open it.",
        "Choose a label without encryption for this copy, save it, and send it again; the "
        "label stands under Sensitivity on the Home tab.",
    ),
    Kind(
        "G06",
        "refuse",
        "Damaged file",
        "The file is damaged or arrived incomplete: {problem}.",
        "Open the original, save it under a new name, and send that copy.",
    ),
    Kind(
        "G07",
        "refuse",
        "Unsafe package",
        "The file is not put together as a spreadsheet program does it: {problem}.",
        "Open the original in Excel or LibreOffice, save it as an Excel workbook (.xlsx) under a "
        "new name, and send that copy.",
    ),
    Kind(
        "G08",
        "refuse",
        "Expands beyond measure",
        "Unpacked, the file would take {size} MB or more; {limit} MB is the most that is read.",
        "Copy the answers into a fresh copy of the workbook and send that.",
    ),
    Kind(
        "G09",
        "refuse",
        "Declarations in the markup",
        "Part {part} of the file declares a document type or entities, which no spreadsheet "
        "program writes.",
        "Open the original in Excel or LibreOffice, save it as an Excel workbook (.xlsx) under a "
        "new name, and send that copy.",
    ),
    Kind(
        "G10",
        "refuse",
        "Far larger than the workbook issued",
        "The file holds far more than the workbook we sent out: {problem}.",
        "Delete whatever stands outside the tables, or copy the answers into a fresh copy of "
        "the workbook, and send it again.",
    ),
    Kind(
        "G11",
        "refuse",
        "Cannot be read",
        "The contents of the file cannot be read: {problem}.",
        "Open the original in Excel, save it as an Excel workbook (.xlsx) under a new name, and "
        "send that copy.",
    ),
    Kind(
        "G12",
        "refuse",
        "Reading was stopped",
        "Reading the file was stopped: {problem}.",
        "Copy the answers into a fresh copy of the workbook and send that; the file itself "
        "should be treated with suspicion.",
    ),
    Kind(
        "G13",
        "refuse",
        "File cannot be opened",
        "The file could not be opened on this computer: {problem}.",
        "Close it in other programs, see that you may read it, and run the command again.",
    ),
    Kind(
        "G14",
        "refuse",
        "Link to a file elsewhere",
        "This is a link to another place and was not followed.",
        "Put the file itself into the folder and run the command again.",
    ),
    Kind(
        "G15",
        "refuse",
        "Zip file not unpacked",
        "The zip file was not unpacked: {problem}.",
        "Unpack it by hand, look at what is in it, and hand over the workbooks.",
    ),
    Kind(
        "G16",
        "note",
        "Macros added",
        "The workbook contains macros, which ours do not; they were not run.",
        "Ask the partner where the macros came from before opening the file yourself.",
    ),
    Kind(
        "G17",
        "refuse",
        "Cannot be read without loss",
        "The file was saved in a way that cannot be read without losing answers: {problem}.",
        "Open the file in Excel, save it as an Excel workbook (.xlsx), and send that copy.",
    ),
    Kind(
        "G18",
        "refuse",
        "Password does not fit",
        "The file can only be opened with a password, and none of those given opens it.",
        "Ask the partner for the password of this file, or for a copy without one.",
    ),
)

_IDENTIFY = (
    Kind(
        "I01",
        "refuse",
        "Not one of our workbooks",
        "Nothing in the file says that it is a workbook of this assessment.",
        "Check whether the right file was attached, and ask for the workbook that was issued.",
    ),
    Kind(
        "I02",
        "refuse",
        "Whose workbook is not known",
        "The questions are those of {toolkit}, but nothing in the file says whose answers "
        "these are.",
        "Ask the sender to copy the answers into the workbook issued to them.",
    ),
    Kind(
        "I03",
        "refuse",
        "Reference not issued",
        "The reference {reference} is not that of any workbook issued in this round.",
        "Check whether the file belongs to another assessment or round; if it should be here, "
        "send the partner a fresh workbook.",
    ),
    Kind(
        "I04",
        "refuse",
        "Another assessment",
        "The workbook belongs to the assessment “{found}”, not to “{expected}”.",
        "Hand it over in the folder of that assessment.",
    ),
    Kind(
        "I05",
        "refuse",
        "Another round",
        "The workbook belongs to round {found}, not to round {expected}.",
        "Hand it over when working on that round, or send the partner this round's workbook.",
    ),
    Kind(
        "I06",
        "refuse",
        "Seal broken",
        "What the workbook says about itself was changed after it was issued, or it was not "
        "issued by this assessment (reference {reference}).",
        "Ask the partner to copy the answers into the workbook as it was sent to them.",
    ),
    Kind(
        "I07",
        "refuse",
        "Identities disagree",
        "The workbook names itself differently in different places: {found}.",
        "Ask the partner which workbook it is, and to copy the answers into that one.",
    ),
    Kind(
        "I08",
        "refuse",
        "Several workbooks in one file",
        "The file holds sheets of more than one issued workbook: {found}.",
        "Ask for each workbook as a file of its own.",
    ),
    Kind(
        "I09",
        "note",
        "Known by its reference only",
        "The technical sheet that identifies the workbook is gone; it was recognised by the "
        "reference {reference} printed on its sheets, as issued to {respondent}.",
        "Nothing needs doing if the file came from that respondent.",
    ),
    Kind(
        "I10",
        "refuse",
        "Questions not on record",
        "The questions of workbook {reference} ({toolkit}, version {version}) are not on "
        "record here.",
        "Restore the ledger this workbook was issued from, or issue the workbook again.",
    ),
    Kind(
        "I11",
        "note",
        "Earlier edition of the questions",
        "The workbook holds an earlier edition of the questions ({toolkit}, version {version}); "
        "a later one was issued to the same respondent as {later}.",
        "Its answers are kept under the questions they were given to; ask for the later workbook "
        "if the difference matters.",
    ),
    Kind(
        "I12",
        "refuse",
        "Made by a later version",
        "The workbook follows version {found} of the workbook contract; this program reads up "
        "to version {known}.",
        "Update xlassess and run the command again.",
    ),
)

_READ = (
    Kind(
        "R01",
        "query",
        "Two different answers",
        "It appears more than once in the file, each time with something else: {values}.",
        "Say which answer holds and clear the other.",
    ),
    Kind(
        "R02",
        "note",
        "Question repeated",
        "The same questions or actions appear more than once without contradiction, in sheets "
        "{sheets}; each was read once.",
        "Nothing needs doing.",
    ),
    Kind(
        "R03",
        "query",
        "Section missing",
        "The sheet of the section “{section}” is missing, or its item numbers or questions were "
        "removed.",
        "Fill the section in on the workbook as it was sent and return the whole file.",
    ),
    Kind(
        "R04",
        "query",
        "Questions missing",
        "Questions of the section “{section}” are missing: {items}.",
        "Fill these in on the workbook as it was sent and return the whole file.",
    ),
    Kind(
        "R05",
        "query",
        "Rows added",
        "Rows carry item numbers that the toolkit does not have ({items}); they were not read.",
        "Put what they say into the comments of the question it belongs to.",
    ),
    Kind(
        "R06",
        "query",
        "Column not found",
        "The column “{column}” cannot be told: its heading was changed, removed, or stands twice.",
        "Restore the heading, or copy the answers into the workbook as it was sent.",
    ),
    Kind(
        "R07",
        "note",
        "Written outside the answer cells",
        "Something is written where no answer is asked for, and was not read: {values}.",
        "Read it in the file, and move it to a comment if it belongs to an answer.",
    ),
    Kind(
        "R08",
        "query",
        "Action plan not found",
        "The action plan is missing, or its headings were changed, so that no action was read.",
        "Enter the actions in the workbook as it was sent, or confirm that there are none.",
    ),
    Kind(
        "R09",
        "query",
        "Numbers beside other questions",
        "Item numbers ({items}) no longer stand beside their own questions, so that it cannot be "
        "told which question was answered.",
        "Put each number back beside its question, or copy the answers into the workbook as it "
        "was sent.",
    ),
    Kind(
        "R10",
        "query",
        "Answer cells merged",
        "The answer cells of {items} were merged with others, so that no answer of their own "
        "can be seen in them.",
        "Unmerge the cells and answer each question in its own row.",
    ),
    Kind(
        "R11",
        "query",
        "Proposal not found",
        "The box for the proposal below the action plan cannot be told: the question above it was "
        "changed or removed.",
        "Enter the proposal in the workbook as it was sent, or confirm that there is none.",
    ),
    Kind(
        "R12",
        "note",
        "Questions in another order",
        "The questions stand in another order than printed. If whole rows were sorted, every "
        "answer was read with its question; if only some columns were, answers stand beside "
        "others.",
        "Ask the partner which it was; in the second case the workbook as it was sent has to be "
        "filled in anew.",
    ),
)

_CHECK = (
    Kind(
        "C01",
        "query",
        "Not one of the choices",
        "“{value}” is not one of the choices offered.{suggestion}",
        "Choose one of: {choices}.",
    ),
    Kind(
        "C02",
        "query",
        "Answer missing",
        "Required answers are missing for {items}.",
        "Please answer, or say why no answer can be given.",
    ),
    Kind(
        "C03",
        "query",
        "Text too long",
        "The text has {length} characters; a cell holds at most {limit}, so its end may be lost.",
        "If the file is of an older kind, enter the text again and save it as an Excel workbook "
        "(.xlsx); otherwise shorten it and attach the full version as a separate document.",
    ),
    Kind(
        "C04",
        "query",
        "Not a date",
        "“{value}” cannot be read as a date.",
        "Enter day, month and year, as in 31/03/2026.",
    ),
    Kind(
        "C05",
        "query",
        "Date can be read two ways",
        "“{value}” may mean {first} or {second}.",
        "Write the month as a word, as in 3 April 2026.",
    ),
    Kind(
        "C06",
        "query",
        "Not a number",
        "“{value}” cannot be read as {wanted}.",
        "Enter digits only, with a point before decimals; put any remark into the comments.",
    ),
    Kind(
        "C07",
        "query",
        "Number can be read two ways",
        "“{value}” may mean {first} or {second}.",
        "Enter digits only, with a point before decimals.",
    ),
    Kind(
        "C08",
        "query",
        "Number out of range",
        "{value} is outside what the question allows: {range}.",
        "Check the figure and correct it.",
    ),
    Kind(
        "C09",
        "query",
        "Question changed",
        "The printed text of {items} was changed (it now begins “{now}”), so that the answer may "
        "be to another question.",
        "Compare with the workbook as it was sent, then confirm the answer or give it anew.",
    ),
    Kind(
        "C10",
        "query",
        "Formula instead of an answer",
        "The answer is worked out by a formula; its result is not taken for an answer.",
        "Type the answer itself into the cell.",
    ),
    Kind(
        "C11",
        "query",
        "Error instead of an answer",
        "The cell shows an error instead of an answer.",
        "Clear the cell and enter the answer.",
    ),
    Kind(
        "C12",
        "query",
        "Comment asked for",
        "With the answer “{value}” the question asks: {ask}",
        "Please write it in the comments.",
    ),
    Kind(
        "C13",
        "query",
        "Nothing filled in",
        "The workbook was returned without a single answer.",
        "Check whether the right file was sent; if nothing can be answered, tell the coordinator.",
    ),
    Kind(
        "C14",
        "query",
        "Two choices in one cell",
        "“{value}” names more than one choice: {choices}.",
        "Decide for one of them; say in the comments what speaks for the other.",
    ),
    Kind(
        "C15",
        "query",
        "Action without a description",
        "A row of the action plan is filled in, but does not say what is to be done.",
        "Describe the action, or clear the row.",
    ),
    Kind(
        "C16",
        "note",
        "Action incomplete",
        "Actions do not say {missing}.",
        "Settle this when the action plan is agreed.",
    ),
    Kind(
        "C17",
        "query",
        "Action for an unknown question",
        "“{value}” is not the number of a question in this toolkit.",
        "Enter the number as it stands in the first column of the questions, or clear the cell.",
    ),
    Kind(
        "C18",
        "query",
        "Answer among the comments",
        "The answers to {items} are missing; the comments beside them read like the answer "
        "(“{value}”).",
        "Choose the answer in its own column.",
    ),
    Kind(
        "C19",
        "query",
        "Day beyond all likelihood",
        "{value} is not between {first} and {last}, as the question expects.",
        "Enter day, month and year, as in 31/03/2026.",
    ),
)

_LEDGER = (
    Kind(
        "L01",
        "query",
        "Two returns, order unclear",
        "Two different files came back for workbook {reference}, and it cannot be told which is "
        "the later one.",
        "Ask the partner which file counts, and record the decision.",
    ),
    Kind(
        "L02",
        "note",
        "Asked again, left empty",
        "Where the query workbook asked to look again, nothing was entered for {items}; what "
        "stood there before is not used.",
        "Nothing needs doing if the partner has nothing to say there.",
    ),
    Kind(
        "L03",
        "note",
        "Changed where nothing was asked",
        "In the query workbook answers were changed that it did not ask about, those to {items}; "
        "the earlier answers were kept.",
        "If the change is meant, ask for the workbook as it was sent first, with the change in it.",
    ),
    Kind(
        "L04",
        "query",
        "No seal, and another that has one",
        "This file has lost the seal that proves whose it is, and another return of workbook "
        "{reference} that bears it has come back: that one goes on counting.",
        "Ask the partner whether this file is theirs and which of the two counts, and record the "
        "decision.",
    ),
    Kind(
        "L05",
        "query",
        "Came later, saved earlier",
        "This file was saved before the return that counts for workbook {reference}, although it "
        "came later; it may be a draft. The other goes on counting.",
        "Ask the partner which file counts, and record the decision.",
    ),
)

CATALOGUE: Mapping[str, Kind] = MappingProxyType(
    {kind.code: kind for kind in (*_GUARD, *_IDENTIFY, *_READ, *_CHECK, *_LEDGER)}
)
"""Every kind of finding, by code."""


def found(
    code: str,
    *,
    sheet: str = "",
    cells: tuple[str, ...] = (),
    item: str = "",
    field: str = "",
    **details: str,
) -> Finding:
    """Return a finding of this kind.

    Args:
        code: the catalogue code.
        sheet: the sheet it was made on, if any.
        cells: the cells concerned (A1), the first of them leading.
        item: the item's number, if one is concerned.
        field: the answer field, if one is concerned.
        details: what the kind's sentences leave open, by name.

    Raises:
        KeyError: no such code.
    """
    return Finding(
        CATALOGUE[code],
        sheet=sheet,
        cell=cells[0] if cells else "",
        item=item,
        field=field,
        details=details,
        cells=cells[1:],
    )
