"""Settings that belong together: what the groups share, and those of the bot's running."""

import re
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, SecretStr, field_validator
from pydantic_core import PydanticCustomError

_BETWEEN_ADDRESSES = re.compile(r'[\s,"]+(?=https?://)')
_DATABASE = re.compile(r"postgres(ql)?://\S+")


def _split(value: object) -> list[str]:
    """Read a list, however it is given: ``1, 2``, ``[1, 2]``, one of TOML, or one part alone."""
    given = value if isinstance(value, list | tuple) else [value]
    return [part for each in given for part in str(each).strip("[] ").replace(",", " ").split()]


def _split_addresses(value: object) -> object:
    """Read addresses with spaces or commas between them as a list; an address may hold commas."""
    if not isinstance(value, str):
        return value
    return [part for part in _BETWEEN_ADDRESSES.split(value.strip(' ,[]"')) if part]


Ids = Annotated[tuple[int, ...], BeforeValidator(_split)]
"""Discord ids: a list in TOML, separated by commas in the environment."""

Address = Annotated[str, Field(pattern=r"^https?://\S+$", max_length=2000)]

Addresses = Annotated[tuple[Address, ...], BeforeValidator(_split_addresses)]
"""Web addresses: a list in TOML, separated by spaces or commas in the environment."""


class Group(BaseModel):
    """Settings that belong together: frozen, and with no name that does not exist."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class ServerSettings(Group):
    """Servers' own collections: what each may hold, and what becomes of it in the end."""

    articles: int = Field(default=500, ge=0)
    """The most articles; 0: as many as one likes, here and in the next two."""
    characters: int = Field(default=5_000_000, ge=0)
    """The most characters that their texts may have together."""
    additions: int = Field(default=100, ge=0)
    """The most articles that may be added within 24 hours."""
    feeds: int = Field(default=5, ge=0, le=100)
    """The most feeds and sitemaps that may be watched; 0: none."""
    kept_days: float = Field(default=30.0, ge=1, le=3650)
    """Days after which the collection of a server that removed the bot is deleted."""
    open: int = Field(default=32, ge=1, le=10_000)
    """The most collections that are kept in memory; the one that was asked longest ago goes."""
    idle: float = Field(default=60.0, ge=0.1, le=10_080)
    """Minutes without a question after which one is taken out of memory."""


class WatchSettings(Group):
    """Where articles come from by themselves while the bot is on Discord; nowhere by default."""

    folder: Path | None = None
    """New and changed files in it are added; one that disappears leaves its article as it is."""
    feeds: Addresses = ()
    """Feeds and sitemaps whose pages are added."""
    interval: int = Field(default=60, ge=15, le=10_080)
    """Minutes between two looks at a feed."""
    debounce: float = Field(default=2.0, ge=0.1, le=600)
    """Seconds for which a file must stay as it is before it is read."""


def _is_database(address: str) -> bool:
    try:
        hosts = urlsplit(address).netloc.rpartition("@")[2].split(",")  # one, or several to try
        ports = [urlsplit(f"//{host}").port for host in hosts]
        return bool(_DATABASE.fullmatch(address)) and 0 not in ports
    except ValueError:  # a port that is none, or an address of IPv6 that is not closed
        return False


class StoreSettings(Group):
    """Where collections, votes and choices are kept; by default in the data folder."""

    address: SecretStr | None = None
    """``postgresql://user:password@host:port/name``: in that database, shared by all processes."""
    search: Literal["memory", "database"] = "memory"
    """Where vectors are compared: ``database`` for collections that outgrow this machine."""

    @field_validator("address")
    @classmethod
    def _is_one(cls, given: SecretStr | None) -> SecretStr | None:
        """Refuse what is no address; nothing at all means that there is none."""
        text = given.get_secret_value().strip() if given else ""
        if text and not _is_database(text):
            raise wrong("it must be like postgresql://user:password@host:port/name")
        return SecretStr(text) if text else None

    @property
    def url(self) -> str:
        """The address with its password; empty: the data folder is the store."""
        return self.address.get_secret_value() if self.address else ""


class HealthSettings(Group):
    """Where this process says how it is: ``/healthz``, ``/readyz`` and ``/metrics``."""

    host: str = Field(default="127.0.0.1", min_length=1, max_length=253)
    """By default this machine alone; nobody is asked who they are."""
    port: int | None = Field(default=None, ge=1, le=65_535)
    """None: nowhere."""


_PART = re.compile(r"([0-9]{1,4})(?:-([0-9]{1,4}))?")
"""An id or a range of them; Discord knows no shard past the thousands."""


def _read(value: object) -> object:
    """Read ids and ranges, however they are given, as a list without repetitions."""
    ids = {number for part in _split(value) for number in _range(part)}
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


def check_shards(ids: tuple[int, ...], count: int | None) -> None:
    """Check that ids are some of so many shards; None where that was not said, 0: Discord says it.

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
