"""A PostgreSQL of the tests' own: a cluster in a temporary folder, gone with the tests."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

from tests.clients.programs import need
from xlassess.model.assessment import LedgerDatabase

if TYPE_CHECKING:
    import psycopg

OWNER, USER, SECRET = "owner", "keeper", "geheim"
"""Who may do everything, without a password through the socket; who needs one over TCP."""

DATABASE = "assessments"

_ADMITTED = """\
local all all trust
host all all 127.0.0.1/32 scram-sha-256
"""

_SETTINGS = """\
fsync = off
full_page_writes = off
shared_buffers = 32MB
max_connections = 40
autovacuum = off
"""
"""A cluster that nobody needs tomorrow; what is said to be recorded is not brought to the disk."""

_numbers = count(1)


@dataclass(slots=True)
class Cluster:
    """A running server.

    Args:
        folder: where everything of it is.
        port: the port on 127.0.0.1, and in the name of its socket.
        programs: the folder of its programs.
        lasting: bring to the disk what is committed, as a server does that people rely on.
    """

    folder: Path
    port: int
    programs: Path
    lasting: bool = False
    _process: subprocess.Popen[bytes] | None = None

    def url(self, user: str = OWNER, *, tcp: bool = False, database: str = DATABASE) -> str:
        """Return the URL of the database, by the socket or over TCP."""
        if tcp:
            return f"postgresql+psycopg://{user}@127.0.0.1:{self.port}/{database}"
        return f"postgresql+psycopg://{user}@/{database}?host={self.folder}&port={self.port}"

    def place(self, assessment: str = "") -> LedgerDatabase:
        """Return the place of a ledger; without a name, of one that nobody used before."""
        return LedgerDatabase(self.url(), assessment or f"test-{os.getpid()}-{next(_numbers)}")

    def connect(self, database: str = DATABASE) -> psycopg.Connection[tuple[object, ...]]:
        """Return a connection of the owner's, in which each statement is a transaction."""
        import psycopg

        return psycopg.connect(
            host=str(self.folder), port=self.port, user=OWNER, dbname=database, autocommit=True
        )

    def run(self, statement: str, database: str = DATABASE) -> list[tuple[object, ...]]:
        """Run a statement as the owner, and return its rows."""
        with self.connect(database) as db:
            done = db.execute(statement)  # type: ignore[call-overload]
            return done.fetchall() if done.description else []

    def clear(self) -> None:
        """Remove the ledgers of earlier tests."""
        found = self.run(
            "SELECT nspname FROM pg_namespace WHERE nspname LIKE 'xlassess!_%' ESCAPE '!'"
        )
        for (schema,) in found:
            self.run(f'DROP SCHEMA "{schema}" CASCADE')

    def disconnect(self) -> None:
        """End every connection but this one, as an administrator may, or a network."""
        self.run(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            f"WHERE datname = '{DATABASE}' AND pid <> pg_backend_pid()"
        )

    def start(self) -> None:
        """Start the server, and wait until it answers."""
        import psycopg

        command = [str(self.programs / "postgres"), "-D", str(self.folder / "data")]
        command += ["-p", str(self.port), "-k", str(self.folder), "-h", "127.0.0.1"]
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(_unprivileged(command), stdout=log, stderr=log)
        until = time.monotonic() + 60
        while True:
            try:
                self.connect("postgres").close()
            except psycopg.OperationalError:
                assert self._process.poll() is None, (self.folder / "log").read_text()
                assert time.monotonic() < until, "PostgreSQL did not start"
                time.sleep(0.02)
            else:
                return

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        """Stop the server: SIGINT breaks off what is under way, SIGKILL is a power cut for it."""
        if self._process is None:
            return
        if how == signal.SIGKILL:
            self._kill()
        else:
            os.kill(self._server(), how)
        self._process.wait(60)
        self._process = None

    def stand_by(self) -> None:
        """From its next start on, be the standby of a server that never says anything."""
        (self.folder / "data" / "standby.signal").touch()

    def seconds(self) -> float:
        """Processor seconds of the server and of all that worked for it so far."""
        used = Path(f"/proc/{self._server()}/stat").read_text().rpartition(")")[2].split()
        at_work = Path(f"/proc/{self._server()}/task/{self._server()}/children").read_text()
        ran = (Path(f"/proc/{one}/schedstat").read_text().split()[0] for one in at_work.split())
        ended = sum(map(int, used[11:15])) / os.sysconf("SC_CLK_TCK")
        return ended + sum(map(int, ran)) / 1e9

    def _server(self) -> int:
        return int((self.folder / "data" / "postmaster.pid").read_text().split()[0])

    def _kill(self) -> None:
        """Kill the server and all that work for it, as the out-of-memory killer may."""
        server = self._server()
        children = Path(f"/proc/{server}/task/{server}/children").read_text().split()
        for process in (server, *map(int, children)):
            os.kill(process, signal.SIGKILL)
        (self.folder / "data" / "postmaster.pid").unlink()


@contextmanager
def a_cluster(*, lasting: bool = False, under: Path | None = None) -> Iterator[Cluster]:
    """A server of our own while this lasts; a test that asks for it is marked ``postgresql``.

    Args:
        lasting: bring to the disk what is committed.
        under: the folder below which all of it is; the temporary one if not given.
    """
    programs = need("postgresql").resolve().parent
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    # Short: it names a socket.
    folder = Path(tempfile.mkdtemp(prefix="xlassess-pg-", dir=under))
    cluster = Cluster(folder, port, programs, lasting)
    try:
        _make(cluster)
        cluster.start()
        cluster.run(f"CREATE DATABASE {DATABASE} TEMPLATE template0 ENCODING 'UTF8'", "postgres")
        cluster.run(f"CREATE ROLE {USER} LOGIN PASSWORD '{SECRET}'")
        cluster.run(f"GRANT CREATE ON DATABASE {DATABASE} TO {USER}")
        yield cluster
    finally:
        cluster.stop()
        shutil.rmtree(folder)


def _make(cluster: Cluster) -> None:
    folder, data = cluster.folder, cluster.folder / "data"
    if os.geteuid() == 0:
        shutil.chown(folder, _nobody())
    folder.chmod(0o755)
    command = [str(cluster.programs / "initdb"), "-D", str(data), "-U", OWNER, "--no-sync"]
    command += ["-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-instructions"]
    subprocess.run(_unprivileged(command), check=True, capture_output=True, cwd=folder)
    (data / "pg_hba.conf").write_text(_ADMITTED)
    with (data / "postgresql.conf").open("a") as settings:
        settings.write(_SETTINGS)
        if cluster.lasting:
            settings.write("fsync = on\nfull_page_writes = on\n")


def _unprivileged(command: list[str]) -> list[str]:
    """The command, run by somebody without rights: PostgreSQL does not run as root."""
    if os.geteuid() != 0:
        return command
    return ["setpriv", f"--reuid={_nobody()}", "--clear-groups", "--inh-caps=-all", "--", *command]


def _nobody() -> str:
    """The user that the server's package made, or nobody."""
    known = {one.pw_name for one in pwd.getpwall()}
    return "postgres" if "postgres" in known else "nobody"


@contextmanager
def a_pooler(cluster: Cluster) -> Iterator[str]:
    """PgBouncer before a server, in transaction mode; yields the URL by which it is reached.

    It has fewer connections to the server than it takes, so that transactions of several share one.
    """
    program = need("pgbouncer")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    folder = Path(tempfile.mkdtemp(prefix="xlassess-pb-"))
    settings, people = folder / "pgbouncer.ini", folder / "users.txt"
    people.write_text(f'"{OWNER}" ""\n')
    server = f"host={cluster.folder} port={cluster.port} dbname={DATABASE} user={OWNER}"
    settings.write_text(
        f"[databases]\n{DATABASE} = {server}\n"
        f"[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = {port}\nunix_socket_dir =\n"
        f"auth_type = any\nauth_file = {people}\npool_mode = transaction\n"
        "default_pool_size = 2\nmax_client_conn = 50\nserver_reset_query_always = 0\n"
    )
    if os.geteuid() == 0:
        for path in (folder, settings, people):
            shutil.chown(path, _nobody())
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            _unprivileged([str(program), str(settings)]), stdout=log, stderr=log
        )
    try:
        _wait_for(port, process)
        yield f"postgresql+psycopg://{OWNER}@127.0.0.1:{port}/{DATABASE}"
    finally:
        process.terminate()
        process.wait(30)
        shutil.rmtree(folder)


def _wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + 30
    while True:
        try:
            socket.create_connection(("127.0.0.1", port)).close()
        except OSError:
            assert process.poll() is None, "PgBouncer ended by itself"
            assert time.monotonic() < until, "PgBouncer did not start"
            time.sleep(0.02)
        else:
            return
