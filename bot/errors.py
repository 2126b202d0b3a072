"""Turns exceptions into sentences for people, and our own faults into log records with a code.

A person's mistake gets no record and no code. A record never holds a question: of an exception
whose text could quote one, only the class is logged.
"""

import base64
import logging
import secrets
import traceback
from typing import Any

import aiohttp
import discord
from discord import app_commands

from bot.translate import Language, translate
from bot.ui.markup import fit
from embeddings import errors as engine

_log = logging.getLogger(__name__)


class BotError(app_commands.AppCommandError):
    """An error for a person: its sentence's key, without ``error-``, and its values.

    ``code``: a random code, shown to the person and logged for the operator; empty when the fault
    is not ours, such as when somebody may not do something.
    """

    def __init__(self, key: str, code: str = "", **values: Any) -> None:
        super().__init__(key)
        self.key, self.code, self.values = key, code, values

    def say(self, language: Language) -> str:
        """Return the sentence in a language, with the code if there is one."""
        detail = translate(self.values.get("detail", ""), language.code)
        values = self.values | {"detail": fit(detail, _DETAIL)}
        sentence = language(f"error-{self.key}", **values).strip()
        return language("error", sentence=sentence, code=self.code) if self.code else sentence


_PERSON: tuple[tuple[type[BaseException], str], ...] = (
    (engine.UnknownArticle, "article-gone"),
    (engine.UnknownProposal, "proposal-gone"),
    (engine.LimitError, "said"),
    (engine.Overtaken, "said"),
    (engine.InputError, "refused"),
    (engine.GateError, "gate"),
    (engine.BusyError, "busy"),
    (app_commands.CommandNotFound, "command-changed"),
    (app_commands.CommandSignatureMismatch, "command-changed"),
    (app_commands.TransformerError, "bad-option"),
    (app_commands.NoPrivateMessage, "server-only"),
    (app_commands.CheckFailure, "not-allowed"),
    (discord.NotFound, "gone"),
)
_OURS: tuple[tuple[type[BaseException], str], ...] = (
    (TimeoutError, "timeout"),
    (engine.AwayError, "database"),
    (engine.StorageError, "storage"),
    (engine.SnapshotError, "engine"),
    (engine.ModelError, "engine"),
    (discord.DiscordException, "discord"),
    (aiohttp.ClientError, "discord"),
)
_DETAIL = 500
_CLOSED = frozenset({50083, 160005})  # Discord's codes of an archived and of a locked thread
_SAFE_TO_LOG = (
    engine.BusyError,
    engine.StorageError,
    engine.SnapshotError,
    engine.ModelError,
    discord.ConnectionClosed,
    OSError,
)
"""Exceptions whose text is about the machine and never quotes a question."""


def explain(error: BaseException) -> BotError:
    """Return the error to tell a person for an exception; our own faults get a new code."""
    error = unwrap(error)
    if isinstance(error, BotError):
        return error
    if isinstance(error, engine.QuestionError):
        return BotError(f"question-{error.reason.replace('_', '-')}")
    if isinstance(error, engine.BusyError) and error.since:
        return BotError("busy-since", since=discord.utils.format_dt(error.since, "R"))
    if is_forbidden(error):
        return BotError("forbidden")
    for kind, key in _PERSON:
        if isinstance(error, kind):
            has_sentence = isinstance(error, engine.InputError)
            return BotError(key, detail=str(error) if has_sentence else "")
    keys = (key for kind, key in _OURS if isinstance(error, kind))
    code = base64.b32encode(secrets.token_bytes(5)).decode("ascii")[:5]
    return BotError(next(keys, "unexpected"), code=code)


def is_forbidden(error: BaseException) -> bool:
    """Return whether Discord does not let the bot do something: forbidden, or a closed thread."""
    return isinstance(error, discord.Forbidden) or getattr(error, "code", None) in _CLOSED


def unwrap(error: BaseException) -> BaseException:
    """Return the exception that discord.py wrapped, or the exception itself."""
    inner = getattr(error, "original", None)
    return inner if isinstance(inner, BaseException) else error


def report(error: BaseException, where: str, language: Language) -> str:
    """Return an exception's sentence for the person; log our own faults under its code."""
    explained, error = explain(error), unwrap(error)
    if code := explained.code:
        fields = {"code": code, "where": where, "error": type(error).__name__}
        message = "code %s in %s: %s%s"
        _log.error(message, code, where, describe(error), frames(error), extra=fields)
    return explained.say(language)


def describe(error: BaseException) -> str:
    """Describe an exception for the log, without any text that could hold a question."""
    name = type(error).__name__
    if isinstance(error, BotError):
        return f"{name} {error.key}"
    if isinstance(error, discord.HTTPException):
        return f"{name} {error.status} (error code {error.code})"
    return f"{name}: {error}" if isinstance(error, _SAFE_TO_LOG) and str(error) else name


def frames(error: BaseException) -> str:
    """Return an exception's cause and traceback: files, lines and code, without values."""
    places = "".join(traceback.format_tb(error.__traceback__)).rstrip()
    cause = error.__cause__ or error.__context__
    because = f"\nbecause of {describe(cause)}" if cause else ""
    return f"{because}\n{places}" if places else because
