"""The bucket that the settings name for received files: where it is, and never a key."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from xlassess.assessment.database import id_in, place_in
from xlassess.files.yaml_file import Loc, Remark
from xlassess.model.assessment import FilesBucket

FILES = "files"
"""The setting."""

_USUAL = "Write it as s3://BUCKET or s3://BUCKET/PREFIX."
_SAYS_FILES = re.compile(rb"^[^#\n]*files", re.MULTILINE)
"""Somewhere but in a remark: settings are taken apart for every command only where they say so."""

_BUCKET = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
"""Amazon S3 User Guide, "General purpose bucket naming rules"."""

_PART = re.compile(r"(?!\.+$)[\w.=-]{1,100}", re.ASCII)


def files_remarks(written: str) -> Iterator[Remark]:
    """Yield what is wrong with the URL of a bucket; what may hold a key is not repeated.

    Args:
        written: the URL as somebody wrote it.
    """
    loc: Loc = (FILES,)
    scheme, colon, rest = written.partition("://")
    bucket, *parts = rest.rstrip("/").split("/")
    if "@" in written or ":" in rest or "?" in rest:
        said = "There is more in this URL than a bucket and a prefix."
        hint = f"{_USUAL} A key, and the place of the server, belong into the environment."
        yield loc, said, hint
    elif scheme != "s3" or not colon:
        hint = f"{_USUAL} Without it, files are kept in the folder returns."
        yield loc, "This is not the URL of a bucket.", hint
    elif not _BUCKET.fullmatch(bucket):
        hint = "Buckets have names of 3 to 63 small letters, digits, dots and hyphens."
        yield loc, f"'{bucket}' cannot be the name of a bucket.", hint
    elif not all(_PART.fullmatch(part) for part in parts):
        hint = "Use letters, digits, dots, hyphens and underscores, with single slashes between."
        yield loc, "The prefix of the bucket cannot be used.", hint


def named_bucket(settings: bytes, name: str) -> FilesBucket | None:
    """Return the bucket that settings name for received files; None where it is a folder.

    Args:
        settings: the content of the settings.
        name: the name of their file.

    Raises:
        FileError: the settings cannot be read, or no bucket can be meant by what they say.
    """
    return _named(settings, name) if _SAYS_FILES.search(settings) else None


@lru_cache(maxsize=8)
def _named(settings: bytes, name: str) -> FilesBucket | None:
    url = place_in(settings, name, FILES, files_remarks)
    return FilesBucket(url.rstrip("/"), id_in(settings, name)) if url else None
