"""What a new assessment begins with: the text of its files, and a register to be filled in."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence

from xlassess.assessment.register import (
    AWAY,
    COPIES,
    DELEGATE,
    EXAMPLE,
    GUIDE,
    HEADINGS,
    LEAVING,
    LONGEST,
    NEW,
    SHEET,
    SINCE,
    STAYING,
)
from xlassess.model.assessment import LEVELS, Assessment, Respondent
from xlassess.sheet.formats import (
    CELL,
    CELL_STRONG,
    HEADER,
    HEADING,
    INPUT,
    MARK_TO_DO,
    PROSE,
    TEXT_FORMAT,
    TITLE,
    CellFormat,
)
from xlassess.sheet.page import PageSetup, set_page, show
from xlassess.sheet.validation import FromList, Message, TextUpTo
from xlassess.sheet.writer import CellRange, SheetWriter, WorkbookWriter

_PREPARATION = """\
# What the partners agreed before the round, for the first page of every workbook and for the
# summary. Take away the # to use it; leave out what was not agreed.
#   kind             developmental, routine audit or diagnostic
#   contributions    who contributes what: setting up, hosting, facilitating, analysing, planning
#   facilitator      who leads the discussion of the findings
#   afterwards       what will follow: feedback, a workshop, an action plan
# preparation:
#   kind: routine audit
#   contributions: The council hosts, Harbour Housing analyses
#   facilitator: Sam Okafor, who belongs to no partner
#   afterwards: A workshop in May, and an action plan that the board agrees in June
"""

_SCENARIOS = """\
# Some toolkits suggest by a written rule how to go on from the scores: pat suggests one of three
# scenarios. Where you and the partners choose another, name it here with the reason. The summary
# then shows your choice, the reason, and what the rule suggests. Take away the # to use it.
# scenarios:
#   pat:
#     scenario: C
#     because: two partners have given notice since the answers came in
"""

_MAIL = """\
# If xlassess is to send messages itself (xlassess send --via smtp): your mail server, as the people
# who look after your e-mail name it. No password goes in here. Keep it in the keyring of your
# computer (keyring set xlassess smtp://USER@HOST), or in the environment variable
# XLASSESS_SMTP_PASSWORD. Take away the # to use it.
#   security   starttls (port 587) or tls (port 465); there is no way without
#   from       the address messages come from; the default is the coordinator's
#   reply_to   the address answers go to; the default is the coordinator's
#   pace       how many messages a minute are handed over; 30 if left out
#   size_limit how many megabytes a message may have; 20 if left out
# mail:
#   host: smtp.example.org
#   user: assessments@example.org
#   security: starttls
"""

_LEDGER = """\
# The ledger is the file ledger.db in this folder. It can be in a PostgreSQL database instead, where
# several people work from different computers. See "The ledger in a database" in the guide. No
# password goes in here.
# ledger: postgresql+psycopg://USER@HOST/DATABASE

# The files that came back are in the folder returns. They can be in storage that speaks S3 instead.
# See "Received files in a bucket" in the guide. No key goes in here.
# files: s3://BUCKET/PREFIX
"""

_TAKEN = """\
# The programme that this assessment is in: its folder, as seen from this one. What its file
# programme.yaml shares holds here too, as long as nothing is entered for it in this file: toolkits,
# coordinator, purpose, marking, attribution, minimum_group. xlassess programme status shows where
# an assessment differs.
programme: {programme}

"""

_ROUND = """\
# One round of the assessment. What holds for all rounds stands in assessment.yaml. Where this
# round differs, enter the line here as well: coordinator, marking, attribution, minimum_group,
# show_last_time.

# The round before this one; empty for the first.
follows: {follows}

# The toolkits of this round, one per line.
toolkits:
{toolkits}

# The day by which workbooks are to be returned, as year-month-day: 2027-03-31. May be left empty.
return_by: {return_by}

# What the round is for, in a sentence or two for the cover. May be left empty.
purpose: {purpose}

{preparation}
{scenarios}"""

_SETTINGS = """\
# The settings of an assessment: a partnership that assesses itself.
# Fill in what is empty, save, enter the respondents in partners.xlsx, and run
#     xlassess generate
# A line that begins with # is a remark. Indent with spaces, never with tabs.

# A short name for this assessment: small letters, digits and hyphens. It is sealed into every
# workbook, so do not change it once workbooks have gone out.
id: {id}

# The name of the partnership, as it appears on the cover of every workbook.
partnership:

# The round, such as 2026 or 2026-spring. When the partnership assesses itself again, run
#     xlassess round new NAME --return-by 2027-04-30
# It begins a round with the same settings and people, and keeps this one as it is.
round:

# The toolkits to use, one per line. These come with xlassess:
{toolkits}
# A toolkit of your own goes into the folder toolkits/ beside this file, as ID.yaml.
toolkits:
  - {first}

# The person who runs the assessment and whom partners may ask. E-mail and telephone appear in
# every workbook; leave out what should not.
coordinator:
  name:
  email:
  phone:

# The day by which workbooks are to be returned, as year-month-day: 2026-03-31. May be left empty.
return_by:

# What the assessment is for, in a sentence or two for the cover. May be left empty.
purpose:

{preparation}
# The protective marking printed at the head and foot of every page.
marking: OFFICIAL

# How the summary, the report and the data show who answered. Each workbook says so to the person
# who fills it in. That is a promise: nothing later shows more, until workbooks are issued again.
#   named        people and organisations by their names
#   partner      organisations by their names, people without
#   lettered     as Partner A, Partner B ...; only the coordinator knows who is who
#   aggregated   not at all; only figures over several respondents together
attribution: named

# Where partners are not named: no figure is shown that rests on fewer respondents than this.
minimum_group: 3

# Who may work in this folder. Usually one person: what came back and the secret are readable by
# that person alone. With true, the group that the folder belongs to may do everything.
shared: false

# What workbooks show respondents of their own answers of last time, from the second round on:
#   no      nothing
#   facts   facts on pages of details, such as names and budgets, are filled in to be confirmed
#   all     judgements as well, locked beside the cells; they are never filled in
# It is facts unless you say otherwise, by toolkit:
#   show_last_time:
#     pat: all
# Whoever follows somebody at a partner is shown that person's answers only with
#   show_successors: true

{mail}
{ledger}
{scenarios}"""

GITIGNORE = """\
# Keep these out of version control: the secret that seals workbooks, and what people answered.
.secret
ledger.db*
outbox/
drafts/
entries/
returns/
output/
jobs/
rounds/
"""


def settings_text(assessment_id: str, toolkits: Iterable[tuple[str, str]]) -> str:
    """Return a new assessment.yaml, each field explained.

    Args:
        assessment_id: the id to begin with.
        toolkits: id and title of each toolkit that can be used; the first is entered.
    """
    known = list(toolkits)
    width = max(len(name) for name, _ in known)
    lines = "\n".join(f"#   {name:<{width}}   {title}" for name, title in known)
    return _SETTINGS.format(
        id=assessment_id, toolkits=lines, first=known[0][0], preparation=_PREPARATION,
        scenarios=_SCENARIOS, mail=_MAIL, ledger=_LEDGER,
    )  # fmt: skip


def choose_toolkits(text: str, toolkits: Iterable[str]) -> str:
    """Enter toolkits into explained settings, in place of those that stand there."""
    lines = "".join(f"  - {json.dumps(name)}\n" for name in toolkits) or "  []\n"
    return re.sub(r"(?m)^toolkits:\n(?:  - .*\n)+", lambda _: f"toolkits:\n{lines}", text)


def explanations(text: str) -> dict[str, str]:
    """Return what explained settings say of each field: the remark before it, without its marks."""
    found: dict[str, str] = {}
    remark: list[str] = []
    for line in text.splitlines():
        field = re.match(r" *([a-z_]+):", line)
        if line.startswith("#"):
            remark.append(line.removeprefix("#").removeprefix(" "))
        elif field and remark:
            found[field[1]] = "\n".join(remark)
        if not line.startswith(("#", " ")):
            remark = []
    return found


def take_from_programme(text: str, programme: str, fields: Iterable[str]) -> str:
    """Return explained settings that take some fields from a programme, and say from which.

    Args:
        text: the settings of a new assessment.
        programme: the folder of the programme.
        fields: what it shares; it is left empty here.
    """
    for field in fields:
        text = re.sub(rf"(?m)^{field}:.*\n(?:  .*\n)*", f"{field}:\n", text)
    place = json.dumps(programme, ensure_ascii=False)
    return text.replace(_LEDGER, _TAKEN.format(programme=place) + _LEDGER, 1)


def enter(text: str, values: Mapping[str, str]) -> str:
    """Enter values into the fields of explained settings, and leave the rest as it is.

    Raises:
        ValueError: the settings have not exactly one field of a name.
    """
    for field, value in values.items():
        # JSON's strings are YAML's too; a day or a number must stand without quotes.
        bare = field in _UNQUOTED and re.fullmatch(r"[\d-]+", value, re.ASCII)
        shown = value if bare else json.dumps(value, ensure_ascii=False)
        found = re.findall(rf"(?m)^ *{field}:.*$", text)
        if len(found) != 1:
            raise ValueError(f"the settings of a new assessment have {len(found)} fields {field}")
        name, _, _ = found[0].partition(":")
        text = text.replace(f"\n{found[0]}\n", f"\n{name}: {shown}\n")
    return text


_UNQUOTED = ("return_by", "minimum_group")
"""Fields whose values are no texts."""


def round_text(settings: Assessment) -> str:
    """Return a round.yaml that says what these settings say of their round."""
    agreed = settings.preparation
    said = {name: getattr(agreed, name) for name in agreed.__dataclass_fields__}
    preparation = "\n".join(f"  {name}: {_quoted(text)}" for name, text in said.items() if text)
    chosen = "\n".join(
        f"  {name}:\n    scenario: {_quoted(one.scenario)}\n    because: {_quoted(one.because)}"
        for name, one in settings.scenarios.items()
    )
    return _ROUND.format(
        follows=_quoted(settings.follows),
        toolkits="\n".join(f"  - {name}" for name in settings.toolkits),
        return_by=settings.return_by or "",
        purpose=_quoted(settings.purpose),
        preparation=_PREPARATION + (f"preparation:\n{preparation}\n" if preparation else ""),
        scenarios=_SCENARIOS + (f"scenarios:\n{chosen}\n" if chosen else ""),
    )


def _quoted(text: str) -> str:
    """A text as YAML reads it back exactly: what JSON quotes, YAML understands."""
    return json.dumps(text, ensure_ascii=False) if text else ""


_HELP = GUIDE.capitalize()
_SHOWN = 40
"""Rows drawn as a form; more may be entered below them."""

_MORE = 10
"""Empty rows at least below those that are filled in."""

_CHECKED = 1_000
"""Rows whose entries are checked as they are typed."""

_WIDTHS = {0: 40.0, 1: 28.0, 2: 22.0, 3: 38.0, 4: 30.0}
_LEVELS = "levels"

_EXAMPLES = (
    (f"{EXAMPLE} Riverside Council", "Jo Bell", "Senior management", "jo.bell@council.example", ""),
    (f"{EXAMPLE} Riverside Council", "Ali Khan", "Front line", "ali.khan@council.example", ""),
    (f"{EXAMPLE} Harbour Housing", "The chair", "Board", "chair@housing.example", ""),
)

_COLUMNS = (
    (
        "Partner",
        "The organisation. Write it alike in every row that belongs to it. Needed.",
    ),
    (
        "Respondent",
        "The person or office who answers. May be left empty where a partner answers once.",
    ),
    (
        "Level",
        "Where the respondent stands in the organisation; pick from the list. The summary compares "
        "the levels. May be left empty.",
    ),
    (
        "E-mail",
        "For sending the workbook; several addresses with semicolons between. May be left empty "
        "where it is handed over otherwise.",
    ),
    (
        "Toolkits",
        "Leave empty to ask for every toolkit of the assessment. To ask for some of them, write "
        "their ids with commas between, as they stand in the settings.",
    ),
)

_FURTHER_COLUMNS = (
    (
        COPIES,
        "Add this column if you need it. Who gets a copy of every message to this person; several "
        "addresses with semicolons between.",
    ),
    (
        DELEGATE,
        "Add this column if you need it. The address of whoever deals with messages while this "
        "person is away.",
    ),
    (
        AWAY,
        "Add this column if you need it. The last day of this person's leave. Until then they are "
        "not reminded, or their delegate is.",
    ),
)

_SINCE_COLUMN = (
    SINCE,
    "Whether the person stays, leaves or is new since the round before. Who is leaving gets no "
    "workbook; their earlier answers stay on record. Enter new people below, as New.",
)

_RULES = (
    "Enter one row for each respondent. Each gets a workbook of their own for every toolkit asked "
    "for.",
    "Overwrite the example rows, or delete them. As long as one is left, no workbooks are made.",
    "Empty rows do no harm. You may sort the rows, move the columns, and add columns of your own.",
    "A respondent is known by partner and name. If you change either after workbooks have gone "
    "out, xlassess takes it for somebody new.",
    "Save the file as an Excel workbook under the name it has, and close it before you go on.",
)


def register_book(respondents: Sequence[Respondent] = ()) -> bytes:
    """Return a new register: a sheet to be filled in, and one that explains it.

    Args:
        respondents: those of the round before, who are entered as staying; without any, the
            register begins with examples.
    """
    book = WorkbookWriter(
        {"title": "Register of respondents", "comments": "Filled in by the coordinator."}
    )
    table = book.sheet(SHEET)
    guide = book.sheet(_HELP)
    columns = (*_COLUMNS, _SINCE_COLUMN) if respondents else _COLUMNS
    _guide(book, guide, (*columns, *_FURTHER_COLUMNS))
    if respondents:
        further = any(one.copies or one.delegate for one in respondents)
        headings = (*HEADINGS, SINCE, *((COPIES, DELEGATE) if further else ()))
        _table(table, headings, [_row(one)[: len(headings)] for one in respondents])
        _choose(table)
    else:
        _table(table, HEADINGS, _EXAMPLES)
    return book.close()


def filled_register(headings: Sequence[str], rows: Sequence[tuple[str, ...]]) -> bytes:
    """Return a register with these columns and rows.

    Args:
        headings: those that every register has, in their order, and then any others.
        rows: a text for each column.
    """
    book = WorkbookWriter(
        {"title": "Register of respondents", "comments": "Filled in by the coordinator."}
    )
    table, guide = book.sheet(SHEET), book.sheet(_HELP)
    since = (_SINCE_COLUMN,) if SINCE in headings else ()
    _guide(book, guide, (*_COLUMNS, *since, *_FURTHER_COLUMNS))
    _table(table, headings, rows)
    if since and headings.index(SINCE) == len(HEADINGS):
        _choose(table)
    return book.close()


def _row(one: Respondent) -> tuple[str, ...]:
    level = LEVELS[one.level] if one.level else ""
    addresses = "; ".join(filter(None, (one.email, *one.others)))
    return (
        one.partner, one.name, level, addresses, ", ".join(one.toolkits), STAYING,
        "; ".join(one.copies), one.delegate,
    )  # fmt: skip


def _choose(sheet: SheetWriter) -> None:
    """Let people pick who stays, leaves or is new."""
    column = len(HEADINGS)
    marks = (STAYING, LEAVING, NEW)
    sheet.raw.data_validation(
        1, column, _CHECKED, column,
        {
            "validate": "list", "source": list(marks), "input_title": SINCE,
            "input_message": "Pick from the list. Who is leaving gets no workbook.",
            "error_title": "Not known", "error_message": f"Pick one of: {', '.join(marks)}.",
        },
    )  # fmt: skip


def _table(sheet: SheetWriter, headings: Sequence[str], rows: Sequence[tuple[str, ...]]) -> None:
    widths = {column: _WIDTHS.get(column, 18.0) for column in range(len(headings))}
    sheet.widths(widths)
    below = sheet.book.format(CellFormat(number=TEXT_FORMAT, indent=1))
    for column, width in widths.items():
        sheet.raw.set_column(column, column, width, below)
        sheet.text(0, column, headings[column], HEADER)
    sheet.height(0, 24)
    for row in range(1, max(_SHOWN, len(rows) + _MORE) + 1):
        texts = rows[row - 1] if row <= len(rows) else ("",) * len(headings)
        for column, text in enumerate(texts):
            sheet.text(row, column, text, INPUT)
        sheet.height(row, 18)
    last = max(_SHOWN, len(rows) + _MORE)
    sheet.book.title_region(sheet.name, CellRange(0, 0, last, len(headings) - 1))
    _rules(sheet)
    sheet.raw.autofilter(0, 0, _CHECKED, len(headings) - 1)
    # No print area: what is entered below the form is printed too, and empty rows are not.
    sheet.raw.set_paper(9)
    sheet.raw.set_landscape()
    sheet.raw.fit_to_pages(1, 0)
    sheet.raw.repeat_rows(0)
    sheet.raw.set_footer('&L&"Arial,Regular"&8&A&R&"Arial,Regular"&8Page &P of &N')
    sheet.raw.set_selection(1, 0, 1, 0)
    sheet.raw.freeze_panes(1, 1)


def _rules(sheet: SheetWriter) -> None:
    """Check what is typed, and mark what is still an example."""
    sheet.validate(
        CellRange(1, 2, _CHECKED, 2),
        FromList(_LEVELS),
        Message("Not a level", "Pick Board, Senior management or Front line, or clear the cell."),
        Message("Level", "Pick from the list, or leave empty."),
    )
    for heading, longest in LONGEST.items():
        column = HEADINGS.index(heading)
        error = Message("Too long", f"{heading}: at most {longest} characters.")
        sheet.validate(CellRange(1, column, _CHECKED, column), TextUpTo(longest), error, None)
    begins = f'LEFT($A2,{len(EXAMPLE)})="{EXAMPLE}"'
    sheet.highlight(CellRange(1, 0, _CHECKED, len(HEADINGS) - 1), begins, MARK_TO_DO)


def _guide(book: WorkbookWriter, sheet: SheetWriter, columns: tuple[tuple[str, str], ...]) -> None:
    sheet.widths({0: 22.0, 1: 90.0})
    sheet.text(0, 0, "How to fill in the register", TITLE)
    sheet.height(0, 30)
    row = 2
    for number, rule in enumerate(_RULES, start=1):
        sheet.prose(row, 0, 1, f"{number}. {rule}", PROSE)
        row += 1
    row = _pairs(sheet, row + 1, "The columns", ("Column", "What to enter"), columns)
    levels = [(label, "") for code, label in LEVELS.items() if code]
    first = row + 3
    row = _pairs(sheet, row + 1, "The levels", ("Level", "Who is meant"), _who(levels))
    book.define(_LEVELS, _HELP, CellRange(first, 0, first + len(levels) - 1, 0))
    set_page(sheet, PageSetup("Register of respondents", "", "", False, CellRange(0, 0, row, 1)))
    show(sheet)


def _who(levels: list[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    meant = (
        "Elected or governing members, trustees, non-executive directors.",
        "Chief officers, directors, heads of service.",
        "Those who work with the people served, and those who manage them day to day.",
    )
    return tuple((label, text) for (label, _), text in zip(levels, meant, strict=True))


def _pairs(
    sheet: SheetWriter,
    row: int,
    title: str,
    headings: tuple[str, str],
    pairs: tuple[tuple[str, str], ...],
) -> int:
    """Write a titled table of two columns and return the row after it."""
    sheet.text(row, 0, title, HEADING)
    sheet.height(row, 22)
    for column, heading in enumerate(headings):
        sheet.text(row + 1, column, heading, HEADER)
    sheet.height(row + 1, 20)
    for index, (name, text) in enumerate(pairs, start=row + 2):
        sheet.text(index, 0, name, CELL_STRONG)
        sheet.text(index, 1, text, CELL)
        sheet.fit(index, ((name, sheet.width(0), CELL_STRONG), (text, sheet.width(1), CELL)))
    return row + 2 + len(pairs)
