"""The gateway: one websocket after another, sessions that outlive them, and what can go wrong."""

from __future__ import annotations

import asyncio
import json
import socket
import struct
import zlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from aiohttp import WSMsgType, web

if TYPE_CHECKING:
    from tests.bot.wire.state import Changes, Json, World

GUILDS, MEMBERS, GUILD_MESSAGES, DIRECT_MESSAGES, CONTENT = 1, 1 << 1, 1 << 9, 1 << 12, 1 << 15
PRIVILEGED = MEMBERS | 1 << 8 | CONTENT


@dataclass(eq=False)
class Session:
    """What IDENTIFY opened; it outlives its socket until somebody ends it."""

    id: str
    intents: int
    shard: tuple[int, int] = (0, 1)
    log: list[Json] = field(default_factory=list)
    connection: Connection | None = None

    def hears_of(self, guild: str | None) -> bool:
        """Whether this session's shard has a server; private conversations are the first one's."""
        number, count = self.shard
        return (int(guild or 0) >> 22) % count == number

    def dispatch(self, event: str, data: Any) -> None:
        frame = {"op": 0, "t": event, "s": len(self.log) + 1, "d": data}
        self.log.append(frame)
        if self.connection is not None:
            self.connection.send(frame)


class Connection:
    """One socket, with its own deflate context and a queue that keeps the frames in order."""

    def __init__(self, request: web.Request, ws: web.WebSocketResponse, *, compress: bool) -> None:
        self.ws = ws
        self.session: Session | None = None
        self.beats: list[int | None] = []
        self._request = request
        wanted = compress and request.query.get("compress") == "zlib-stream"
        self._closing = False
        self._deflate = zlib.compressobj() if wanted else None
        self._queue: asyncio.Queue[Json | int] = asyncio.Queue()

    def send(self, frame: Json | int) -> None:
        """Queue a frame, or a close code."""
        self._queue.put_nowait(frame)

    async def write(self) -> None:
        while not isinstance(frame := await self._queue.get(), int):
            text = json.dumps(frame, separators=(",", ":"), ensure_ascii=False)
            if self._deflate is None:
                await self.ws.send_str(text)
            else:
                deflated = self._deflate.compress(text.encode())
                await self.ws.send_bytes(deflated + self._deflate.flush(zlib.Z_SYNC_FLUSH))
        self._closing = True
        await self.ws.close(code=frame)

    async def finish(self, writer: asyncio.Task[None]) -> None:
        """Let a closing frame go out, and stop writing."""
        if not self._closing:
            writer.cancel()
        await asyncio.wait([writer])
        await self.ws.close()

    def abort(self, *, reset: bool = False) -> None:
        """Cut the line without a closing frame; with ``reset`` the client sees ECONNRESET."""
        if self.session is not None:
            self.session.connection = None
        transport = self._request.transport
        if transport is None:
            return
        if reset:
            linger = struct.pack("ii", 1, 0)
            transport.get_extra_info("socket").setsockopt(
                socket.SOL_SOCKET, socket.SO_LINGER, linger
            )
        transport.abort()


class Gateway:
    """Opens, resumes and ends sessions; faults are plain attributes that a test sets.

    Attributes:
        received: Every (opcode, data) a client sent, in order.
        refuse: Answer the next so many upgrades with 503.
        swallow_resumes: Leave the next so many RESUMEs without any answer.
        swallow_identifies: The same for IDENTIFY.
        without_guilds: READY names no server, and no GUILD_CREATE follows.
        forbidden_intents: IDENTIFY with one of these is closed with 4014.
        acknowledge_beats: False: heartbeats are not answered.
        shards: How many connections are recommended.
    """

    def __init__(self, world: World, changes: Changes, token: str, *, compress: bool) -> None:
        self.world, self.changes, self.token, self.compress = world, changes, token, compress
        self.url = ""
        self.interval = 41_250
        self.sessions: dict[str, Session] = {}
        self.connections: list[Connection] = []
        self.received: list[tuple[int, Any]] = []
        self.refuse = 0
        self.swallow_resumes = 0
        self.swallow_identifies = 0
        self.without_guilds = False
        self.forbidden_intents = 0
        self.acknowledge_beats = True
        self.shards = 1

    def dispatch(self, event: str, data: Any) -> None:
        """Send an event to every session, now or when it resumes."""
        guild = data.get("id") if event == "GUILD_CREATE" else data.get("guild_id")
        for session in self.sessions.values():
            if session.hears_of(guild):
                session.dispatch(event, data)

    def announce(self, event: str, message: Json) -> None:
        """Send MESSAGE_CREATE or _UPDATE to the sessions whose intents ask for it."""
        channel = self.world.channels[int(message["channel_id"])]
        guild = channel.guild
        if guild is not None and not (guild.installed and channel.can_view):
            return
        for session in self.sessions.values():
            if not session.hears_of(str(guild.id) if guild else None):
                continue
            if session.intents & (DIRECT_MESSAGES if guild is None else GUILD_MESSAGES):
                readable = guild is None or session.intents & CONTENT
                session.dispatch(
                    event, self._in_guild(message if readable else self._show(message))
                )

    def _show(self, message: Json) -> Json:
        """A message, and what it replies to, as they reach a bot without the content intent."""
        shown = message if self._own(message) else _emptied(message)
        other = message.get("referenced_message")
        return shown | {"referenced_message": self._show(other)} if other else shown

    def _own(self, message: Json) -> bool:
        bot = str(self.world.bot.id)
        return bot in (message["author"]["id"], *(user["id"] for user in message["mentions"]))

    def _in_guild(self, message: Json) -> Json:
        guild = self.world.channels[int(message["channel_id"])].guild
        member = guild and guild.members.get(int(message["author"]["id"]))
        place = {"guild_id": str(guild.id)} if guild else {}
        return message | place | ({"member": member.payload()} if member else {})

    async def handle(self, request: web.Request) -> web.StreamResponse:
        if self.refuse:
            self.refuse -= 1
            return web.Response(status=503, text="upstream connect error")
        ws = web.WebSocketResponse(max_msg_size=1 << 16, autoclose=False)
        await ws.prepare(request)
        connection = Connection(request, ws, compress=self.compress)
        self.connections.append(connection)
        connection.send({"op": 10, "d": {"heartbeat_interval": self.interval}})
        writer = asyncio.create_task(connection.write())
        try:
            await self._read(connection)
        except Exception as error:
            self.world.broken.append(error)
            raise
        finally:
            self._ended(connection)
            await connection.finish(writer)
        return ws

    async def _read(self, connection: Connection) -> None:
        while (message := await connection.ws.receive()).type is WSMsgType.TEXT:
            frame = json.loads(message.data)
            self.received.append((frame["op"], frame.get("d")))
            self._act(connection, frame["op"], frame.get("d"))
            self.changes.notify()
        if message.type is WSMsgType.CLOSE and message.data in (1000, 1001) and connection.session:
            self.sessions.pop(connection.session.id, None)

    def _act(self, connection: Connection, op: int, data: Any) -> None:
        if op == 1:
            connection.beats.append(data)
            if self.acknowledge_beats:
                connection.send({"op": 11})
        elif op in (2, 6) and data["token"] != self.token:
            connection.send(4004)
        elif op == 2:
            self._identify(connection, data)
        elif op == 6:
            self._resume(connection, data)
        elif connection.session is None:
            connection.send(4003)
        elif op == 8:
            self._members(connection.session, data)
        elif op not in (3, 4):
            connection.send(4001)

    def _identify(self, connection: Connection, data: Json) -> None:
        if self.swallow_identifies:
            self.swallow_identifies -= 1
        elif connection.session is not None:
            connection.send(4005)
        elif data["intents"] & self.forbidden_intents:
            connection.send(4014)
        else:
            shard = tuple(data.get("shard", (0, 1)))
            session = Session(f"session{self.world.snowflake()}", data["intents"], shard)
            self.sessions[session.id] = session
            self._attach(connection, session)
            guilds = [] if self.without_guilds else self._guilds(session)
            application = {"id": str(self.world.application_id), "flags": 0}
            ready = {"v": 10, "user": self.world.bot.payload(), "application": application}
            ready |= {"guilds": [{"id": g["id"], "unavailable": True} for g in guilds]}
            ready |= {"session_id": session.id, "resume_gateway_url": self.url}
            session.dispatch("READY", ready | {"shard": list(shard)})
            for guild in guilds if data["intents"] & GUILDS else ():
                session.dispatch("GUILD_CREATE", guild)

    def _guilds(self, session: Session) -> list[Json]:
        there = [guild for guild in self.world.guilds.values() if guild.installed]
        return [guild.payload() for guild in there if session.hears_of(str(guild.id))]

    def _attach(self, connection: Connection, session: Session) -> None:
        if session.connection is not None:
            session.connection.send(4000)
        session.connection, connection.session = connection, session

    def _resume(self, connection: Connection, data: Json) -> None:
        session = self.sessions.get(data["session_id"])
        if self.swallow_resumes:
            self.swallow_resumes -= 1
        elif session is None:
            connection.send({"op": 9, "d": False})
        elif not 0 <= (data["seq"] or 0) <= len(session.log):
            connection.send(4007)
        else:
            self._attach(connection, session)
            for frame in session.log[data["seq"] or 0 :]:
                connection.send(frame)
            session.dispatch("RESUMED", {})

    def _members(self, session: Session, data: Json) -> None:
        guild = self.world.guilds[int(data["guild_id"])]
        members = [member.payload() for member in guild.members.values()]
        chunk = {"guild_id": str(guild.id), "members": members, "chunk_index": 0, "chunk_count": 1}
        session.dispatch("GUILD_MEMBERS_CHUNK", chunk | {"nonce": data.get("nonce")})

    def _ended(self, connection: Connection) -> None:
        self.connections.remove(connection)
        session = connection.session
        if session is not None and session.connection is connection:
            session.connection = None
        self.changes.notify()


def _emptied(message: Json) -> Json:
    """A message without what a bot is not shown."""
    return message | {"content": "", "embeds": [], "attachments": [], "components": []}
