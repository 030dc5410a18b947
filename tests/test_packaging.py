"""An installed xlassess has all it needs, wherever it is run from."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import venv
import zipfile
from collections.abc import Mapping
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[1]
SOURCES = ("pyproject.toml", "setup.cfg", "README.md", "LICENSE")
FOLDERS = ("xlassess", "templates", "toolkits")


def run(*command: str | Path, cwd: Path) -> str:
    """Run a program with none of this environment's packages in reach; return what it says."""
    done = subprocess.run(
        [str(part) for part in command],
        cwd=cwd,
        env=_clean_environment(os.environ),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def _clean_environment(environ: Mapping[str, str]) -> dict[str, str]:
    kept = {key: value for key, value in environ.items() if not key.startswith("PYTHON")}
    kept.pop("VIRTUAL_ENV", None)
    return kept | {"PYTHONUTF8": "1"}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from a copy of the sources so that no earlier build can leak in."""
    copy = tmp_path_factory.mktemp("source")
    for name in SOURCES:
        shutil.copy(ROOT / name, copy)
    for name in FOLDERS:
        shutil.copytree(ROOT / name, copy / name, ignore=shutil.ignore_patterns("__pycache__"))
    target = tmp_path_factory.mktemp("wheel")
    pip = (sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps")
    run(*pip, "--wheel-dir", target, copy, cwd=target)
    (built,) = target.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The programs of an empty environment into which the wheel was installed."""
    home = tmp_path_factory.mktemp("environment")
    venv.create(home, with_pip=False, symlinks=os.name != "nt")
    programs = home / ("Scripts" if os.name == "nt" else "bin")
    # by the pip of this one; of all the modules that come with it, few are needed here
    pip = (sys.executable, "-m", "pip", "--python", programs / "python")
    run(*pip, "install", "--quiet", "--no-compile", wheel, cwd=home)
    return programs


@pytest.mark.thorough
def test_wheel__has_every_template_and_toolkit_and_nothing_from_elsewhere(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        inside = {name for name in archive.namelist() if ".dist-info/" not in name}
    wanted = {
        f"xlassess/{package}/{path.name}"
        for package, folder in (("templates", "templates"), ("builtin_toolkits", "toolkits"))
        for path in (ROOT / folder).iterdir()
        if path.is_file()
    } | {
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "xlassess").rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert inside == wanted


@pytest.mark.thorough
def test_installed__finds_its_toolkits_and_templates(installed: Path, tmp_path: Path) -> None:
    ask = (
        "from importlib.resources import files;"
        "from xlassess.toolkits.load import all_toolkits, builtin_ids;"
        "assert [t.id for t in all_toolkits()] == list(builtin_ids());"
        "print(*builtin_ids());"
        "print(files('xlassess.templates'))"
    )
    ids, templates = run(installed / "python", "-c", ask, cwd=tmp_path).splitlines()
    assert set(ids.split()) == {path.stem for path in (ROOT / "toolkits").glob("*.yaml")}
    assert str(installed.parent) in templates


@pytest.mark.thorough
def test_installed__runs_the_demo_from_another_folder(installed: Path, tmp_path: Path) -> None:
    run(installed / "xlassess", "demo", "--output", "shown", cwd=tmp_path)
    assert list((tmp_path / "shown").rglob("summary.xlsx"))
    run(installed / "xlassess", "report", "-C", "shown", cwd=tmp_path)
    assert list((tmp_path / "shown").rglob("report.docx"))
