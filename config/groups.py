"""The groups of settings: their base class, their types, and what each setting means."""

import re
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SecretStr,
    ValidationInfo,
    field_validator,
)
from pydantic_core import PydanticCustomError

_BETWEEN_ADDRESSES = re.compile(r'[\s,"]+(?=https?://)')
_DATABASE = re.compile(r"postgres(ql)?://\S+")


def _split(value: object) -> list[str]:
    """Split a list, which may be ``1, 2``, ``[1, 2]``, a TOML array, or a single item."""
    items = value if isinstance(value, list | tuple) else [value]
    return [part for item in items for part in str(item).strip("[] ").replace(",", " ").split()]


def _split_addresses(value: object) -> object:
    """Split addresses at spaces or commas between them; an address may contain commas."""
    if not isinstance(value, str):
        return value
    return [part for part in _BETWEEN_ADDRESSES.split(value.strip(' ,[]"')) if part]


Ids = Annotated[tuple[int, ...], BeforeValidator(_split)]
"""Discord ids: an array in TOML, separated by commas in the environment."""

Address = Annotated[str, Field(pattern=r"^https?://\S+$", max_length=2000)]

Addresses = Annotated[tuple[Address, ...], BeforeValidator(_split_addresses)]
"""Web addresses: an array in TOML, separated by spaces or commas in the environment."""


class Group(BaseModel):
    """The base class of groups of settings: frozen, and without unknown names."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class EncoderSettings(Group):
    """How to run the model, which the setting ``model`` names."""

    revision: str | None = None
    truncate_dim: int | None = Field(default=None, ge=8)
    query_prompt: str | None = None
    """A prefix of each question; by default the model's own."""
    document_prompt: str | None = None
    threads: int = Field(default=1, ge=1, le=256)
    batch_size: int = Field(default=16, ge=1, le=1024)


class FetchSettings(Group):
    """How to fetch web pages."""

    seconds: float = Field(default=20.0, gt=0, le=600)
    """The timeout of one page, redirects included."""
    megabytes: int = Field(default=10, ge=1, le=20)
    """The largest page."""
    contact: str | None = Field(default=None, pattern=r"^[\x21-\x7e]{1,200}$")
    """An address for complaints, sent to every site."""
    private: bool = False
    """Whether to fetch pages of private networks, such as an intranet's. Whoever may add articles
    can then read what only this machine can reach."""


class LogSettings(Group):
    """The level and the format of the log."""

    level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    format: Literal["text", "json"] = "text"


class ServerSettings(Group):
    """The servers' own collections: their limits, and how long they are kept."""

    articles: int = Field(default=500, ge=0)
    """The most articles of a collection; 0, as in the next two: no limit."""
    characters: int = Field(default=5_000_000, ge=0)
    """The most characters of all texts of a collection together."""
    additions: int = Field(default=100, ge=0)
    """The most articles added to a collection within 24 hours."""
    feeds: int = Field(default=5, ge=0, le=100)
    """The most feeds and sitemaps that a server may watch; 0: none."""
    kept_days: float = Field(default=30.0, ge=1, le=3650)
    """Days after which the collection of a server that removed the bot is deleted."""
    open: int = Field(default=32, ge=1, le=10_000)
    """The most collections in memory; the least recently used one is dropped."""
    idle: float = Field(default=60.0, ge=0.1, le=10_080)
    """Minutes without a question after which a collection is dropped from memory."""


class WatchSettings(Group):
    """What to watch for new articles while the bot is on Discord; by default nothing."""

    folder: Path | None = None
    """A folder whose new and changed files are added; a deleted file leaves its article."""
    feeds: Addresses = ()
    """Feeds and sitemaps whose pages are added."""
    interval: int = Field(default=60, ge=15, le=10_080)
    """Minutes between two looks at a feed."""
    debounce: float = Field(default=2.0, ge=0.1, le=600)
    """Seconds for which a file must stay unchanged before it is read."""


def _is_database(address: str) -> bool:
    try:
        hosts = urlsplit(address).netloc.rpartition("@")[2].split(",")  # one, or several to try
        ports = [urlsplit(f"//{host}").port for host in hosts]
        return bool(_DATABASE.fullmatch(address)) and 0 not in ports
    except ValueError:  # the port is no number, or the bracket of an IPv6 address is not closed
        return False


class StoreSettings(Group):
    """Where collections, votes and choices are stored; by default in the data folder."""

    address: SecretStr | None = None
    """``postgresql://user:password@host:port/name``: a database, which all processes share."""
    search: Literal["memory", "database"] = "memory"
    """Where vectors are searched: ``database`` for collections that outgrow this machine."""

    @field_validator("address")
    @classmethod
    def _check_address(cls, value: SecretStr | None) -> SecretStr | None:
        """Refuse anything but an address; an empty one counts as not set."""
        text = value.get_secret_value().strip() if value else ""
        if text and not _is_database(text):
            raise make_error("it must be like postgresql://user:password@host:port/name")
        return SecretStr(text) if text else None

    @property
    def url(self) -> str:
        """The address with its password; empty if the store is in the data folder."""
        return self.address.get_secret_value() if self.address else ""


class HealthSettings(Group):
    """The address of this process's ``/healthz``, ``/readyz`` and ``/metrics``."""

    host: str = Field(default="127.0.0.1", max_length=253)
    """By default only this machine can ask; there is no authentication."""
    port: int | None = Field(default=None, ge=1, le=65_535)
    """None: off."""


_PART = re.compile(r"([0-9]{1,4})(?:-([0-9]{1,4}))?")
"""A shard id or a range of them, of at most four digits."""


def _parse_ids(value: object) -> object:
    """Return the sorted ids of a list of ids and ranges."""
    ids = {number for part in _split(value) for number in _range(part)}
    if not ids:
        raise make_error("it names no shard: give ids and ranges, such as 0-3 or 0,1,2")
    return sorted(ids)


def _range(part: str) -> range:
    match = _PART.fullmatch(part)
    first, last = (int(match[1]), int(match[2] or match[1])) if match else (1, 0)
    if first > last:
        raise make_error(f"{part!r} is no shard: give ids and ranges, such as 0-3 or 0,1,2")
    return range(first, last + 1)


def make_error(sentence: str) -> PydanticCustomError:
    """Return a validation error whose message is a sentence, without the value."""
    return PydanticCustomError("sentence", "{sentence}", {"sentence": sentence})


ShardIds = Annotated[tuple[int, ...], BeforeValidator(_parse_ids)]
"""Ids of shards: ``0-3``, ``0,1,2`` or both; an array in TOML."""


class DiscordSettings(Group):
    """How the bot presents itself on Discord."""

    token: SecretStr | None = None
    api_base: Address | None = None
    """The REST address of another Discord-compatible server, up to ``/api/v10``."""
    gateway: str | None = Field(default=None, pattern=r"^wss?://\S+$")
    """The gateway address of another Discord-compatible server."""
    shards: int | None = Field(default=None, ge=0, le=1000)
    """The number of gateway connections of all processes; 0: as Discord recommends. None: one,
    which Discord allows for up to 2,500 servers."""
    shard_ids: ShardIds = ()
    """The shards of this process, such as ``0-3``; by default all."""
    guild_id: int | None = None
    """Register the commands only on this server, at once; by default on all."""
    admin_users: Ids = ()
    admin_roles: Ids = ()
    public: bool = True
    """Whether /ask answers in the channel by default, or only to the asker."""
    channels: Ids = ()
    """The channels where the bot answers; empty: all."""
    cooldown_user: float = Field(default=3.0, ge=0, le=3600)
    """Seconds between two questions of one person."""
    cooldown_channel: float = Field(default=0.0, ge=0, le=3600)
    """Seconds between two questions in one channel."""
    keep_questions: bool = False
    """Whether to keep unanswered questions and the questions of votes; /privacy says so."""
    attachment_megabytes: int = Field(default=20, ge=1, le=20)
    """The largest file that an admin may attach."""
    answer_timeout: float = Field(default=20.0, gt=0, le=600)
    """Seconds after which a question is answered with an error."""

    @field_validator("shard_ids")
    @classmethod
    def _check_shards(cls, ids: tuple[int, ...], info: ValidationInfo) -> tuple[int, ...]:
        """Check that the ids are below ``shards``, if valid; it must be set."""
        count = info.data.get("shards", max(ids) + 1)
        if not count:
            raise make_error(
                "it says which shards this process has, so set VERBATIM_DISCORD__SHARDS to the "
                "number of all of them, the same in every process"
            )
        if max(ids) >= count:
            raise make_error(
                f"there is no shard {max(ids)}: VERBATIM_DISCORD__SHARDS is {count}, so they are "
                f"0 to {count - 1}"
            )
        return ids

    def has(self, server: int) -> bool:
        """Say whether a server belongs to the shards of this process.

        Source: https://discord.com/developers/docs/events/gateway#sharding.
        """
        return not self.shard_ids or (server >> 22) % (self.shards or 1) in self.shard_ids
