"""The seal: an HMAC over a workbook's identity, and the digest of its questions.

The seal shows that a workbook is one we issued, for whom, and with which questions. It does
not show who filled it in.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterable, Mapping
from dataclasses import MISSING, Field, fields, is_dataclass, replace
from datetime import date
from typing import Any

from xlassess.contract.layout import FURTHER_KEYS
from xlassess.contract.reference import make_reference
from xlassess.model.answer import Identity, Value
from xlassess.model.toolkit import Item, Toolkit

SECRET_BYTES = 32

_IDENTITY = tuple(part.name for part in fields(Identity))


def _canonical(value: object) -> bytes:
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()


def _covered(identity: Identity) -> dict[str, object]:
    """What seal and reference cover; what a workbook has nothing of is left out."""
    whole = {name: getattr(identity, name) for name in _IDENTITY}
    return {key: value for key, value in whole.items() if value or key not in FURTHER_KEYS}


def asks_digest(
    base: str, asked: Iterable[tuple[str, str]], free: Iterable[tuple[str, str]]
) -> str:
    """Return the SHA-256 (hex) of what a query workbook asks.

    Args:
        base: the SHA-256 of the return in which the doubts were found.
        asked: item and field of each place to be filled in anew.
        free: item and field of each further place that may be changed.
    """
    return hashlib.sha256(_canonical([base, list(asked), list(free)])).hexdigest()


def given_digest(
    how: str, round_name: str, values: Mapping[tuple[str, str], Value], filled: Iterable[str],
    apart: Iterable[str] = (),
) -> str:  # fmt: skip
    """Return what a workbook shows of last time, as it is sealed: how much, and a SHA-256 (hex).

    Args:
        how: "facts" or "all".
        round_name: the round the answers are from.
        values: the answers, by item and field as they are now.
        filled: the items of those that stand in the cells and not beside them.
        apart: the items beside which stands that they are not comparable.
    """
    said = [[*place, _plain(value)] for place, value in sorted(values.items())]
    covered = [how, round_name, said, sorted(filled), *([sorted(apart)] if apart else [])]
    return f"{how} {hashlib.sha256(_canonical(covered)).hexdigest()}"


def _plain(value: Value) -> str | float:
    return value.isoformat() if isinstance(value, date) else value


def questions_digest(toolkit: Toolkit) -> str:
    """Return the SHA-256 (hex) of everything in a toolkit that a respondent answers to.

    Covers sections, items and scales with their order and wording, and the scoring; not the
    publisher's details or the version, so that a changed question under an unchanged version
    shows, nor what answers may be compared with. A field that holds its default is left out, so
    that a field the model gains later leaves the digests of issued workbooks as they are.
    """
    parts = ("id", "scales", "sections", "closing", "views", "scoring", "action_plan")
    covered = {part: _stated(getattr(toolkit, part)) for part in parts}
    covered["scales"] = [[name, _stated(scale)] for name, scale in toolkit.scales.items()]
    return hashlib.sha256(_canonical(covered)).hexdigest()


_NOT_ASKED = ("follows", "comparable", "past")
"""Fields of an item that say what its answers may be compared with, and which of them are asked
about: no respondent meets them, and they can be put right after workbooks are issued."""


def question_digest(toolkit: Toolkit, item: Item) -> str:
    """Return the SHA-256 (hex) of one question with its scale and views, its short name aside."""
    scale = toolkit.scales.get(item.answer)
    views = [_stated(toolkit.view(view)) for view in item.views]
    covered = [_stated(replace(item, short="")), _stated(scale), views]
    return hashlib.sha256(_canonical(covered)).hexdigest()


def _stated(value: object) -> object:
    """Return a part of a toolkit in plain values, without the fields that hold their default."""
    if isinstance(value, tuple):
        return [_stated(part) for part in value]
    if not is_dataclass(value):
        return value
    return {
        part.name: _stated(stated)
        for part in fields(value)
        if not (isinstance(value, Item) and part.name in _NOT_ASKED)
        if (stated := getattr(value, part.name)) != _default(part)
    }


def _default(part: Field[Any]) -> object:
    return part.default if part.default_factory is MISSING else part.default_factory()


def seal(identity: Identity, secret: bytes) -> str:
    """Return the seal (64 hex digits): HMAC-SHA256 of the identity under the secret."""
    return hmac.new(secret, b"seal" + _canonical(_covered(identity)), hashlib.sha256).hexdigest()


def seal_holds(identity: Identity, secret: bytes, claimed: str) -> bool:
    """True when the claimed seal is the one this identity has; compared in constant time."""
    return hmac.compare_digest(seal(identity, secret).encode(), claimed.strip().lower().encode())


def reference_for(identity: Identity, secret: bytes, attempt: int = 0) -> str:
    """Return the reference of a workbook; the same identity always has the same one.

    Args:
        identity: whose workbook, with which questions.
        secret: the assessment's secret.
        attempt: raised by one when the reference is already another workbook's.
    """
    message = b"reference" + bytes([attempt]) + _canonical(_covered(identity))
    return make_reference(hmac.new(secret, message, hashlib.sha256).digest())


def sheet_password(secret: bytes) -> str:
    """Return the password of sheet protection: random per assessment, kept nowhere else.

    Protection is a guard rail against slips, not security.
    """
    return hmac.new(secret, b"protection", hashlib.sha256).hexdigest()[:15]
