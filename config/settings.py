"""All settings with their defaults: read from the environment, else .env, else verbatim.toml."""

import contextlib
import difflib
import os
import re
import tomllib
from io import StringIO
from pathlib import Path
from typing import Any, Literal

from dotenv import dotenv_values
from dotenv.parser import parse_stream
from pydantic import Field, SecretStr, ValidationError

from config import ConfigError, groups

PREFIX = "VERBATIM_"
TOML, ENV = "verbatim.toml", ".env"
TOKEN = "DISCORD_TOKEN"  # noqa: S105 - the name of the variable
"""The only variable without the prefix."""
_SECRET = {"token", "discord_token", "address"}
"""The settings whose values never appear in messages."""
_EXPECTED = {"int": "a whole number", "float": "a number", "bool": "true or false"}
_EXPECTED |= {"path": "a path", "tuple": "a list", "string": "a text"}
"""First word of an error's type -> what is expected; pydantic has several sentences for each."""
_MAY_BE_EMPTY = ("TOKEN", "SHARD_IDS", "PROMPT")
"""Ends of names: an empty value of these settings says something, and any other is not set."""
_PLACE = re.compile(r"at line (\d+), column (\d+)\)")
SEEDS = Path(__file__).resolve().parent.parent / "seeds"


class Settings(groups.Group):
    """All settings; immutable."""

    data: Path = Path("data")
    """The folder of the snapshots and the database."""
    seeds: Path = SEEDS if SEEDS.is_dir() else Path("none")
    """The stories of a new shared collection: a folder, or ``none``."""
    model: str = "e5"
    """``e5`` or ``light``, which come in packages, a sentence-transformers name, or a folder."""
    encoder: groups.EncoderSettings = groups.EncoderSettings()
    reranker: str | None = None
    """The hub name or folder of a CrossEncoder, which reorders the best candidates."""
    discord: groups.DiscordSettings = groups.DiscordSettings()
    log: groups.LogSettings = groups.LogSettings()
    fetch: groups.FetchSettings = groups.FetchSettings()
    servers: groups.ServerSettings = groups.ServerSettings()
    store: groups.StoreSettings = groups.StoreSettings()
    watch: groups.WatchSettings = groups.WatchSettings()
    health: groups.HealthSettings = groups.HealthSettings()
    top_k: int = Field(default=3, ge=1, le=10)
    threshold: float | None = Field(default=None, ge=0, le=1)
    """The least confidence of an answer; by default the calibration's own."""
    calibration: Path | None = None
    """A file that ``calibrate`` wrote; by default the one that comes with the model."""
    snapshots_kept: int = Field(default=5, ge=1, le=100)
    gate: float = Field(default=0.05, ge=0, le=1)
    """By how much the share of golden questions that find their passage may fall in a snapshot that
    is published; 0: not at all, 1: by any amount."""
    language: Literal["fr", "en"] = "fr"
    """The language of the terminal, and of Discord users whose own language the bot lacks."""
    discord_token: SecretStr | None = None

    @property
    def token(self) -> str | None:
        """The Discord token, from either setting; None without one."""
        secret = self.discord.token or self.discord_token
        return secret.get_secret_value().strip() or None if secret else None


def load_settings(**overrides: Any) -> Settings:
    """Read all settings, but for ``overrides`` that are not None; raises ConfigError."""
    try:
        settings = Settings(**_read() | {n: v for n, v in overrides.items() if v is not None})
    except ValidationError as error:
        first = error.errors()[0]
        path = [str(part) for part in first["loc"] if not isinstance(part, int)]
        raise ConfigError(
            f"The setting {_variable(*path)} cannot be used: {_explain(first)}."
        ) from None
    if settings.store.search == "database" and not settings.store.url:
        raise ConfigError(
            "VERBATIM_STORE__SEARCH=database needs VERBATIM_STORE__ADDRESS: set both."
        )
    return settings


def _explain(error: Any) -> str:
    """Return what a validation error expects, with the value unless it is secret."""
    text, expected = str(error["msg"]), _EXPECTED.get(error["type"].partition("_")[0])
    if pattern := error.get("ctx", {}).get("pattern"):
        expected = f"an address, such as {'wss' if 'wss' in pattern else 'https'}://example.org"
    elif "long" in error["type"]:
        expected = "a shorter text"
    sentence = f"input should be {expected}" if expected else text[:1].lower() + text[1:]
    is_complete = error["type"] == "sentence" or _SECRET & set(error["loc"])
    return sentence if is_complete else f"{sentence}, not {error['input']!r}"


def _variable(*path: str) -> str:
    """Return a setting's variable: ``"discord", "token"`` -> ``VERBATIM_DISCORD__TOKEN``."""
    name = "__".join(path).upper()
    return name if name == TOKEN or name.startswith(PREFIX) else PREFIX + name


def variables() -> dict[str, tuple[str, ...]]:
    """Return environment variable -> the setting's path: its name, after its group's if any."""
    paths: dict[str, tuple[str, ...]] = {}
    for name, field in Settings.model_fields.items():
        group = field.annotation
        if isinstance(group, type) and issubclass(group, groups.Group):
            paths |= {_variable(name, inner): (name, inner) for inner in group.model_fields}
        else:
            paths[_variable(name)] = (name,)
    return paths


def find_language() -> str:
    """Return the language that the settings name, even if others are not valid."""
    for read in (os.environ.copy, _read_env, _read_toml):
        with contextlib.suppress(ConfigError):
            values = {name.upper(): value for name, value in read().items()}
            if language := values.get("VERBATIM_LANGUAGE"):
                return "en" if language == "en" else "fr"
    return "fr"


def _read() -> dict[str, Any]:
    """Merge the TOML file, ``.env`` and the environment, in this order; raises ConfigError."""
    known = variables()
    merged: dict[str, Any] = {}
    places = {TOML: _read_toml(), ENV: _read_env(), "the environment": os.environ}
    for place, values in places.items():
        upper = {name.upper(): value for name, value in values.items()}
        if unknown := {name for name in upper if name.startswith(PREFIX)} - known.keys():
            raise _unknown(min(unknown), place)
        merged |= {
            n: v for n, v in upper.items() if n in known and (v != "" or n.endswith(_MAY_BE_EMPTY))
        }
    nested: dict[str, Any] = {}
    for name, value in merged.items():
        *group, last = known[name]
        (nested.setdefault(group[0], {}) if group else nested)[last] = value
    return nested


def _unknown(name: str, place: str) -> ConfigError:
    """Return the error for a setting that does not exist, with the most similar that does."""
    near = difflib.get_close_matches(name, variables(), n=1, cutoff=0.85)  # the prefix is alike
    hint = f"Did you mean {near[0]}?" if near else "config/README.md lists the settings."
    return ConfigError(f"There is no setting {name} (found in {place}). {hint}")


def _read_env() -> dict[str, str]:
    """Read ``.env``, without names that have no value; raises ConfigError."""
    try:
        written = Path(ENV).read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{ENV} cannot be read: {error}.") from None
    if lines := [each.original.line for each in parse_stream(StringIO(written)) if each.error]:
        raise ConfigError(
            f"Line {lines[0]} of {ENV} sets nothing: write each setting on a line of its own, such "
            "as VERBATIM_LANGUAGE=fr, and end the quotes that you begin."
        )
    values = dotenv_values(stream=StringIO(written))
    return {name: value for name, value in values.items() if value is not None}


def _read_toml() -> dict[str, Any]:
    """Read ``verbatim.toml`` as environment variables and their values; raises ConfigError.

    ``[discord] token = …`` is ``VERBATIM_DISCORD__TOKEN = …``; both may be written.
    """
    try:
        written = Path(TOML).read_text(encoding="utf-8-sig")
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
    values: dict[str, Any] = {}
    for key, value in table.items():
        if isinstance(value, dict):
            values |= {_variable(key, inner): each for inner, each in value.items()}
        else:
            values[_variable(key)] = value
    return values
