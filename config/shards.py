"""Which connections of many one process has: reading ``0-3`` and ``0,1,8-9``, and what is wrong."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import BeforeValidator
from pydantic_core import PydanticCustomError

_PART = re.compile(r"([0-9]{1,4})(?:-([0-9]{1,4}))?")
"""An id or a range of them; Discord knows no shard past the thousands."""


def _read(value: object) -> object:
    """Read ids and ranges, however they are given, as a list without repetitions."""
    given = value if isinstance(value, list | tuple) else [value]
    parts = [part for each in given for part in str(each).strip("[] ").replace(",", " ").split()]
    ids = {number for part in parts for number in _range(part)}
    if not ids:
        raise wrong("it names no shard: give ids and ranges, such as 0-3 or 0,1,2")
    return sorted(ids)


def _range(part: str) -> range:
    match = _PART.fullmatch(part)
    first, last = (int(match[1]), int(match[2] or match[1])) if match else (1, 0)
    if first > last:
        raise wrong(f"{part!r} is no shard: give ids and ranges, such as 0-3 or 0,1,2")
    return range(first, last + 1)


def wrong(sentence: str) -> PydanticCustomError:
    """Return the error that says a sentence as it is, without repeating the value."""
    return PydanticCustomError("sentence", "{sentence}", {"sentence": sentence})


def check(ids: tuple[int, ...], count: int | None) -> None:
    """Check that ids are some of so many shards.

    Args:
        ids: The shards of this process.
        count: How many there are in all; None where that was not said, 0 where Discord says it.

    Raises:
        PydanticCustomError: They are not.
    """
    if not count:
        raise wrong(
            "it says which shards this process has, so set VERBATIM_DISCORD__SHARDS to the number "
            "of all of them, the same in every process"
        )
    if max(ids) >= count:
        raise wrong(
            f"there is no shard {max(ids)}: VERBATIM_DISCORD__SHARDS is {count}, so they are "
            f"0 to {count - 1}"
        )


ShardIds = Annotated[tuple[int, ...], BeforeValidator(_read)]
"""Ids of shards: ``0-3``, ``0,1,2`` or both; a list in TOML."""
