"""The fake Discord as a test uses it: two sockets on this machine, and a person's hands."""

from __future__ import annotations

import contextlib
import socket
from typing import TYPE_CHECKING, Any, Self

from aiohttp import web

from tests.bot.wire.faults import Faults
from tests.bot.wire.gateway import Gateway
from tests.bot.wire.interactions import Interactions
from tests.bot.wire.messages import Messages
from tests.bot.wire.people import Actor, People
from tests.bot.wire.rest import Rest
from tests.bot.wire.state import MEMBER, Changes, Clock, Member, World
from tests.bot.wire.trouble import Trouble
from tests.waiting import PATIENCE

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType

    from tests.bot.wire.interactions import Interaction
    from tests.bot.wire.state import Channel, Guild, Json, User

PREFIX = "/api/v10"
TOKEN = "wire.test.token"


class FakeDiscord(Trouble):
    """A Discord of one bot; an async context manager.

    Args:
        gateway_up: False: the gateway's port refuses connections until ``start_gateway``.
        compress: Whether a client that asks for zlib-stream gets it; otherwise text frames.
    """

    def __init__(self, *, gateway_up: bool = True, compress: bool = True) -> None:
        self.token = TOKEN
        self.clock = Clock()
        self.changes = Changes()
        self.world = World(self.clock)
        self.gateway = Gateway(self.world, self.changes, TOKEN, compress=compress)
        self.messages = Messages(self.world, self.gateway, self.changes)
        self.interactions = Interactions(self.world, self.messages, self.changes)
        self.faults = Faults(self.world, self.changes, PREFIX)
        self.people = People(self.world, self.gateway, self.messages, self.interactions)
        self._gateway_up = gateway_up
        self._runners: list[web.AppRunner] = []
        self._gateway_socket: socket.socket | None = None

    async def __aenter__(self) -> Self:
        rest = Rest(self.world, self.gateway, self.messages, TOKEN)
        app = web.Application(middlewares=[self.faults.middleware], client_max_size=1 << 25)
        app.add_routes([*rest.routes(PREFIX), *self.interactions.routes(PREFIX)])
        listening = _bound()
        await web.SockSite(await self._runner(app), listening).start()
        self.world.cdn = "http://{}:{}".format(*listening.getsockname())
        self.api_base = self.world.cdn + PREFIX
        self._gateway_socket = _bound()
        self.gateway.url = "ws://{}:{}".format(*self._gateway_socket.getsockname())
        if self._gateway_up:
            await self.start_gateway()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.drop_sockets()
        for runner in self._runners:
            await runner.cleanup()
        if self._gateway_socket is not None:
            self._gateway_socket.close()
        if kind is None:
            assert not self.world.broken, f"the fake itself broke: {self.world.broken}"

    async def _runner(self, app: web.Application) -> web.AppRunner:
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.5)
        await runner.setup()
        self._runners.append(runner)
        return runner

    async def start_gateway(self) -> None:
        """Let the gateway's port listen, which refused connections until now."""
        assert self._gateway_socket is not None
        app = web.Application()
        app.add_routes([web.get("/", self.gateway.handle)])
        await web.SockSite(await self._runner(app), self._gateway_socket).start()

    async def until(self, predicate: Callable[[], object], seconds: float = PATIENCE) -> None:
        """Wait until something about this server is true; TimeoutError otherwise."""
        await self.changes.until(predicate, seconds)

    async def connected(self) -> None:
        """Wait until a client is identified or resumed."""
        await self.until(self.online)

    def online(self) -> bool:
        return any(session.connection for session in self.gateway.sessions.values())

    def ops(self, *wanted: int) -> list[int]:
        """The opcodes that clients sent, by default IDENTIFY and RESUME alone."""
        return [op for op, _ in self.gateway.received if op in (wanted or (2, 6))]

    # The place

    def add_guild(
        self, name: str, *, locale: str = "fr", installed: bool = True, **about: Any
    ) -> Guild:
        guild = self.world.add_guild(name, locale=locale, installed=installed, **about)
        if installed:
            joined = guild.payload()
            del joined["unavailable"]  # which is of servers that were there before
            self.gateway.dispatch("GUILD_CREATE", joined)
        return guild

    def add_channel(self, guild: Guild, name: str, **may: bool) -> Channel:
        channel = self.world.add_channel(guild, name, **may)
        if guild.installed:
            event = channel.payload() | {"guild_id": str(guild.id)}
            self.gateway.dispatch("CHANNEL_CREATE", event)
        return channel

    def add_role(self, guild: Guild, name: str) -> Json:
        """Add a role to a server; return it as options take it."""
        role = guild.role(self.world.add_role(guild, name))
        event = {"guild_id": str(guild.id), "role": role}
        self.gateway.dispatch("GUILD_ROLE_CREATE", event)
        return role

    def remove_channel(self, channel: Channel) -> None:
        """Delete a server's channel."""
        assert channel.guild
        channel.guild.channels.remove(channel)
        del self.world.channels[channel.id]
        event = channel.payload() | {"guild_id": str(channel.guild.id)}
        self.gateway.dispatch("CHANNEL_DELETE", event)

    def remove_role(self, guild: Guild, role: Json) -> None:
        """Delete a server's role."""
        del guild.roles[int(role["id"])]
        event = {"guild_id": str(guild.id), "role_id": role["id"]}
        self.gateway.dispatch("GUILD_ROLE_DELETE", event)

    def add_thread(self, above: Channel, name: str) -> Channel:
        thread = self.world.add_thread(above, name)
        event = thread.payload() | {"guild_id": str(above.guild.id) if above.guild else None}
        self.gateway.dispatch("THREAD_CREATE", event)
        return thread

    def add_member(
        self,
        guild: Guild,
        name: str,
        *,
        permissions: int = MEMBER,
        roles: tuple[int, ...] = (),
        locale: str = "fr",
    ) -> User:
        user = self.world.add_user(name, locale=locale)
        guild.members[user.id] = Member(user, permissions, roles)
        return user

    def make_operator(self, user: User) -> None:
        """Give somebody the application."""
        self.world.owner_id = user.id

    # What people do

    def _actor(
        self, user: User, channel: Channel | None = None, locale: str | None = None
    ) -> Actor:
        return Actor(user, channel or self.world.home(user), locale or user.locale)

    def _at(self, message: Json, user: User, locale: str | None) -> Actor:
        return self._actor(user, self.world.channels[int(message["channel_id"])], locale)

    async def slash(
        self,
        name: str,
        options: Json | None = None,
        *,
        user: User,
        channel: Channel | None = None,
        locale: str | None = None,
    ) -> Interaction:
        return self.people.command(self._actor(user, channel, locale), name, options or {})

    async def autocomplete(
        self, name: str, focus: str, text: str, *, user: User, options: Json | None = None
    ) -> list[Json]:
        """The suggestions that a person sees while typing ``text`` into the option ``focus``."""
        typed = (options or {}) | {focus: text}
        one = self.people.autocomplete(self._actor(user), name, typed, focus)
        await one.ack()
        return one.choices or []

    async def menu(
        self, name: str, message: Json, *, user: User, locale: str | None = None
    ) -> Interaction:
        return self.people.menu(self._at(message, user, locale), name, message)

    async def click(
        self,
        message: Json,
        custom_id: str,
        *,
        user: User,
        values: list[str] | None = None,
        locale: str | None = None,
    ) -> Interaction:
        return self.people.click(self._at(message, user, locale), message, custom_id, values)

    async def submit(self, form: Interaction, fields: dict[str, Any]) -> Interaction:
        return self.people.submit(self._actor(form.user, form.channel), form, fields)

    async def say(
        self, text: str, *, user: User, channel: Channel, reply_to: Json | None = None
    ) -> Json:
        return self.people.say(self._actor(user, channel), text, reply_to)

    async def mention(self, text: str, *, user: User, channel: Channel | None = None) -> Json:
        return self.people.say(self._actor(user, channel), f"<@{self.world.bot.id}> {text}")

    async def dm(self, text: str, *, user: User) -> Json:
        return self.people.say(self._actor(user, self.world.dm(user)), text)

    async def reply_to(self, message: Json, seconds: float = PATIENCE) -> Json:
        """Wait for the bot's next message in the channel of ``message``, and return it."""
        await self.until(lambda: self._after(message), seconds)
        return self._after(message)[0]

    def _after(self, message: Json) -> list[Json]:
        later = [m for id_, m in self.world.messages.items() if id_ > int(message["id"])]
        mine = [m for m in later if m["author"]["id"] == str(self.world.bot.id)]
        return [m for m in mine if m["channel_id"] == message["channel_id"]]


def _bound() -> socket.socket:
    """A free port of this machine, bound and not yet listening: connections are refused."""
    sock = socket.socket()
    with contextlib.suppress(OSError):
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    sock.bind(("127.0.0.1", 0))
    return sock
