"""What is kept of people and servers, as values; ``schema`` makes a table of each kind."""

from dataclasses import dataclass

from pydantic import TypeAdapter

from embeddings.types import Filters

_FILTERS = TypeAdapter(Filters)

KEPT_DAYS = 180
"""How long votes and questions are kept, in days."""


@dataclass(frozen=True, slots=True)
class Choices:
    """What the admins of one server chose; None where they left it to the settings.

    Attributes:
        public: Whether /ask answers in the channel by default.
        channels: The channels it answers in; empty: all.
        cooldown_user: Seconds between two questions of one person.
        cooldown_channel: Seconds between two questions in one channel.
        keep: Whether unanswered questions and the questions of votes are kept.
        editors: Roles that may change the articles without managing the server.
        news: The channel where the newsroom takes questions; 0: none.
        tell: Whether people may ask to be told when a story answers.
    """

    public: bool | None = None
    channels: tuple[int, ...] | None = None
    cooldown_user: float | None = None
    cooldown_channel: float | None = None
    keep: bool | None = None
    editors: tuple[int, ...] | None = None
    news: int | None = None
    tell: bool | None = None


@dataclass(frozen=True, slots=True)
class Vote:
    """What one person thought of one answer.

    Attributes:
        answer: The answer's name.
        user: Who voted, by Discord's id.
        guild: On which server; None in private.
        useful: What they thought.
        article: Digest of the id of the first passage's article.
        paragraph: Its paragraph there.
        digest: The beginning of the digest of its words.
        reason: Why it was not useful.
        question: The question, where keeping is on.
        at: When, in UTC, as ISO 8601.
    """

    answer: str
    user: int
    guild: int | None
    useful: bool
    article: str
    paragraph: int
    digest: str
    reason: str | None = None
    question: str | None = None
    at: str = ""


@dataclass(frozen=True, slots=True)
class Unanswered:
    """A question that was refused, where keeping is on."""

    user: int
    guild: int | None
    question: str
    refusal: str
    at: str = ""


@dataclass(frozen=True, slots=True)
class Watch:
    """A question whose asker wants to be told once a story answers.

    Attributes:
        user: Who asked, by Discord's id.
        guild: On which server; None in private.
        channel: Where they are told; None: in private.
        question: What they asked.
        language: ISO 639-1 code of theirs.
        narrowed: What it was narrowed to, as ``write_filters`` writes it.
        at: When, in UTC, as ISO 8601.
        n: Its number; 0 before it is kept.
    """

    user: int
    guild: int | None
    channel: int | None
    question: str
    language: str
    narrowed: str = ""
    at: str = ""
    n: int = 0

    @property
    def filters(self) -> Filters:
        """What it was narrowed to."""
        return _FILTERS.validate_json(self.narrowed or "{}")


def write_filters(filters: Filters) -> str:
    """Return filters as a JSON object; empty for none."""
    return _FILTERS.dump_json(filters, exclude_defaults=True).decode() if filters else ""


@dataclass(frozen=True, slots=True)
class Inquiry(Watch):
    """A question that the newsroom was asked, always on a server."""

    guild: int


@dataclass(frozen=True, slots=True)
class Unfinished:
    """A question or a change that was acknowledged, and of which no end is known.

    Attributes:
        token: The interaction's, by which it can be answered for 15 minutes.
        user: Who wants it, by Discord's id.
        guild: On which server; None in private.
        language: ISO 639-1 code of theirs.
        question: What they asked.
        button: The custom id of the button that begins a change; empty: it is a question.
        private: Whether they alone are answered.
        at: When, in UTC, as ISO 8601.
    """

    token: str
    user: int
    guild: int | None
    language: str
    question: str = ""
    button: str = ""
    private: bool = True
    at: str = ""


@dataclass(frozen=True, slots=True)
class Feed:
    """A feed or a sitemap that a server watches.

    Attributes:
        guild: The server.
        address: Where it is.
        channel: Where new stories are announced; None: nowhere.
        looked: When it was last looked at, in seconds since 1970; 0: never.
        memory: What it has given already, as a JSON object; empty before the first look.
        trouble: Why the last look gave nothing; empty where all is well.
        at: Since when, in UTC, as ISO 8601.
        n: Its number; 0 before it is kept.
    """

    guild: int
    address: str
    channel: int | None = None
    looked: float = 0.0
    memory: str = ""
    trouble: str = ""
    at: str = ""
    n: int = 0


Record = Vote | Unanswered | Watch | Inquiry | Unfinished | Feed
"""What is kept as a row of its own."""
