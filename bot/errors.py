"""Exception -> one sentence for the person; and for what is ours to mend, a record and a code.

A mistake of the reader has neither: there is nothing for the operator to look at. The record never
holds a question: of an exception that could quote one, only the class is told.
"""

from __future__ import annotations

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
    """What a person is told: the key of its sentence, without ``error-``, and the values in it.

    ``code`` is the short name that the person and the operator share; empty where nothing is ours
    to mend, such as what somebody cannot do now.
    """

    def __init__(self, key: str, code: str = "", **values: Any) -> None:
        super().__init__(key)
        self.key, self.code, self.values = key, code, values

    def say(self, language: Language) -> str:
        """Return the sentence, with its code where there is one."""
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
    (discord.Forbidden, "forbidden"),
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
_TELLING = (
    engine.BusyError,
    engine.StorageError,
    engine.SnapshotError,
    engine.ModelError,
    discord.ConnectionClosed,
    OSError,
)
"""Exceptions whose text is about the machine, and never quotes a question."""


def explain(error: BaseException) -> BotError:
    """Return what to tell of an exception."""
    error = unwrap(error)
    if isinstance(error, BotError):
        return error
    if isinstance(error, engine.QuestionError):
        return BotError(f"question-{error.reason.replace('_', '-')}")
    if isinstance(error, engine.BusyError) and error.since:
        return BotError("busy-since", since=f"<t:{int(error.since.timestamp())}:R>")
    for kind, key in _PERSON:
        if isinstance(error, kind):
            is_said = isinstance(error, engine.InputError)  # in its own sentence
            return BotError(key, detail=str(error) if is_said else "")
    found = (key for kind, key in _OURS if isinstance(error, kind))
    code = base64.b32encode(secrets.token_bytes(5)).decode("ascii")[:5]
    return BotError(next(found, "unexpected"), code=code)


def unwrap(error: BaseException) -> BaseException:
    """Return what went wrong inside a command."""
    inner = getattr(error, "original", None)
    return inner if isinstance(inner, BaseException) else error


def report(trouble: BotError, error: BaseException, where: str) -> None:
    """Write the one record that the operator finds by the code; none of a mistake."""
    if not trouble.code:
        return
    error = unwrap(error)
    known = {"code": trouble.code, "where": where, "error": type(error).__name__}
    told = "code %s in %s: %s%s"
    _log.error(told, trouble.code, where, describe(error), frames(error), extra=known)


def describe(error: BaseException) -> str:
    """Name an exception, with no more of its text than cannot hold a question."""
    name = type(error).__name__
    if isinstance(error, BotError):
        return f"{name} {error.key}"
    if isinstance(error, discord.HTTPException):
        return f"{name} {error.status} (error code {error.code})"
    return f"{name}: {error}" if isinstance(error, _TELLING) and str(error) else name


def frames(error: BaseException) -> str:
    """Return where it happened: files, lines and code, without the values."""
    places = "".join(traceback.format_tb(error.__traceback__)).rstrip()
    cause = error.__cause__ or error.__context__
    because = f"\nbecause of {describe(cause)}" if cause else ""
    return f"{because}\n{places}" if places else because
