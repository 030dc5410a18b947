"""Two copies of the program under one number are told apart by their code."""

from __future__ import annotations

import shutil
from pathlib import Path

from xlassess.workers.copies import digest_of, digest_of_copy


def test_digest__changes_with_the_code_and_with_nothing_else(tmp_path: Path) -> None:
    one = tmp_path / "one"
    (one / "part").mkdir(parents=True)
    (one / "part" / "a.py").write_bytes(b"x = 1\ny = 2\n")
    other = Path(shutil.copytree(one, tmp_path / "other"))
    (other / "part" / "a.py").write_bytes(b"x = 1\r\ny = 2\r\n")
    (other / "part" / "a.pyc").write_bytes(b"compiled")
    assert digest_of(other) == digest_of(one), "lines may end otherwise on another system"
    (other / "part" / "a.py").write_bytes(b"x = 1\ny = 3\n")
    assert digest_of(other) != digest_of(one)
    (one / "part" / "a.py").rename(one / "part" / "b.py")
    (other / "part" / "a.py").write_bytes(b"x = 1\ny = 2\n")
    assert digest_of(other) != digest_of(one), "the same code under another name"


def test_digest__is_that_of_the_package_that_runs() -> None:
    import xlassess

    assert digest_of_copy() == digest_of(Path(xlassess.__file__).parent)
