"""What is kept of people and servers, as values: votes, refused questions, what a server chose."""

from __future__ import annotations

from dataclasses import dataclass


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
