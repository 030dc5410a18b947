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
from xlassess.generate import Personal, Plate, build_plate, file_name
from xlassess.model.answer import Identity
from xlassess.model.assessment import Assessment, Coordinator, Respondent
from xlassess.toolkits.load import find_toolkit

SECRET = bytes(range(32))
OPENPYXL_COPIES = 20
ROUNDS = 3
COPIES = 1000
OURS, DISK, OTHER = "stamp and write", "write the same bytes", "openpyxl: load, fill in, save"


def people(count: int) -> list[Respondent]:
    """Return made-up respondents."""
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
    """Return a plate, a file name and a person for each copy, and the seconds to build it."""
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


def measure(plate: Plate, jobs: list[tuple[str, Personal]], folder: Path) -> dict[str, float]:
    """Return the seconds each way takes for one copy."""
    template = plate.stamp(jobs[0][1])
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
    return {
        "stamp only": best(stamp) / len(jobs),
        OURS: best(stamp_and_write) / len(jobs),
        DISK: best(write) / len(jobs),
        OTHER: best(by_openpyxl) / min(len(jobs), OPENPYXL_COPIES),
    }


def main(count: int) -> None:
    """Measure and print."""
    plate, jobs, built = prepare(count)
    with tempfile.TemporaryDirectory() as folder:
        times = measure(plate, jobs, Path(folder))
    size = len(plate.stamp(jobs[0][1]))
    table = Table(title=f"{count} workbooks of {size:,} bytes (plate: {built:.2f} s)")
    table.add_column("What")
    table.add_column("Milliseconds each", justify="right")
    table.add_column("Times stamp and write", justify="right")
    for label, seconds in times.items():
        table.add_row(label, f"{seconds * 1000:.3f}", f"{seconds / times[OURS]:.2f}")
    console = Console()
    console.print(table)
    console.print(
        f"{times[OTHER] / times[OURS]:.0f} times as fast as openpyxl (wanted: 50 at least); "
        f"{times[OURS] / times[DISK]:.1f} times the disk alone (wanted: 5 at most)"
    )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else COPIES)
