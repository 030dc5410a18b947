"""Fixtures shared by all tests."""

from __future__ import annotations

import gc
import os
import re
import shutil
import tempfile
from collections.abc import Generator, Iterator
from contextlib import nullcontext
from multiprocessing.util import Finalize
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings

from xlassess.model.toolkit import Toolkit

# Tests run side by side: threads of the linear algebra would only wait for each other.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
# Tests make many things that live on: looking for circles among them takes a fifth of the time.
gc.set_threshold(200_000, 50, 100)

_IN_MEMORY = Path("/dev/shm")
_ROOM = 4 << 30
"""Bytes that must be free there: several times as many as the tests use at once."""
_TEMPORARY = pytest.StashKey[Path | None]()

if TYPE_CHECKING:
    from tests.clients.office import Office, Offices
    from tests.clients.postgresql import Cluster
    from tests.clients.storage import Storage
    from tests.made import Made


# Few examples in the suite, the same each time; many, and others each time, to hunt for faults.
_UNCHECKED = (
    HealthCheck.function_scoped_fixture,
    HealthCheck.too_slow,
    HealthCheck.data_too_large,
    HealthCheck.filter_too_much,
)
settings.register_profile(
    "suite", max_examples=15, derandomize=True, deadline=None, suppress_health_check=_UNCHECKED
)
settings.register_profile(
    "hunt", max_examples=200, print_blob=True, deadline=None, suppress_health_check=_UNCHECKED
)
settings.load_profile("suite")


@pytest.fixture(autouse=True)
def _no_printing(
    request: pytest.FixtureRequest, _environment_left_alone: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Start no LibreOffice to print summaries, but where a test is about such programs."""
    if _programs(request.node) <= {"postgresql"}:
        monkeypatch.setattr("xlassess.services.papers.printing.office", lambda: None)


@pytest.fixture(autouse=True)
def _environment_left_alone() -> Iterator[None]:
    """Let no test change the environment of the tests after it."""
    before = dict(os.environ)
    yield
    names = (before.keys() | os.environ.keys()) - {"PYTEST_CURRENT_TEST"}
    changed = sorted(name for name in names if before.get(name) != os.environ.get(name))
    for name in changed:
        if name in before:
            os.environ[name] = before[name]
        else:
            del os.environ[name]
    assert not changed, f"The test changed {', '.join(changed)} of the environment."


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """Let temporary files be in memory where there is room, unless the user says where.

    Ledgers wait for the disk at every change, by intent: thousands of tests would do so, too.
    """
    if "TMPDIR" in os.environ or config.option.basetemp or not _IN_MEMORY.is_dir():
        return
    if os.access(_IN_MEMORY, os.W_OK) and shutil.disk_usage(_IN_MEMORY).free >= _ROOM:
        place = tempfile.mkdtemp(prefix="xlassess-", dir=_IN_MEMORY)
        Path(place).chmod(0o755)  # servers that give up root's rights work in there, too
        os.environ["TMPDIR"] = tempfile.tempdir = place
        config.stash[_TEMPORARY] = Path(place)


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Keep what tests left in memory where one failed, as somebody will look at it."""
    if session.testsfailed:
        session.config.stash[_TEMPORARY] = None


def pytest_unconfigure(config: pytest.Config) -> None:
    """Remove what is left in memory: what killed programs did not remove themselves."""
    if place := config.stash.get(_TEMPORARY, None):
        # after multiprocessing has removed, at -100, what it keeps in there
        Finalize(None, shutil.rmtree, (place,), {"ignore_errors": True}, exitpriority=-200)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what is not for every day, unless it is asked for.

    ``-m hunt`` looks for faults at random. ``-m thorough`` does what takes long: once more
    for the other toolkits, without JavaScript, killed at any point, from an installed package.
    """
    from tests.schedule import is_of_the_rest

    for item in items:
        if item.get_closest_marker("clients") and not _programs(item):
            raise pytest.UsageError(f"{item.nodeid}: the mark 'clients' names no program.")
        if is_of_the_rest(item):
            item.add_marker("thorough")
    # The longest files go first: one begun last would leave the other processes idle.
    items.sort(key=lambda item: item.get_closest_marker("slow") is None)
    asked = re.findall(r"\w+", config.option.markexpr)
    for mark in (mark for mark in ("hunt", "thorough") if mark not in asked):
        left_out = {item for item in items if item.get_closest_marker(mark)}
        config.hook.pytest_deselected(items=[*left_out])
        items[:] = [item for item in items if item not in left_out]


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> object:
    """Keep tests together that share what is costly to make."""
    from tests.schedule import SharedScheduling

    config.option.loadscopereorder = False
    return SharedScheduling(config, log)


_POSTGRESQL = pytest.param(
    "postgresql", marks=(pytest.mark.clients("postgresql"), pytest.mark.postgresql)
)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run a test that asks for ``builtin_toolkit`` or ``made`` once for each there is.

    One whose ledgers are where the fixture ``database`` says runs in PostgreSQL too, if it has
    the mark ``databases``, or if all that can are asked for: ``-m postgresql``.
    """
    marked = metafunc.definition.get_closest_marker
    wanted = "postgresql" in metafunc.config.option.markexpr and not marked("sqlite")
    if "database" in metafunc.fixturenames and (wanted or marked("databases")):
        metafunc.parametrize("database", ["sqlite", _POSTGRESQL], indirect=True)
    if "builtin_toolkit" in metafunc.fixturenames:
        from xlassess.toolkits.load import builtin_ids

        metafunc.parametrize("builtin_toolkit", builtin_ids(), indirect=True, scope="session")
    if "made" in metafunc.fixturenames:
        from tests.made import kinds

        metafunc.parametrize("made", kinds(), indirect=True, scope="session")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Let a test use the programs that its marks name, and no others."""
    from tests.clients.programs import declared

    names = _programs(item)
    # A test that runs in PostgreSQL besides is not about that program alone.
    limited = (
        names
        if names - {"postgresql"} or "database" not in getattr(item, "fixturenames", ())
        else None
    )
    with declared(limited) if limited else nullcontext():
        return (yield)


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip a test for want of a program that its marks name, before anything is made for it."""
    if names := _programs(item):
        from tests.clients.programs import need

        for name in sorted(names):
            need(name)


def _programs(item: pytest.Item) -> frozenset[str]:
    return frozenset(name for mark in item.iter_markers("clients") for name in mark.args)


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    """The PostgreSQL that the tests of this process share; it is marked like an office."""
    from tests.clients.postgresql import a_cluster

    with a_cluster() as running:
        yield running


@pytest.fixture(scope="session")
def storage() -> Iterator[Storage]:
    """The storage that the tests of this process share; it is marked like an office."""
    from tests.clients.storage import a_storage

    with a_storage() as running:
        yield running


@pytest.fixture
def database(request: pytest.FixtureRequest) -> Iterator[str | None]:
    """The URL of the database that ledgers of this test are in; None where they are files.

    Whatever earlier tests left there is gone.
    """
    if getattr(request, "param", "sqlite") == "sqlite":
        yield None
        return
    from tests.services import small

    running: Cluster = request.getfixturevalue("cluster")
    running.clear()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(small, "LEDGER", f"ledger: {running.url()}\n")
        yield running.url()


@pytest.fixture(scope="session")
def builtin_toolkit(request: pytest.FixtureRequest) -> Toolkit:
    """Each built-in toolkit in turn, later ones included without further ado."""
    from xlassess.toolkits.load import find_toolkit

    return find_toolkit(request.param)


@pytest.fixture(scope="session")
def made(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Made:
    """Each kind of workbook that xlassess makes, in turn."""
    from tests.made import make

    return make(request.param, tmp_path_factory.mktemp(request.param))


@pytest.fixture(scope="session")
def offices() -> Iterator[Offices]:
    """The LibreOffice that the tests of this process share."""
    from tests.clients.office import OFFICES

    yield OFFICES
    OFFICES.close()


@pytest.fixture
def office(offices: Offices) -> Office:
    """A running LibreOffice; a test that asks for it is marked ``clients("libreoffice")``."""
    return offices.get()
