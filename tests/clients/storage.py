"""Storage of the tests' own that speaks S3: a server on this computer, gone with the tests."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count

from tests.clients.programs import need

BUCKET = "assessments"
_numbers = count(1)


@dataclass(slots=True)
class Storage:
    """A running server with one bucket, which anybody may use who has a key, whichever it is."""

    port: int
    _process: subprocess.Popen[bytes] | None = None

    @property
    def environment(self) -> Mapping[str, str]:
        """What the environment says to those who use it."""
        return {
            "AWS_ACCESS_KEY_ID": "tests",
            "AWS_SECRET_ACCESS_KEY": "geheim",
            "AWS_ENDPOINT_URL": f"http://127.0.0.1:{self.port}",
            "AWS_DEFAULT_REGION": "us-east-1",
            "AWS_EC2_METADATA_DISABLED": "true",
        }

    def url(self) -> str:
        """Return a place in the bucket that nobody used before."""
        return f"s3://{BUCKET}/test-{next(_numbers)}"

    def start(self) -> None:
        """Start the server with an empty bucket, and wait until it answers."""
        import requests

        command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(self.port)]
        self._process = subprocess.Popen(
            command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        until = time.monotonic() + 60
        while True:
            try:
                # As boto would, but without boto, whose warnings are none of the tests' affair.
                made = requests.put(f"http://127.0.0.1:{self.port}/{BUCKET}", timeout=30)
            except requests.ConnectionError:
                assert self._process.poll() is None, "the storage ended by itself"
                assert time.monotonic() < until, "the storage did not start"
                time.sleep(0.05)
            else:
                made.raise_for_status()
                return

    def stop(self) -> None:
        """End the server; all that was in it is gone."""
        if self._process is not None:
            self._process.send_signal(signal.SIGKILL)
            self._process.wait(60)
            self._process = None


@contextmanager
def a_storage() -> Iterator[Storage]:
    """A server of our own while this lasts; a test that asks for it is marked ``s3``."""
    need("s3")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    storage = Storage(port)
    try:
        storage.start()
        yield storage
    finally:
        storage.stop()
