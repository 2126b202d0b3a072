"""The records of people and servers, as dataclasses; ``schema`` makes a table for each."""

from dataclasses import dataclass

from pydantic import TypeAdapter

from embeddings.types import Filters

_FILTERS = TypeAdapter(Filters)

KEPT_DAYS = 180
"""Days for which votes and questions are kept."""


@dataclass(frozen=True, slots=True)
class Choices:
    """The choices of a server's admins; None leaves a choice to the settings.

    Attributes:
        public: Whether /ask answers in the channel by default.
        channels: The ids of the channels where the bot answers; empty: all.
        cooldown_user: Seconds between two questions of one person.
        cooldown_channel: Seconds between two questions in one channel.
        keep: Whether to keep unanswered questions, and the questions of votes.
        editors: The ids of roles that may change articles without managing the server.
        news: The id of the channel where the newsroom takes questions; 0: none.
        tell: Whether people may ask to be notified when a story answers.
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
    """One person's vote on one answer.

    Attributes:
        answer: The answer's name.
        user: The voter's Discord id.
        guild: The server's id; None in private.
        useful: Whether they found the answer useful.
        article: Digest of the id of the first passage's article.
        paragraph: The number of the first passage in its article.
        digest: The beginning of the first passage's digest.
        reason: Why the answer was not useful.
        question: The question, if the server keeps questions.
        at: The time in UTC, in ISO 8601.
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
    """A refused question, on a server that keeps questions."""

    user: int
    guild: int | None
    question: str
    refusal: str
    at: str = ""


@dataclass(frozen=True, slots=True)
class Watch:
    """A question whose asker wants to be notified once a story answers.

    Attributes:
        user: The asker's Discord id.
        guild: The server's id; None in private.
        channel: The id of the channel for the notification; None: in private.
        question: The question.
        language: The ISO 639-1 code of the asker's language.
        narrowed: The filters, as ``write_filters`` returns them.
        at: The time in UTC, in ISO 8601.
        n: The record's number; 0 before it is stored.
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
        """The filters of the question."""
        return _FILTERS.validate_json(self.narrowed or "{}")


def write_filters(filters: Filters) -> str:
    """Return filters as a JSON object; empty without any."""
    return _FILTERS.dump_json(filters, exclude_defaults=True).decode() if filters else ""


@dataclass(frozen=True, slots=True)
class Inquiry(Watch):
    """A question to the newsroom, always on a server."""

    guild: int


@dataclass(frozen=True, slots=True)
class Unfinished:
    """A question or a change that was acknowledged and not answered yet.

    Attributes:
        token: The interaction's token, with which it can be answered for 15 minutes.
        user: The Discord id of the person.
        guild: The server's id; None in private.
        language: The ISO 639-1 code of the person's language.
        question: The question.
        button: The custom id of the button that began the change; empty for a question.
        private: Whether only the person sees the answer.
        at: The time in UTC, in ISO 8601.
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
        guild: The server's id.
        address: The feed's address.
        channel: The id of the channel where new stories are announced; None: none.
        looked: The time of the last fetch, in seconds since 1970; 0: never.
        memory: A ``FeedMemory`` as a JSON object; empty before the first fetch.
        trouble: Why the last fetch failed; empty if it did not.
        at: The time when the feed was added, in UTC, in ISO 8601.
        n: The record's number; 0 before it is stored.
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
"""The records that have a row each."""
