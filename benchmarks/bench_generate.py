"""How long stamping takes, against filling a template in with openpyxl and against the disk.

Run by hand: ``python benchmarks/bench_generate.py [COPIES]``. Times depend on the machine;
the ratios are what counts.
"""

from __future__ import annotations

import io
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import openpyxl
from rich.console import Console
from rich.table import Table

from xlassess.contract.layout import CONTRACT_VERSION, IDENTITY, START
from xlassess.contract.seal import questions_digest, reference_for, seal, sheet_password
from xlassess.folder.toolkits import find_toolkit
from xlassess.generate import Personal, Plate, build_plate, file_name
from xlassess.model.answer import Identity
from xlassess.model.assessment import Assessment, Coordinator, Respondent

SECRET = bytes(range(32))
OPENPYXL_COPIES = 20
ROUNDS = 3
COPIES = 1000


def people(count: int) -> list[Respondent]:
    return [
        Respondent(f"person-{i}", f"partner-{i}", f"Partner {i} Borough Council", f"Officer {i}")
        for i in range(count)
    ]


def best(work: Callable[[], None]) -> float:
    """The shortest of several runs, in seconds: what the work takes undisturbed."""
    times = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return min(times)


def prepare(count: int) -> tuple[Plate, list[tuple[str, Personal]], float]:
    toolkit = find_toolkit("pat")
    assessment = Assessment(
        "bench", "Bench Partnership", "2026", ("pat",), Coordinator("A. Coordinator")
    )
    digest = questions_digest(toolkit)
    start = time.perf_counter()
    plate = build_plate(toolkit, assessment, digest, sheet_password(SECRET))
    built = time.perf_counter() - start
    common = Identity(
        CONTRACT_VERSION, "bench", "2026", "", "", toolkit.id, toolkit.version, digest
    )
    jobs = []
    for person in people(count):
        identity = replace(common, partner=person.partner_id, respondent=person.id)
        reference = reference_for(identity, SECRET)
        personal = Personal(
            reference, seal(identity, SECRET), identity, person.partner, person.name, "board"
        )
        jobs.append((file_name(toolkit, person, "2026", reference), personal))
    return plate, jobs, built


def openpyxl_copy(template: bytes, personal: Personal, path: Path) -> None:
    """Do with openpyxl what a stamp does: load the template, fill it in, save it."""
    book = openpyxl.load_workbook(io.BytesIO(template))
    start, identity = book[START], book[IDENTITY]
    start["B6"], start["B7"], start["B8"] = (
        personal.reference, personal.partner, personal.respondent
    )  # fmt: skip
    for sheet in book.worksheets[:-2]:
        sheet["A4"] = f"Reference {personal.reference}"
    identity["B2"], identity["B10"] = personal.reference, personal.seal
    book.save(path)


def main(count: int) -> None:
    plate, jobs, built = prepare(count)
    template = plate.stamp(jobs[0][1])
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        whole = [(folder / file, plate.stamp(personal)) for file, personal in jobs]

        def stamp() -> None:
            for _, personal in jobs:
                plate.stamp(personal)

        def stamp_and_write() -> None:
            for file, personal in jobs:
                (folder / file).write_bytes(plate.stamp(personal))

        def write() -> None:
            for path, data in whole:
                path.write_bytes(data)

        def by_openpyxl() -> None:
            for file, personal in jobs[:OPENPYXL_COPIES]:
                openpyxl_copy(template, personal, folder / file)

        write()
        rows = [
            ("stamp only", best(stamp) / count),
            ("stamp and write", best(stamp_and_write) / count),
            ("write the same bytes", best(write) / count),
            ("openpyxl: load, fill in, save", best(by_openpyxl) / min(count, OPENPYXL_COPIES)),
        ]
    ours = rows[1][1]
    table = Table(title=f"{count} workbooks of {len(template):,} bytes (plate: {built:.2f} s)")
    for heading in ("What", "Milliseconds each", "Times stamp and write"):
        table.add_column(heading, justify="left" if heading == "What" else "right")
    for label, seconds in rows:
        table.add_row(label, f"{seconds * 1000:.3f}", f"{seconds / ours:.2f}")
    Console().print(table)
    disk, other = rows[2][1], rows[3][1]
    Console().print(
        f"{other / ours:.0f} times as fast as openpyxl (wanted: 50 at least); "
        f"{ours / disk:.1f} times the disk alone (wanted: 5 at most)"
    )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else COPIES)
