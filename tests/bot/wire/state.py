"""What the fake Discord knows: people, servers, channels, messages and commands."""

from __future__ import annotations

import asyncio
import itertools
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tests.bot.wire.rules import ApiError
from tests.waiting import PATIENCE, Elapsed

if TYPE_CHECKING:
    from collections.abc import Callable

Json = dict[str, Any]

EPOCH = 1_420_070_400.0
"""Discord ids count milliseconds from 2015-01-01T00:00:00Z."""
EVERYTHING = (1 << 50) - 1
MEMBER = 1 << 10 | 1 << 11 | 1 << 14 | 1 << 15 | 1 << 16 | 1 << 31
"""View, send, embed, attach, read the history, use application commands."""
READ_LOG = 1 << 7
ADMIN = MEMBER | 1 << 3 | 1 << 5
"""A member's, with Administrator and Manage Server."""


class Clock:
    """The server's time of day, and the time that passes for bots; a test may push both forward.

    Attributes:
        elapsed: The time that passes for a bot in this process, and in those that it counts too.
    """

    def __init__(self) -> None:
        self._ahead = 0.0
        self.elapsed = Elapsed()

    def now(self) -> float:
        return time.time() + self._ahead

    def passed(self) -> float:
        return self.elapsed.seconds() + self._ahead

    def advance(self, seconds: float) -> None:
        self._ahead += seconds


class Changes:
    """Lets tests wait for something to become true, without polling."""

    def __init__(self) -> None:
        self._waiting: list[tuple[Callable[[], object], asyncio.Future[None]]] = []

    def notify(self) -> None:
        for predicate, future in self._waiting:
            if not future.done() and predicate():
                future.set_result(None)

    async def until(self, predicate: Callable[[], object], seconds: float = PATIENCE) -> None:
        """Return once ``predicate()`` holds; TimeoutError after so many seconds."""
        if predicate():
            return
        entry = (predicate, asyncio.get_running_loop().create_future())
        self._waiting.append(entry)
        try:
            await asyncio.wait_for(entry[1], seconds)
        finally:
            self._waiting.remove(entry)


@dataclass(eq=False)
class User:
    id: int
    name: str
    bot: bool = False
    locale: str = "fr"
    takes_messages: bool = True
    """Whether the bot may write to this person in private; otherwise 50007."""

    def payload(self) -> Json:
        name = {"username": self.name, "global_name": self.name, "discriminator": "0"}
        return {"id": str(self.id), "avatar": None, "bot": self.bot, "public_flags": 0, **name}


@dataclass(eq=False)
class Channel:
    """A text channel of a server, a thread below one, or a conversation with one person."""

    id: int
    name: str
    guild: Guild | None = None
    recipient: User | None = None
    above: Channel | None = None
    """The channel that it is a thread of."""
    can_view: bool = True
    """Whether the bot sees it; otherwise 50001."""
    can_send: bool = True
    """Whether the bot may speak in it; otherwise 50013."""
    is_closed: bool = False
    """Whether it is a thread that was archived and locked, which takes nothing; 50083."""
    can_read: bool = True
    """Whether the bot may read what was written before, and so reply to it; otherwise 160002."""

    def check_open(self) -> None:
        """Raise ApiError if it takes nothing any more."""
        if self.is_closed:
            raise ApiError(400, 50083, "Thread is archived")

    def payload(self) -> Json:
        if self.recipient is not None:
            return {"id": str(self.id), "type": 1, "recipients": [self.recipient.payload()]}
        place: Json = {"position": 0, "parent_id": None, "permission_overwrites": [], "nsfw": False}
        if self.above is not None:
            since = "2020-01-01T00:00:00+00:00"
            state = {"archived": False, "auto_archive_duration": 60, "archive_timestamp": since}
            counts = {"message_count": 0, "member_count": 1, "owner_id": "1"}
            place = {"parent_id": str(self.above.id), "name": self.name, "type": 11}
            return {"id": str(self.id), **place, **counts, "thread_metadata": state}
        kind = {"type": 0, "name": self.name, "topic": None, "rate_limit_per_user": 0}
        return {"id": str(self.id), **kind, **place, "last_message_id": None}


@dataclass(eq=False)
class Member:
    user: User
    permissions: int = MEMBER
    roles: tuple[int, ...] = ()

    def payload(self) -> Json:
        roles = [str(role) for role in self.roles]
        since = "2020-01-01T00:00:00+00:00"
        who = {"user": self.user.payload(), "nick": None, "avatar": None, "flags": 0}
        voice = {"deaf": False, "mute": False}
        return who | voice | {"roles": roles, "joined_at": since, "pending": False}

    def in_interaction(self) -> Json:
        return self.payload() | {"permissions": str(self.permissions)}


@dataclass(eq=False)
class Guild:
    id: int
    name: str
    locale: str = "fr"
    installed: bool = True
    """Whether the bot is a member; otherwise only its users brought it along."""
    members: dict[int, Member] = field(default_factory=dict)
    channels: list[Channel] = field(default_factory=list)
    roles: dict[int, str] = field(default_factory=dict)
    is_community: bool = False
    """Whether it chose a language of its own; otherwise Discord says English for all."""
    greets: bool = False
    """Whether newcomers are greeted in its first channel."""
    inviter: User | None = None
    """Who added the bot, where it may read the log that says so."""

    def role(self, id_: int) -> Json:
        """A role, or what everybody may, under the server's own id."""
        name = self.roles.get(id_, "@everyone")
        rank = {"position": 0 if id_ == self.id else 1, "color": 0, "hoist": False}
        plain = {"managed": False, "mentionable": False, "flags": 0}
        may = MEMBER | (READ_LOG if self.inviter else 0)
        return {"id": str(id_), "name": name, "permissions": str(may), **rank, **plain}

    def payload(self) -> Json:
        """GUILD_CREATE's."""
        roles = [self.role(id_) for id_ in (self.id, *self.roles)]
        return {"id": str(self.id), "name": self.name, "unavailable": False, "roles": roles} | {
            "owner_id": "1",
            "preferred_locale": self.locale,
            "member_count": len(self.members),
            "members": [m.payload() for m in self.members.values()],
            "channels": [c.payload() for c in self.channels],
            "system_channel_id": str(self.channels[0].id) if self.greets else None,
            "features": ["COMMUNITY"] if self.is_community else [],
            **dict.fromkeys(("threads", "emojis", "stickers", "presences"), ()),
            **dict.fromkeys(("voice_states", "stage_instances", "guild_scheduled_events"), ()),
        }


class World:
    """Everything that outlives a connection."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self._counter = itertools.count()
        self.bot = User(self.snowflake(), "Verbatim", bot=True)
        self.owner_id = 1
        """Who owns the application: nobody whom a test knows, unless it says so."""
        self.users = {self.bot.id: self.bot}
        self.guilds: dict[int, Guild] = {}
        self.channels: dict[int, Channel] = {}
        self.messages: dict[int, Json] = {}
        self.files: dict[int, tuple[str, bytes]] = {}
        self.commands: dict[int | None, list[Json]] = {}
        """Registered commands, by server; those of all servers under None."""
        self.cdn = ""
        """Where uploads are served, once the server listens."""
        self.broken: list[BaseException] = []
        """What broke in the fake itself; no test may end with one."""

    @property
    def application_id(self) -> int:
        return self.bot.id

    def snowflake(self) -> int:
        return int((self.clock.now() - EPOCH) * 1000) << 22 | next(self._counter) & 0x3FFFFF

    def add_user(self, name: str, *, locale: str = "fr") -> User:
        user = User(self.snowflake(), name, locale=locale)
        self.users[user.id] = user
        return user

    def add_guild(
        self, name: str, *, locale: str = "fr", installed: bool = True, **about: Any
    ) -> Guild:
        guild = Guild(self.snowflake(), name, locale, installed, **about)
        self.guilds[guild.id] = guild
        if installed:
            guild.members[self.bot.id] = Member(self.bot, EVERYTHING)
        self.add_channel(guild, "général")
        return guild

    def add_channel(self, guild: Guild, name: str, **may: bool) -> Channel:
        channel = Channel(self.snowflake(), name, guild, **may)
        guild.channels.append(channel)
        self.channels[channel.id] = channel
        return channel

    def add_role(self, guild: Guild, name: str) -> int:
        """Add a role to a server; return its id."""
        id_ = self.snowflake()
        guild.roles[id_] = name
        return id_

    def add_thread(self, above: Channel, name: str) -> Channel:
        thread = Channel(self.snowflake(), name, above.guild, above=above)
        self.channels[thread.id] = thread
        return thread

    def dm(self, user: User) -> Channel:
        """The conversation between this person and the bot, opened when there is none."""
        for channel in self.channels.values():
            if channel.recipient is user:
                return channel
        channel = Channel(self.snowflake(), user.name, recipient=user)
        self.channels[channel.id] = channel
        return channel

    def home(self, user: User) -> Channel:
        """Where a person is when a test does not say: their first server, or else a DM."""
        for guild in self.guilds.values():
            if user.id in guild.members:
                return guild.channels[0]
        return self.dm(user)
