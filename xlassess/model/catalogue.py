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
        "The file is empty.",
        "Open the workbook, check that the answers are there, and send it again.",
    ),
    Kind(
        "G02",
        "refuse",
        "File too large",
        "The file has {size} MB. The workbook we sent has well under 1 MB, and files over "
        "{limit} MB are not opened.",
        "Remove pictures and anything else that was added, or copy the answers into a fresh "
        "copy of the workbook. Then send it again. If this is a message, a mailbox or a zip file, "
        "save the workbooks that are in it, and hand those over.",
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
        "If you know the password, read the file again: xlassess ingest FILE --password. If not: "
        "in Excel, choose File, Info, Protect Workbook, Encrypt with Password. Clear the "
        "password, save, and send the workbook again. In LibreOffice, save it without “Save "
        "with password”.",
    ),
    Kind(
        "G05",
        "refuse",
        "Rights management",
        "The file is encrypted by a sensitivity label or by rights management. Only the "
        "people it names can open it.",
        "On the Home tab, under Sensitivity, choose a label without encryption for this copy. "
        "Save it and send it again.",
    ),
    Kind(
        "G06",
        "refuse",
        "Damaged file",
        "The file is damaged or incomplete: {problem}.",
        "Open the original, save it under a new name, and send that copy.",
    ),
    Kind(
        "G07",
        "refuse",
        "Unsafe package",
        "The file is not built the way spreadsheet programs build files: {problem}.",
        "Open the original in Excel or LibreOffice, save it as an Excel workbook (.xlsx) under a "
        "new name, and send that copy.",
    ),
    Kind(
        "G08",
        "refuse",
        "Too large when unpacked",
        "Unpacked, the file would have {size} MB or more. The most that is read is {limit} MB.",
        "Copy the answers into a fresh copy of the workbook and send that.",
    ),
    Kind(
        "G09",
        "refuse",
        "Declarations in the markup",
        "Part {part} of the file declares a document type or entities. Spreadsheet programs "
        "do not do that.",
        "Open the original in Excel or LibreOffice, save it as an Excel workbook (.xlsx) under a "
        "new name, and send that copy.",
    ),
    Kind(
        "G10",
        "refuse",
        "Far larger than the workbook issued",
        "The file has far more in it than the workbook we sent: {problem}.",
        "Delete everything outside the tables, or copy the answers into a fresh copy of the "
        "workbook. Then send it again.",
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
        "Copy the answers into a fresh copy of the workbook and send that. Be careful with "
        "the file itself.",
    ),
    Kind(
        "G13",
        "refuse",
        "File cannot be opened",
        "The file could not be opened on this computer: {problem}.",
        "Close it in other programs, check that you have permission to read it, and run the "
        "command again.",
    ),
    Kind(
        "G14",
        "refuse",
        "Link to a file elsewhere",
        "This is a link to another place. It was not followed.",
        "Put the file itself into the folder and run the command again.",
    ),
    Kind(
        "G15",
        "refuse",
        "Zip file not unpacked",
        "The zip file was not unpacked: {problem}.",
        "Unpack it yourself, look at what is in it, and run the command with the workbooks.",
    ),
    Kind(
        "G16",
        "note",
        "Macros added",
        "The workbook has macros. The one we sent has none. They were not run.",
        "Before you open the file yourself, ask the partner where the macros came from.",
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
        "Wrong password",
        "The file needs a password, and none of those given opens it.",
        "Ask the partner for the password of this file, or for a copy without one.",
    ),
    Kind(
        "G19",
        "note",
        "Parts not read",
        "The file holds things that the workbook we sent out does not, and they were not read: "
        "{parts}.",
        "Open the file and look at them, if they may matter. No answer is expected there.",
    ),
    Kind(
        "G20",
        "refuse",
        "Cannot be decrypted here",
        "The file needs a password to open, and it is encrypted in a way that this program "
        "cannot undo: {problem}.",
        "Open the file with its password in the program that wrote it, save a copy without a "
        "password as an Excel workbook (.xlsx), and hand that over.",
    ),
    Kind(
        "G21",
        "refuse",
        "E-mail without a workbook",
        "This is an e-mail message from {sender}, about “{subject}”, without a workbook{what}. "
        "{said}",
        'Read it. If it is an answer, record it: xlassess nil REF --reason "...", or xlassess '
        'decline REF --reason "...". Else ask for the workbook as an attachment.',
    ),
    Kind(
        "G22",
        "refuse",
        "No such file",
        "There is no file or folder of this name.",
        "Check the name and the folder it is in. Put names with spaces in quotes.",
    ),
)

_IDENTIFY = (
    Kind(
        "I01",
        "refuse",
        "Not one of our workbooks",
        "Nothing in the file shows that it is a workbook of this assessment.",
        "Check that the right file was attached, and ask for the workbook that was issued.",
    ),
    Kind(
        "I02",
        "refuse",
        "Respondent not known",
        "The questions are those of {toolkit}, but nothing in the file says whose answers "
        "they are.",
        "Ask the sender to copy the answers into the workbook issued to them.",
    ),
    Kind(
        "I03",
        "refuse",
        "Reference not issued",
        "No workbook issued in this round has the reference {reference}.",
        "Check whether the file belongs to another assessment or round. If it belongs here, "
        "send the partner a fresh workbook.",
    ),
    Kind(
        "I04",
        "refuse",
        "Another assessment",
        "The workbook belongs to the assessment “{found}”, not to “{expected}”.",
        "Read it in the folder of that assessment.",
    ),
    Kind(
        "I05",
        "refuse",
        "Another round",
        "The workbook belongs to round {found}, not to round {expected}.",
        "If it was meant for round {found}, read it there. If it was filled in for this round and "
        "asks the same questions, take it over. Otherwise send the partner this round's workbook.",
    ),
    Kind(
        "I06",
        "refuse",
        "Seal broken",
        "The identity of the workbook was changed after it was issued, or this assessment did "
        "not issue it (reference {reference}).",
        "Ask the partner to copy the answers into the workbook as it was sent to them.",
    ),
    Kind(
        "I07",
        "refuse",
        "Identities disagree",
        "Different places in the workbook say that it is a different workbook: {found}.",
        "Ask the partner which workbook it is, and to copy the answers into that one.",
    ),
    Kind(
        "I08",
        "refuse",
        "References of several workbooks",
        "Different references stand in the file, so that it is not clear whose answers it has: "
        "{found}.",
        "Ask the sender whose answers they are. Where sheets of several workbooks were put "
        "together, ask for each workbook as a file of its own.",
    ),
    Kind(
        "I09",
        "note",
        "Known by its reference only",
        "The technical sheet that identifies the workbook is missing. It was recognised by "
        "the reference {reference} on its sheets, which was issued to {respondent}.",
        "If the file came from that respondent, there is nothing to do.",
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
        "The workbook has an earlier edition of the questions ({toolkit}, version {version}). "
        "The same respondent was issued a later one, {later}.",
        "The answers count for the questions as they were asked. If the difference matters, "
        "ask for the later workbook.",
    ),
    Kind(
        "I12",
        "refuse",
        "Made by a later version",
        "The workbook was made by a later version of xlassess (workbook contract {found}). "
        "This version reads up to {known}.",
        "Update xlassess and run the command again.",
    ),
    Kind(
        "I13",
        "note",
        "Another promise than on record",
        "The workbook {reference} promised that answers are shown as “{stated}”; on record is "
        "“{recorded}”.",
        "All papers keep to the stricter of the two. If the ledger was restored from a copy, "
        "check that it is the right one: xlassess verify.",
    ),
    Kind(
        "I14",
        "note",
        "What the message says",
        "The e-mail message{whom} that the file came with says: “{text}”",
        "No word of it was read as an answer. What it seems to ask for is offered with the command "
        "that records it: xlassess status.",
    ),
    Kind(
        "I15",
        "note",
        "Sent from another address",
        "The workbook is that of {owner}. It came from {sender}, the address of {other}.",
        "Ask whether that is right. If they mixed up their workbooks: xlassess reassign {return} "
        '--to {to} --reason "..."',
    ),
    Kind(
        "I16",
        "note",
        "Typed in for the respondent",
        "The respondent answered {source}. {by} typed the answers in, in a copy made on {day}.",
        "Nothing needs doing. Keep what the answers were typed in from.",
    ),
    Kind(
        "I17",
        "refuse",
        "Answers in a PDF or a picture",
        "This is {what}, not a workbook. By {how} it is for workbook {reference} ({owner}), and is "
        "kept with it. Nothing was read from it.",
        "If it has answers, type them in: xlassess enter {reference} --source {source}",
    ),
    Kind(
        "I18",
        "query",
        "Names somebody else",
        "The seal that proves whose the file is, is missing. Its reference {reference} was issued "
        "to {respondent}, but at the head of its sheets stands: {named}. It does not count until "
        "you decide.",
        "Ask whose answers they are. If they are those of {respondent}: xlassess choose "
        '{reference} {return} --reason "..."; if of somebody else: xlassess reassign {return} '
        '--to {to} --reason "..."; if of no use: xlassess set-aside {return} --reason "..."',
    ),
    Kind(
        "I19",
        "refuse",
        "A file of ours that is no return",
        "This is {what}. It is not a return, and nothing was read from it.",
        "{send}",
    ),
)

_READ = (
    Kind(
        "R01",
        "query",
        "Two different answers",
        "It appears more than once in the file, with different contents: {values}.",
        "Keep the right one and clear the others.",
    ),
    Kind(
        "R02",
        "note",
        "Question repeated",
        "The same questions or actions appear more than once on the sheets {sheets}, and nothing "
        "filled in there differs. Each was read once.",
        "There is nothing to do.",
    ),
    Kind(
        "R03",
        "query",
        "Section missing",
        "The sheet of the section “{section}” is missing, or its item numbers or questions were "
        "removed.",
        "Fill in the section in the workbook as it was sent, and return the whole file.",
    ),
    Kind(
        "R04",
        "query",
        "Questions missing",
        "Questions of the section “{section}” are missing: {items}.",
        "Answer these questions in the workbook as it was sent, and return the whole file.",
    ),
    Kind(
        "R05",
        "query",
        "Rows added",
        "Some rows have item numbers that the toolkit does not have ({items}). They were not read.",
        "Put what they say in the comments of the question it belongs to.",
    ),
    Kind(
        "R06",
        "query",
        "Column not found",
        "The column “{column}” could not be found. Its heading was changed or removed, or "
        "appears twice.",
        "Restore the heading, or copy the answers into the workbook as it was sent.",
    ),
    Kind(
        "R07",
        "note",
        "Written outside the answer cells",
        "Something is written where no answer is asked for. It was not read: {values}.",
        "Read it in the file. If it belongs to an answer, move it to the comments.",
    ),
    Kind(
        "R08",
        "query",
        "Action plan not found",
        "The action plan is missing, or its headings were changed. No action was read.",
        "Enter the actions in the workbook as it was sent, or confirm that there are none.",
    ),
    Kind(
        "R09",
        "query",
        "Numbers next to the wrong questions",
        "Item numbers ({items}) are no longer next to their own questions, so it is not clear "
        "which question was answered.",
        "Put each number back next to its question, or copy the answers into the workbook as "
        "it was sent.",
    ),
    Kind(
        "R10",
        "query",
        "Answer cells merged",
        "The answer cells of {items} were merged with others, so it is not clear what they answer.",
        "Unmerge the cells and answer each question in its own row.",
    ),
    Kind(
        "R11",
        "query",
        "Proposal not found",
        "The box for the proposal below the action plan could not be found. The question "
        "above it was changed or removed.",
        "Enter the proposal in the workbook as it was sent, or confirm that there is none.",
    ),
    Kind(
        "R12",
        "note",
        "Questions in another order",
        "The questions are in a different order. If whole rows were sorted, every answer was "
        "read with its question. If only some columns were sorted, answers are next to the "
        "wrong questions.",
        "Ask the partner which it was. If only some columns were sorted, ask them to fill in "
        "the workbook again, as it was sent.",
    ),
    Kind(
        "R13",
        "query",
        "Answer crossed out",
        "What stands there is crossed out, so that it is not taken for an answer: {values}.",
        "Clear the cell, and enter the answer that holds.",
    ),
    Kind(
        "R14",
        "note",
        "Crossed-out words left out",
        "Words are crossed out and were left out: {values}.",
        "Nothing needs doing if they are not meant to be read.",
    ),
    Kind(
        "R15",
        "query",
        "Picture instead of an answer",
        "A picture was placed in the cell, and no words can be read from it.",
        "Type the answer into the cell. Send the picture as a file of its own if it is needed.",
    ),
    Kind(
        "R16",
        "query",
        "Other contents on a hidden sheet",
        "A hidden sheet, “{hidden}”, has something else for {items} than the sheet that can be "
        "seen. Only what can be seen was read.",
        "Show the hidden sheet, keep what is right on the sheet that can be seen, and delete the "
        "hidden one.",
    ),
    Kind(
        "R17",
        "query",
        "Question crossed out",
        "The question or the number of the row is crossed out, and something is filled in beside "
        "it, so it is not clear whether that holds: {values}.",
        "Enter it if it holds. If the question does not apply, leave the answer empty{comments}.",
    ),
    Kind(
        "R18",
        "query",
        "Shown as something else",
        "A number format makes the cell show {shown}, while “{value}” is in it.",
        "Set the format of the cell to General, and enter the answer that holds.",
    ),
    Kind(
        "R19",
        "note",
        "Answers on a hidden sheet",
        "The sheet is hidden, and what is filled in on it was read: no other sheet of the file has "
        "these questions.",
        "Nothing needs doing if the partner only meant to tidy up.",
    ),
    Kind(
        "R20",
        "note",
        "Heading cleared",
        "The heading “{column}” was cleared. All others stand in their places, so what is filled "
        "in below it was read.",
        "Nothing needs doing, unless the partner meant that the column should not count.",
    ),
    Kind(
        "R21",
        "note",
        "Filled in where nobody sees it",
        "What is filled in there was read, but a person who opens the file does not see it: {why}.",
        "Nothing needs doing if the partner only meant to tidy up. If it should not count, ask "
        "them to clear the cells.",
    ),
    Kind(
        "R22",
        "note",
        "Comment cells merged",
        "The cell for comments on {items} is merged with the one above. What is written there was "
        "read as a comment on the question above only.",
        "Nothing needs doing, unless it is about the other questions.",
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
        "No answer was given to {items}, where one is required.",
        "Please answer, or say why you cannot.",
    ),
    Kind(
        "C03",
        "query",
        "Text too long",
        "The text has {length} characters. A cell holds at most {limit}, so the end may be lost.",
        "If the file is of an older kind, enter the text again and save it as an Excel "
        "workbook (.xlsx). If not, shorten it and attach the full text as a separate document.",
    ),
    Kind(
        "C04",
        "query",
        "Not a date",
        "“{value}” cannot be read as a date.",
        "Enter the day, month and year, for example 31/03/2026.",
    ),
    Kind(
        "C05",
        "query",
        "Date can be read two ways",
        "“{value}” may mean {first} or {second}.",
        "Write the month as a word, for example 3 April 2026.",
    ),
    Kind(
        "C06",
        "query",
        "Not a number",
        "“{value}” cannot be read as {wanted}.",
        "Use digits only, with a point before decimals.{comments}",
    ),
    Kind(
        "C07",
        "query",
        "Number can be read two ways",
        "“{value}” may mean {first} or {second}.",
        "Use digits only, with a point before decimals.",
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
        "The printed text of {items} was changed (it now begins “{now}”), so the answer may "
        "be to a different question.",
        "Compare it with the workbook as it was sent. Then confirm the answer or give a new one.",
    ),
    Kind(
        "C10",
        "query",
        "Formula instead of an answer",
        "The answer is worked out by a formula. Its result is not read as an answer.",
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
        "Check that the right file was sent. If you cannot answer anything, tell the coordinator.",
    ),
    Kind(
        "C14",
        "query",
        "Two choices in one cell",
        "“{value}” names more than one choice: {choices}.",
        "Choose one of them.{comments}",
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
        "It is not said {missing}.",
        "Settle this when you agree the action plan.",
    ),
    Kind(
        "C17",
        "query",
        "Action for an unknown question",
        "“{value}” is not the number of a question in this toolkit.",
        "Enter the number as it is in the first column of the questions, or clear the cell.",
    ),
    Kind(
        "C18",
        "query",
        "Answer in the comments",
        "The answers to {items} are missing, but the comments next to them look like the "
        "answer (“{value}”).",
        "Choose the answer in its own column.",
    ),
    Kind(
        "C19",
        "query",
        "Date out of range",
        "{value} is not between {first} and {last}, as the question expects.",
        "Enter day, month and year, as in 31/03/2026.",
    ),
    Kind(
        "C20",
        "query",
        "Weekday and date disagree",
        "“{value}” names a weekday on which that day does not fall: {actual}.",
        "Enter day, month and year without the weekday, as in 31/03/2026.",
    ),
    Kind(
        "C21",
        "query",
        "Characters lost",
        "Characters were lost on the way; a mark stands in their place: “{value}”.",
        "Enter the text again, and save the file as an Excel workbook (.xlsx).",
    ),
    Kind(
        "C22",
        "query",
        "Year in two figures",
        "“{value}” gives its year in two figures, so that it may be read in more than one way.",
        "Write the year with four digits, as in 31 March 2026.",
    ),
    Kind(
        "C23",
        "query",
        "Action for one of several questions",
        "“{value}” is a number that more than one question may have: {items}.",
        "Choose the question from the list in the cell.",
    ),
    Kind(
        "C24",
        "query",
        "One rank given twice",
        "The rank {value} is given more than once, to {items}: a ranking has each rank once.",
        "Give each its own rank, or leave those without one empty.",
    ),
    Kind(
        "C25",
        "query",
        "Answers that do not go together",
        "{other} (“{ask}”) is answered “{value}”, and yet {items} says what only another answer "
        "leads to.",
        "Change one of the two, or clear the cell that does not apply.",
    ),
    Kind(
        "C26",
        "note",
        "Reasons not given",
        "{items}: answered “{value}” without the reasons. The question asks: {ask}",
        "Ask for the reasons; until they are given, the answer is to be investigated.",
    ),
    Kind(
        "C27",
        "note",
        "Question that follows, not answered",
        "{items}: not answered, although {other} is answered “{value}”, which leads to it.",
        "Ask for the answer; the summary shows it as missing.",
    ),
    Kind(
        "C28",
        "query",
        "Decision not complete",
        "The decision is “{value}”, but {missing} is missing.",
        "Enter {missing} in the same row, or leave the decision empty until it is known.",
    ),
    Kind(
        "C29",
        "query",
        "Merged into a row that is not there",
        "The action is to be merged into row “{value}”, and there is no such row.",
        "Enter the number of the row that stays, as it stands in the first column.",
    ),
    Kind(
        "C30",
        "query",
        "Merged in a circle",
        "{what}, so that nothing of it is left.",
        "Decide which row stays, and pick “Adopt” there.",
    ),
    Kind(
        "C31",
        "query",
        "Merged into a row that is not adopted",
        "The action is to be merged into row {value}, which is not adopted.",
        "Adopt row {value}, or decide otherwise on this one.",
    ),
    Kind(
        "C32",
        "query",
        "Deadline has passed",
        "The deadline {value} has passed.",
        "Enter a day that is still to come.",
    ),
    Kind(
        "C33",
        "query",
        "No decision",
        "Something is entered in the row ({values}), but no decision is picked.",
        "Pick a decision, or clear what was entered.",
    ),
    Kind(
        "C34",
        "query",
        "Reason missing",
        "{what}, but no reason is given.",
        "Enter the reason in the same row.",
    ),
    Kind(
        "C35",
        "query",
        "Done on a day to come",
        "The action is said to be done on {value}, and that day is still to come.",
        "Enter the day on which it was done. If it is not done yet, pick another state.",
    ),
    Kind(
        "C36",
        "query",
        "Decision removed",
        "A decision stood in this row, and now none is picked. It holds until this is settled.",
        "If it still holds, pick it again. If not, pick “Decline” and say why. If the row is to be "
        "decided later, the coordinator waives this query.",
    ),
    Kind(
        "C37",
        "note",
        "Deadline far off",
        "The deadline {value} is more than ten years after the workbook was issued.",
        "Ask the partner whether the year is right.",
    ),
    Kind(
        "C38",
        "query",
        "Day still to come",
        "{value} is still to come, and the question is about something that has been done.",
        "Check the year, and enter the day on which it was done.",
    ),
)

_LEDGER = (
    Kind(
        "L01",
        "query",
        "Two returns, order unclear",
        "Two different files came back for workbook {reference}, and it is not clear which is "
        "the later one.",
        "Ask the partner which file counts, and record it with xlassess choose.",
    ),
    Kind(
        "L02",
        "note",
        "Asked again, left empty",
        "The query workbook asked about {items}, and nothing was entered. The earlier entry "
        "is not used.",
        "If the partner has nothing to say there, there is nothing to do.",
    ),
    Kind(
        "L03",
        "note",
        "Changed where nothing was asked",
        "In the query workbook, things it did not ask about were changed: {items}. What was there "
        "before was kept.",
        "If the partner means the change, ask for the first workbook again, with the change in it.",
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
    Kind(
        "L06",
        "note",
        "Blank, and another that is not",
        "Nothing is filled in here, and another return of workbook {reference} has answers: that "
        "one goes on counting.",
        "Nothing needs doing. If the partner wants to take all answers back: xlassess nil "
        '{reference} --reason "..."',
    ),
    Kind(
        "L07",
        "note",
        "Every judgement as last time",
        "Each of the {count} judgements is the same as this respondent gave in round {round}.",
        "This is no fault. If it matters whether the questions were looked at anew, ask.",
    ),
    Kind(
        "L08",
        "query",
        "Typed in, and another of their own",
        "These answers were typed in, and the respondent has sent workbook {reference} themselves: "
        "that one goes on counting.",
        "Compare the two. If what was typed in is what the respondent wants to say now, record "
        "the decision.",
    ),
    Kind(
        "L09",
        "note",
        "Details of last time",
        "Of {count} filled in from round {round}, {same} came back as they were.{changed}",
        "Nothing needs doing, unless a change looks like a slip.",
    ),
)

CATALOGUE: Mapping[str, Kind] = MappingProxyType(
    {kind.code: kind for kind in (*_GUARD, *_IDENTIFY, *_READ, *_CHECK, *_LEDGER)}
)
"""Every kind of finding, by code."""

USE_OF_COMMENTS: Mapping[str, str] = MappingProxyType(
    {
        "C06": " Put any remark in the comments.",
        "C14": " Use the comments to say why the other could be right.",
        "R17": " and say so in the comments",
    }
)
"""What the comments are good for, by code: the detail ``comments`` of a finding about a question
that has a place for them."""


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
