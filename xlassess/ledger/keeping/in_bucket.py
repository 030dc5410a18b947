"""Received files kept in a bucket of storage that speaks S3: Amazon's, MinIO's, Ceph's and others.

A file is first copied into a room on this computer, hashed on the way, and read from there; it is
sent before anything is recorded of it. An object appears whole or not at all, under the hash of its
bytes, so that sending it again changes nothing. Names, keys and the place of the server come from
the environment, where every program for S3 looks for them.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import IO, Any, TypeVar

from xlassess.ledger.keeping.kept import Kept, KeptName, copied, ending, hash_of, opened
from xlassess.model.assessment import FilesBucket
from xlassess.model.errors import UsageError, XlassessError

_AT_ONCE = 8
"""Objects sent or fetched at the same time: each mostly waits for the network."""

_PATIENCE: dict[str, Any] = {
    "connect_timeout": 10,
    "read_timeout": 30,
    "retries": {"mode": "standard", "total_max_attempts": 4},
}
"""What botocore is told; its own waits are a minute, several times over."""

_PART = 5 << 20
"""Bytes fetched at once; also what S3 wants of all parts of an upload but the last."""

_One = TypeVar("_One")
_Other = TypeVar("_Other")


@dataclass(frozen=True)
class BucketFiles:
    """The received files of an assessment, in a bucket (`KeptFiles`).

    Args:
        place: the bucket, and the assessment.
        room: a folder of this computer for copies, which goes when the files are closed.
    """

    place: FilesBucket
    room: Path
    _sent: set[str] = field(default_factory=set, repr=False)

    @property
    def where(self) -> str:
        """Where they are, as people read it."""
        return f"{self.place}/"

    def keep(self, source: Path, kind: str = "") -> Kept:
        """Copy a file into the room, under the hash of its bytes; `secure` sends it.

        Raises:
            UsageError: the source cannot be read.
            OSError: there is no room for it.
        """
        with opened(source) as incoming, _unfinished(self.room) as (out, name):
            sha256, size = copied(incoming, out)
            out.close()
            there = next(self.room.glob(f"{sha256}.*"), None)
            if there is None:
                there = name.replace(self.room / f"{sha256}.{ending(kind)}")
            return Kept(sha256, size, there)

    def secure(self, files: Sequence[Kept]) -> None:
        """Send files, several at once; what the bucket has in full is not sent again.

        Raises:
            XlassessError: the bucket cannot be used.
        """
        new = {one.sha256: one for one in files if one.sha256 not in self._sent}
        for sha256 in self._each(self._send, list(new.values())):
            self._sent.add(sha256)

    def discard(self, kept: Kept) -> None:
        """Remove a file of which nothing is recorded.

        Where the key has no right to delete, it stays: `verify` names it.

        Raises:
            XlassessError: the bucket cannot be used.
        """
        with self._told(), suppress(PermissionError):
            for name in self._named(kept.sha256):
                self._bucket.rm_file(name)
        self._sent.discard(kept.sha256)

    def at_hand(self, sha256: str, room: Path) -> Path | None:
        """Bring the file of this hash into a folder of this computer; None without one.

        Raises:
            XlassessError: the bucket cannot be used.
        """
        with self._told():
            found = sorted(self._named(sha256)) if sha256 else []
            if not found:
                return None
            to = room / found[0].rpartition("/")[2]
            self._bucket.get_file(found[0], str(to))
            return to

    def every(self) -> Iterator[KeptName]:
        """Yield every file in the bucket, with the hash that its bytes have now, by name.

        Every byte is fetched: what a bucket itself says of its objects is not proof of them.

        Raises:
            XlassessError: the bucket cannot be used.
        """
        with self._told():
            names = sorted(self._bucket.find(self.place.path))
        yield from self._each(self._hashed, names)

    def sweep(self) -> None:
        """Nothing is left behind in a bucket: an object appears whole or not at all."""

    def _send(self, one: Kept) -> str:
        sizes = self._named(one.sha256).values()
        if one.size not in sizes:
            self._bucket.put_file(str(one.path), self._path_of(one.path.name))
        return one.sha256

    def _hashed(self, name: str) -> KeptName:
        with self._bucket.open(name, "rb", block_size=_PART) as file:
            sha256 = hash_of(file)
        return KeptName(name.rpartition("/")[2], f"s3://{name}", sha256)

    def _named(self, sha256: str) -> dict[str, int]:
        """The objects kept under this hash, whatever their ending, with their sizes."""
        found = self._bucket.find(f"{self.place.path}/{sha256[:2]}", prefix=sha256, detail=True)
        return {name: one["size"] for name, one in found.items()}

    def _path_of(self, name: str) -> str:
        return f"{self.place.path}/{name[:2]}/{name}"

    def _each(self, do: Callable[[_One], _Other], some: Sequence[_One]) -> Iterator[_Other]:
        """Do something with each, several at once, and yield what comes of it in their order."""
        if not some:
            return
        _ = self._bucket  # once, and not by each thread
        pool = ThreadPoolExecutor(min(_AT_ONCE, len(some)))
        try:
            with self._told():
                yield from pool.map(do, some)
        finally:
            pool.shutdown(cancel_futures=True)

    @cached_property
    def _bucket(self) -> Any:
        """The connection; nothing of what is there is remembered.

        Raises:
            UsageError: s3fs is not installed.
        """
        try:
            import s3fs
        except ImportError:
            raise UsageError(
                f"Files are kept in {self.place}, and s3fs is not installed.",
                'Install it with: pip install "xlassess[s3]"',
            ) from None
        return s3fs.S3FileSystem(
            use_listings_cache=False, skip_instance_cache=True, config_kwargs=_PATIENCE
        )

    @contextmanager
    def _told(self) -> Iterator[None]:
        """Say what storage says so that people know what to do.

        Raises:
            XlassessError: the bucket cannot be used.
        """
        _ = self._bucket
        from botocore.exceptions import BotoCoreError

        try:
            yield
        except (BotoCoreError, OSError, TimeoutError) as error:
            if isinstance(error, OSError) and error.filename is not None:
                raise  # about a file on this computer
            raise in_words(error, self.place) from error


_SETUP = (
    "Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY in the environment, and AWS_ENDPOINT_URL "
    "where the storage is not Amazon's. Then run the same command again."
)
_AGAIN = "Then run the same command again: it goes on where it stopped."


_FULL = ("quota", "full", "insufficient storage")
"""What storage says that has no room, in its own words: S3 itself knows no such error."""


def in_words(error: Exception, place: FilesBucket) -> XlassessError:
    """Return what storage said as a sentence, with what to do.

    Args:
        error: what s3fs or botocore raised.
        place: the bucket.
    """
    kind, said = type(error).__name__, " ".join(str(error).split()).rstrip(".")
    if kind in ("NoCredentialsError", "PartialCredentialsError", "CredentialRetrievalError"):
        return XlassessError(f"There is no key for the storage {place}.", _SETUP)
    if kind in ("NoRegionError", "ProfileNotFound", "InvalidRegionError"):
        return XlassessError(f"The storage {place} cannot be used: {said}.", _SETUP)
    if isinstance(error, PermissionError):
        return XlassessError(
            f"The storage {place} does not let this key in, or not do this: {said}.",
            "Check the key in the environment, and ask whoever runs the storage for the right to "
            f"list, read and write there. {_AGAIN}",
        )
    if isinstance(error, FileNotFoundError):
        return XlassessError(
            f"There is no bucket {place.bucket}, or what was in it is gone.",
            "Correct files in assessment.yaml, or ask whoever runs the storage to make the bucket.",
        )
    if any(sign in said.casefold() for sign in _FULL):
        return XlassessError(
            f"The storage {place} is full. Nothing was recorded of files that are not there.",
            f"Ask whoever runs the storage to make room. {_AGAIN}",
        )
    return XlassessError(
        f"The storage {place} cannot be reached, or broke off: {said}. What was being recorded is "
        "on record as a whole or not at all.",
        "Find out whether the storage runs and can be reached, and whether AWS_ENDPOINT_URL is "
        f"right. {_AGAIN}",
    )


@contextmanager
def _unfinished(room: Path) -> Iterator[tuple[IO[bytes], Path]]:
    """A temporary file in the room; gone at the end unless it was renamed."""
    with tempfile.NamedTemporaryFile(dir=room, prefix=".", delete=False) as out:
        path = Path(out.name)
        try:
            yield out.file, path
        finally:
            with suppress(FileNotFoundError):
                path.unlink()
