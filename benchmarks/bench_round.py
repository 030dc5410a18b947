"""How long a whole round takes, command by command, against plain reading and writing.

Every command runs as a user runs it, in a process of its own. Its processor time is compared
with what plain libraries take for the same work, with no thought at all: writing and reading
one workbook (times their number), writing the cells of the summary, writing the rows of the
export, reading the rows of the ledger and the bytes of the files.

Usage: python -m benchmarks.bench_round [RESPONDENTS...]     (default 1000)
       python -m benchmarks.bench_round 1000 5000            (also how times and memory grow)
"""

from __future__ import annotations

import contextlib
import csv
import ctypes
import hashlib
import html
import io
import os
import random
import re
import sqlite3
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import openpyxl
from python_calamine import CalamineWorkbook
from xlsxwriter import Workbook

from xlassess.contract.layout import Layout, SectionLayout, cell_name, layout
from xlassess.toolkits.load import find_toolkit

TOOLKIT = "pat"
SHAPES = 50
"""Different ways to fill a workbook in; respondents take turns."""

SAMPLE = 10
"""Workbooks that are written and read plainly; the rest are taken to be like them."""

MOST_TIMES: Mapping[str, float] = {
    "generate": 1.0, "ingest": 1.0, "status": 12.0, "consolidate": 3.0, "report": 60.0,
    "export": 16.0, "verify": 12.0,
}  # fmt: skip
"""Most times the plain work's processor time that a command may take."""

MOST_MEGABYTES = 450

_WORDS = ("We meet monthly.", "Not sure this is shared by all.", "See the minutes of 3 March.")


def command(root: Path, *words: str) -> tuple[float, float]:
    """Run a command; return processor seconds (its workers' too) and megabytes at most."""
    program = str(Path(sys.executable).parent / "xlassess")
    with Path(os.devnull).open("wb") as nowhere:
        actions = [(os.POSIX_SPAWN_DUP2, nowhere.fileno(), 1)]
        child = os.posix_spawn(
            program,
            [program, "-C", str(root), *words],
            os.environ,
            file_actions=actions,
            setpgroup=0,
        )
        _adopt_orphans()
        _, status, used = os.wait4(child, 0)
    seconds = used.ru_utime + used.ru_stime + _of_orphans(child)
    code = os.waitstatus_to_exitcode(status)
    if code and words[0] != "ingest":  # which ends with a code of its own where queries are open
        raise SystemExit(f"xlassess {words[0]} ended with code {code}")
    return seconds, used.ru_maxrss / 1024


_PR_SET_CHILD_SUBREAPER = 36


def _adopt_orphans() -> None:
    """Become the parent of processes that outlive the one that started them (prctl(2), Linux).

    Workers are children of a server of their own, which ends after the command: elsewhere their
    time is nobody's.
    """
    with contextlib.suppress(AttributeError, OSError):
        ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def _of_orphans(group: int) -> float:
    """Wait for the processes of a group that were adopted; return their processor seconds."""
    seconds = 0.0
    while True:
        try:
            _, _, used = os.wait4(-group, 0)
        except ChildProcessError:
            return seconds
        seconds += used.ru_utime + used.ru_stime


def plainly(work: Callable[[], object], times: float = 1.0) -> float:
    """Return the processor seconds of plain work, done once, times how often it is needed."""
    begun = time.process_time()
    work()
    return (time.process_time() - begun) * times


def register(root: Path, respondents: int) -> None:
    """Start an assessment with this many respondents."""
    command(root.parent, "init", str(root))
    settings = root / "assessment.yaml"
    text = settings.read_text().replace("partnership:\n", "partnership: Large Partnership\n")
    text = text.replace("round:\n", "round: '2026'\n").replace("  name:\n", "  name: Robin Page\n")
    settings.write_text(text)
    book = openpyxl.load_workbook(root / "partners.xlsx")
    levels = ("Board", "Senior management", "Front line")
    for number in range(respondents):
        who = (f"Partner {number // 5}", f"Person {number}", levels[number % 3], f"p{number}@x.org")
        for column, value in enumerate(who, 1):
            book["Respondents"].cell(2 + number, column).value = value
    book.save(root / "partners.xlsx")


def shape(plan: Layout, parts: Mapping[str, bytes], seed: int) -> dict[str, bytes]:
    """Return the sheets of a workbook with answers typed in, a few of them missing or wrong."""
    chance = random.Random(seed)
    made = {}
    for section in plan.sections:
        cells = dict(_given(plan, section, chance))
        name = _part_of(parts, section.sheet)

        def typed(cell: re.Match[str], cells: Mapping[str, str] = cells) -> str:
            if cell[1] not in cells:
                return cell[0]
            text = html.escape(cells[cell[1]], quote=False)
            look = re.search(r' s="\d+"', cell[2])
            style = look[0] if look else ""
            return f'<c r="{cell[1]}"{style} t="inlineStr"><is><t>{text}</t></is></c>'

        pattern = r'<c r="([A-Z]+\d+)"((?: [a-z]+="[^"]*")*)(?:/>|>(?:(?!</c>).)*</c>)'
        made[name] = re.sub(pattern, typed, parts[name].decode()).encode()
    return made


def _given(
    plan: Layout, section: SectionLayout, chance: random.Random
) -> Iterator[tuple[str, str]]:
    """Yield cell and contents of what is typed into a section."""
    for table in section.tables:
        for row in table.rows:
            for column in table.fields(row.item):
                scale = plan.toolkit.scales.get(row.item.answer)
                choices = [choice.label for choice in scale.choices] if scale else _WORDS
                answer = column.field.startswith("answer")
                if chance.random() < (0.998 if answer else 0.15):
                    wrong = answer and chance.random() < 0.0004
                    said = chance.choice(choices if answer else _WORDS)
                    yield cell_name(row.index, column.index), "Perhaps" if wrong else said


def _part_of(parts: Mapping[str, bytes], sheet: str) -> str:
    """The part of a package that holds a sheet."""
    for tag in re.findall(r"<sheet [^>]*>", parts["xl/workbook.xml"].decode()):
        if html.unescape(re.findall(r'name="([^"]*)"', tag)[0]) == sheet:
            number = re.findall(r'r:id="([^"]*)"', tag)[0]
            links = parts["xl/_rels/workbook.xml.rels"].decode()
            link = next(t for t in re.findall(r"<Relation[^>]*>", links) if f'"{number}"' in t)
            return "xl/" + re.findall(r'Target="([^"]*)"', link)[0].removeprefix("/xl/")
    raise KeyError(sheet)


def fill_in(outbox: Path, inbox: Path) -> None:
    """Fill in every workbook of the outbox and put it in the inbox."""
    inbox.mkdir()
    blanks = sorted(outbox.glob("*.xlsx"))
    with zipfile.ZipFile(blanks[0]) as package:
        parts = {name: package.read(name) for name in package.namelist()}
    plan = layout(find_toolkit(TOOLKIT))
    shapes = [shape(plan, parts, seed) for seed in range(min(SHAPES, len(blanks)))]
    for number, path in enumerate(blanks):
        made = shapes[number % len(shapes)]
        with (
            zipfile.ZipFile(path) as blank,
            zipfile.ZipFile(inbox / path.name, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as back,
        ):
            for name in blank.namelist():
                back.writestr(name, made.get(name) or blank.read(name))


def rewrite(path: Path) -> Callable[[], object]:
    """Return the work of writing the cells of a workbook anew with XlsxWriter."""
    book = CalamineWorkbook.from_path(str(path))
    sheets = [(name, book.get_sheet_by_name(name).to_python()) for name in book.sheet_names]

    def work() -> None:
        made = Workbook(io.BytesIO(), {"in_memory": True})
        for name, rows in sheets:
            sheet = made.add_worksheet(name)
            for row, values in enumerate(rows):
                for column, value in enumerate(values):
                    if isinstance(value, str) and value:
                        sheet.write_string(row, column, value)
                    elif isinstance(value, int | float):
                        sheet.write_number(row, column, value)
        made.close()

    return work


def read_ledger(root: Path) -> None:
    """Read every answer of the ledger, without making anything of it."""
    with sqlite3.connect(root / "ledger.db") as ledger:
        for table in ("answers", "returns", "issued", "events"):
            ledger.execute(f"SELECT * FROM {table}").fetchall()


def write_rows(root: Path) -> Callable[[], object]:
    """Return the work of writing the rows of the export anew as CSV."""
    (path,) = root.glob("output/*/export-csv/data.csv")
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file))
    return lambda: csv.writer(io.StringIO()).writerows(rows)


def read_files(root: Path) -> None:
    """Read the ledger and hash the files that verifying looks at."""
    read_ledger(root)
    for path in (*root.glob("returns/*/*.xlsx"), *root.glob("outbox/*.xlsx")):
        hashlib.sha256(path.read_bytes()).hexdigest()


def run(respondents: int) -> dict[str, tuple[float, float, float]]:
    """Play a round; return of each command its seconds, megabytes, and the plain seconds."""
    with tempfile.TemporaryDirectory() as folder:
        root, inbox = Path(folder) / "round", Path(folder) / "inbox"
        register(root, respondents)
        took = {"generate": command(root, "generate")}
        fill_in(root / "outbox", inbox)
        took["ingest"] = command(root, "ingest", str(inbox))
        for name in ("status", "consolidate", "report", "export", "verify"):
            took[name] = command(root, name)
        blanks = sorted((root / "outbox").glob("*.xlsx"))[:SAMPLE]
        back = sorted(inbox.glob("*.xlsx"))[:SAMPLE]
        (summary,) = root.glob("output/*/summary.xlsx")
        each = respondents / len(blanks)
        plain = {
            "generate": sum(plainly(rewrite(path), each) for path in blanks),
            "ingest": sum(plainly(lambda p=path: openpyxl.load_workbook(p), each) for path in back),
            "status": plainly(lambda: openpyxl.load_workbook(root / "partners.xlsx")),
            "consolidate": plainly(rewrite(summary)),
            "report": plainly(lambda: read_ledger(root)),
            "export": plainly(write_rows(root)),
            "verify": plainly(lambda: read_files(root)),
        }
    return {name: (*took[name], plain[name]) for name in took}


def main() -> int:
    """Run and print; exit code 1 when a limit is passed."""
    sizes = [int(word) for word in sys.argv[1:]] or [1000]
    results = {size: run(size) for size in sizes}
    passed = True
    for size, result in results.items():
        print(f"\n{size:,} respondents   seconds  megabytes    plain   ratio   growth")
        for name, (seconds, megabytes, plain) in result.items():
            ratio, before = seconds / plain, results[sizes[0]][name][0]
            # Of fewer respondents, most of the time is the start of Python.
            within = size < 1000 or (ratio <= MOST_TIMES[name] and megabytes <= MOST_MEGABYTES)
            passed = passed and within
            print(
                f"{name:20} {seconds:9.1f} {megabytes:10.0f} {plain:8.2f} {ratio:7.1f} "
                f"{seconds / before:8.1f}{'' if within else '   over'}"
            )
    return 0 if passed else 1


if __name__ == "__main__":
    sys.exit(main())
