"""What a message to the bot is: a question, thanks, a greeting, a sign, a wish to check; pure."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.translate import Language, Languages

_SHORT = {"check", "thanks", "hello"}
"""What is too short for its language to be told by its small words."""
_WORD = re.compile(r"[^\W_]+")


def judge_any(said: str, languages: Languages) -> tuple[str, Language]:
    """Return what a message is in one of some languages, and that language."""
    guess = languages.guess(said)
    for language in (guess, *languages):
        kind = judge(said, language)
        if kind in _SHORT:
            return kind, language
    return judge(said, guess), guess


def judge(said: str, language: Language) -> str:
    """Return what a message is: ``thanks``, ``hello``, ``sign``, ``check``, or a ``question``.

    Args:
        said: The message, without the mention.
        language: The one that it seems to be in.
    """
    words = _WORD.findall(said.casefold())
    if not words:
        return "sign" if said.strip(" ?") else "nothing"
    folded = " ".join(words)
    for kind in ("check", "thanks", "hello"):
        phrases = {" ".join(_WORD.findall(p)) for p in language(f"{kind}-words").split(",")}
        if folded in phrases:
            return kind
    polite = {word for kind in ("thanks", "hello") for word in _list(language, kind)}
    return "thanks" if "?" not in said and polite.issuperset(words) else "question"


def _list(language: Language, kind: str) -> list[str]:
    return _WORD.findall(language(f"{kind}-words").casefold())
