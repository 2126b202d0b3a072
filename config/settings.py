"""Every setting, with its default: from the environment, then .env, then verbatim.toml."""

import difflib
import os
import re
import tomllib
from io import StringIO
from pathlib import Path
from typing import Any, Literal

from dotenv import dotenv_values
from dotenv.parser import parse_stream
from pydantic import BaseModel, Field, SecretStr, ValidationError, ValidationInfo, field_validator

from config import ConfigError
from config.groups import (
    Group,
    HealthSettings,
    Ids,
    ServerSettings,
    ShardIds,
    StoreSettings,
    WatchSettings,
    check_shards,
)

PREFIX = "VERBATIM_"
TOML, ENV = "verbatim.toml", ".env"
TOKEN = "DISCORD_TOKEN"  # noqa: S105 - a name, and no token
"""The one variable without the prefix."""
_SECRET = {"token", "discord_token", "address"}
"""Names of settings whose values are never repeated."""
_ADDRESS = "input should be an address, such as https://example.org"
"""What is said in place of a pattern, which pydantic would show."""
_PATHS = {"VERBATIM_DATA", "VERBATIM_SEEDS", "VERBATIM_CALIBRATION", "VERBATIM_WATCH__FOLDER"}
"""Paths, of which an empty one would be the working folder: it counts as not given."""
_PLACE = re.compile(r"at line (\d+), column (\d+)\)")
SEEDS = Path(__file__).resolve().parent.parent / "seeds"


class EncoderSettings(Group):
    """How the model is run; which one it is, is the setting ``model``."""

    revision: str | None = None
    backend: Literal["torch", "openvino"] = "torch"
    truncate_dim: int | None = Field(default=None, ge=8)
    query_prompt: str | None = None
    """Put before each question; by default what the model itself says."""
    document_prompt: str | None = None
    threads: int = Field(default=1, ge=1, le=256)
    batch_size: int = Field(default=16, ge=1, le=1024)


class DiscordSettings(Group):
    """How the bot presents itself on Discord."""

    token: SecretStr | None = None
    api_base: str | None = None
    """Another Discord-compatible server's REST address, up to ``/api/v10``."""
    gateway: str | None = None
    """Another Discord-compatible server's gateway address."""
    shards: int | None = Field(default=None, ge=0, le=1000)
    """Connections to the gateway in all processes; 0: as many as Discord recommends. None: one,
    which Discord allows up to 2,500 servers."""
    shard_ids: ShardIds = ()
    """Which of them this process has, such as ``0-3``; by default all."""
    guild_id: int | None = None
    """Register the commands on this server alone, at once; by default on all."""
    admin_users: Ids = ()
    admin_roles: Ids = ()
    public: bool = True
    """Whether /ask answers in the channel by default, or to the asker alone."""
    channels: Ids = ()
    """The channels it answers in; empty: all."""
    cooldown_user: float = Field(default=3.0, ge=0, le=3600)
    """Seconds between two questions of one person."""
    cooldown_channel: float = Field(default=0.0, ge=0, le=3600)
    """Seconds between two questions in one channel."""
    keep_questions: bool = False
    """True: keep unanswered questions and feedback texts, as /privacy then says."""
    attachment_megabytes: int = Field(default=20, ge=1, le=20)
    """The most that one file may hold that an admin attaches."""
    answer_timeout: float = Field(default=20.0, gt=0, le=600)
    """Seconds after which a question is answered with what went wrong."""

    @field_validator("shard_ids")
    @classmethod
    def _are_some(cls, ids: tuple[int, ...], info: ValidationInfo) -> tuple[int, ...]:
        """Check that the shards are some of all, where how many that are is a number."""
        if "shards" in info.data:
            check_shards(ids, info.data["shards"])
        return ids

    def has(self, server: int) -> bool:
        """Say whether this process hears of a server.

        Source: https://discord.com/developers/docs/events/gateway#sharding.
        """
        return not self.shard_ids or (server >> 22) % (self.shards or 1) in self.shard_ids


class FetchSettings(Group):
    """How web pages are fetched."""

    seconds: float = Field(default=20.0, gt=0, le=600)
    """How long one page may take, with all that it redirects to."""
    megabytes: int = Field(default=10, ge=1, le=20)
    """The most that one page may hold."""
    contact: str | None = Field(default=None, pattern=r"^[\x21-\x7e]{1,200}$")
    """An address, told to every site that is asked, where its owner can complain."""
    private: bool = False
    """True: pages of the own network too, such as an intranet's. Whoever may add articles can then
    read what only this machine can reach."""


class LogSettings(Group):
    """What is logged and how."""

    level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    format: Literal["text", "json"] = "text"


class Settings(Group):
    """All settings, frozen once read."""

    data: Path = Path("data")
    """Where the corpus, the snapshots and the database live."""
    seeds: Path = SEEDS if SEEDS.is_dir() else Path("none")
    """Stories read in when a new data folder is opened; ``none`` for none."""
    model: str = "e5"
    """``e5`` or ``light``, which come in packages, a sentence-transformers name, or a folder."""
    encoder: EncoderSettings = EncoderSettings()
    reranker: str | None = None
    """A CrossEncoder's hub name or folder, asked about the best candidates."""
    discord: DiscordSettings = DiscordSettings()
    log: LogSettings = LogSettings()
    fetch: FetchSettings = FetchSettings()
    servers: ServerSettings = ServerSettings()
    store: StoreSettings = StoreSettings()
    watch: WatchSettings = WatchSettings()
    health: HealthSettings = HealthSettings()
    top_k: int = Field(default=3, ge=1, le=10)
    threshold: float | None = Field(default=None, ge=0, le=1)
    """The least confidence that is answered; by default the calibration's own."""
    calibration: Path | None = None
    """A file that ``calibrate`` wrote; by default the one that ships for the model."""
    snapshots_kept: int = Field(default=5, ge=1, le=100)
    gate: float = Field(default=0.05, ge=0, le=1)
    """How much the share of the golden questions that find their passage may fall before a new
    snapshot is not published; 0: not at all, 1: as much as it likes."""
    language: Literal["fr", "en"] = "fr"
    """The language of the terminal and of Discord users whose own we do not speak."""
    discord_token: SecretStr | None = None

    @property
    def token(self) -> str | None:
        """The Discord token, from either of its names; None when there is none."""
        secret = self.discord.token or self.discord_token
        return secret.get_secret_value().strip() or None if secret else None


def load_settings(**overrides: Any) -> Settings:
    """Read every setting once; those of the command line, None counting as not given, go first.

    Raises:
        ConfigError: A setting does not exist, or its value does not fit.
    """
    given = {name: value for name, value in overrides.items() if value is not None}
    try:
        return Settings(**_read() | given)
    except ValidationError as error:
        first = error.errors()[0]
        path = [str(part) for part in first["loc"] if not isinstance(part, int)]
        raise ConfigError(
            f"The setting {_variable(*path)} cannot be used: {_explain(first)}."
        ) from None


def _explain(error: Any) -> str:
    """Say what a validation error expects, without the value when it may be secret."""
    text = _ADDRESS if "pattern" in error["type"] else str(error["msg"])
    sentence = text[:1].lower() + text[1:]
    is_whole = error["type"] == "sentence" or _SECRET & set(error["loc"])
    return sentence if is_whole else f"{sentence}, not {error['input']!r}"


def _variable(*path: str) -> str:
    """Return the environment variable of a setting: ``discord, guild_id`` -> its name."""
    name = "__".join(path).upper()
    return name if name == TOKEN or name.startswith(PREFIX) else PREFIX + name


def variables() -> dict[str, tuple[str, ...]]:
    """Return the environment variable of every setting, and where its value stands in them."""
    found: dict[str, tuple[str, ...]] = {}
    for name, field in Settings.model_fields.items():
        group = field.annotation
        if isinstance(group, type) and issubclass(group, BaseModel):
            found |= {_variable(name, inner): (name, inner) for inner in group.model_fields}
        else:
            found[_variable(name)] = (name,)
    return found


def _read() -> dict[str, Any]:
    """Read what is set; the environment wins over .env, that over TOML. Raises as these do."""
    known = variables()
    found: dict[str, Any] = {}
    places = {TOML: _read_toml(), ENV: _read_env(), "the environment": os.environ}
    for place, values in places.items():
        given = {name.upper(): value for name, value in values.items()}
        for name in sorted(given.keys() - known.keys()):
            if name.startswith(PREFIX):
                raise _unknown(name, place)
        found |= {n: v for n, v in given.items() if n in known and (v != "" or n not in _PATHS)}
    nested: dict[str, Any] = {}
    for name, value in found.items():
        *group, last = known[name]
        (nested.setdefault(group[0], {}) if group else nested)[last] = value
    return nested


def _unknown(name: str, place: str) -> ConfigError:
    """Return what is said of a setting that does not exist, with the nearest that does."""
    near = difflib.get_close_matches(name, variables(), n=1)
    hint = f"Did you mean {near[0]}?" if near else "config/README.md lists the settings."
    return ConfigError(f"There is no setting {name} (found in {place}). {hint}")


def _read_env() -> dict[str, str]:
    """Read ``.env``; a name without a value is not given. ConfigError says what is wrong."""
    try:
        written = Path(ENV).read_text(encoding="utf-8")
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{ENV} cannot be read: {error}.") from None
    if lines := [each.original.line for each in parse_stream(StringIO(written)) if each.error]:
        raise ConfigError(
            f"Line {lines[0]} of {ENV} sets nothing: write each setting on a line of its own, such "
            "as VERBATIM_LANGUAGE=fr, and end the quotes that you begin."
        )
    given = dotenv_values(stream=StringIO(written))
    return {name: value for name, value in given.items() if value is not None}


def _read_toml() -> dict[str, Any]:
    """Read ``verbatim.toml``: the names of environment variables, and what they are set to.

    ``[discord] token = …`` is ``VERBATIM_DISCORD__TOKEN = …``; both may be written.

    Raises:
        ConfigError: It is not TOML, or cannot be read.
    """
    try:
        written = Path(TOML).read_text(encoding="utf-8")
        table = tomllib.loads(written)
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise ConfigError(f"{TOML} cannot be read: {error}.") from None
    except UnicodeDecodeError:
        raise ConfigError(f"{TOML} is not UTF-8: save it with this encoding.") from None
    except tomllib.TOMLDecodeError as error:
        where = _PLACE.search(str(error))
        line, column = where.groups() if where else (len(written.splitlines()), 1)
        raise ConfigError(
            f"{TOML} is not TOML from line {line}, column {column} on: write each setting on a "
            'line of its own, such as language = "fr", and texts in quotes.'
        ) from None
    found: dict[str, Any] = {}
    for key, value in table.items():
        if isinstance(value, dict):
            found |= {_variable(key, inner): each for inner, each in value.items()}
        else:
            found[_variable(key)] = value
    return found
