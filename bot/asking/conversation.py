"""What somebody types: a question, thanks, a greeting, a sign, a wish to check; and days; pure."""

import re
from datetime import UTC, date, datetime
from functools import cache

from bot.errors import BotError
from bot.translate import Language, Languages
from embeddings.question.days import read_days as days_named
from embeddings.text.analysis import fold

_SHORT = {"check", "about", "thanks", "hello"}
"""What is too short for its language to be told by its small words."""
_WORD = re.compile(r"[^\W_]+")


def guess_language(said: str, languages: Languages, usual: Language) -> Language:
    """Return the language that a message is in, the ``usual`` one where its words do not tell."""
    guess = languages.guess(said, usual)
    return next((each for each in (guess, *languages) if judge(said, each) in _SHORT), guess)


def judge(said: str, language: Language) -> str:
    """Return what a message is, without the mention, in the language that it seems to be in.

    That is ``check``, ``about``, ``thanks``, ``hello``, ``sign``, ``nothing`` or ``question``.
    """
    words = _WORD.findall(fold(said))
    if not words:
        return "sign" if said.strip(" ?") else "nothing"
    kinds, polite = _phrases(language)
    known = kinds.get(" ".join(words))
    if known is not None:
        return known
    return "thanks" if "?" not in said and polite.issuperset(words) else "question"


@cache
def _phrases(language: Language) -> tuple[dict[str, str], frozenset[str]]:
    """Return what each phrase of the language's lists is, and the words of the polite ones."""
    kinds: dict[str, str] = {}
    polite: set[str] = set()
    for kind in ("check", "about", "thanks", "hello"):
        for phrase in fold(language(f"{kind}-words")).split(","):
            words = _WORD.findall(phrase)
            kinds.setdefault(" ".join(words), kind)
            if kind in {"thanks", "hello"}:
                polite.update(words)
    return kinds, frozenset(polite)


def read_day(text: str | None, *, last: bool = False) -> date | None:
    """Return the day that a text names; of a month or a year the first, or the last.

    Raises:
        BotError: It cannot be read as a date.
    """
    if text is None or not text.strip():
        return None
    found = days_named(text, datetime.now(UTC).date())
    if found is None:
        raise BotError("date", text=text[:40])
    return found.last if last else found.first


def read_days(since: str | None, until: str | None) -> tuple[date | None, date | None]:
    """Return the first and the last day; raises BotError when they are none, or in no order."""
    first, last = read_day(since), read_day(until, last=True)
    if first and last and first > last:
        raise BotError("dates-crossed")
    return first, last
