"""Damages files at random, byte by byte or part by part, as storage and hostile people do."""

from __future__ import annotations

import random
from collections.abc import Callable

from tests.ingest.packages import packed, parts_of

Bytes = Callable[[random.Random, bytes], bytes]


def flip_bits(chance: random.Random, data: bytes) -> bytes:
    spoilt = bytearray(data)
    for _ in range(chance.choice((1, 1, 3, 50))):
        spoilt[chance.randrange(len(spoilt))] ^= 1 << chance.randrange(8)
    return bytes(spoilt)


def flip_in_directory(chance: random.Random, data: bytes) -> bytes:
    """Damage the table of contents at the end, where most harm can be done."""
    spoilt = bytearray(data)
    start = data.find(b"PK\x01\x02")
    for _ in range(chance.choice((1, 2, 5))):
        spoilt[chance.randrange(max(start, 0), len(spoilt))] = chance.randrange(256)
    return bytes(spoilt)


def truncate(chance: random.Random, data: bytes) -> bytes:
    return data[: chance.randrange(len(data))]


def cut_out(chance: random.Random, data: bytes) -> bytes:
    start = chance.randrange(len(data))
    return data[:start] + data[start + chance.randrange(1, 5000) :]


def double(chance: random.Random, data: bytes) -> bytes:
    start = chance.randrange(len(data))
    return data[:start] + data[chance.randrange(len(data)) :]


def drop_parts(chance: random.Random, data: bytes) -> bytes:
    parts = parts_of(data)
    for name in chance.sample(sorted(parts), chance.randrange(1, 4)):
        del parts[name]
    return packed(parts)


def damage_markup(chance: random.Random, data: bytes) -> bytes:
    """Damage the text of a part and pack it properly again, so that no checksum tells."""
    parts = parts_of(data)
    name = chance.choice([name for name in sorted(parts) if name.startswith("xl/")])
    damage = chance.choice((flip_bits, cut_out, double, truncate))
    parts[name] = damage(chance, parts[name] or b"x")
    return packed(parts)


PACKAGE: tuple[Bytes, ...] = (flip_bits, flip_in_directory, truncate, cut_out, double)
