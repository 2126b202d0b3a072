"""The REST routes that need the bot's token: itself, its commands, channels and messages."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING
from urllib.parse import unquote

from aiohttp import web

from tests.bot.wire.faults import reply
from tests.bot.wire.messages import read_body
from tests.bot.wire.rules import ApiError, check, check_command, invalid

if TYPE_CHECKING:
    from tests.bot.wire.faults import Handler
    from tests.bot.wire.gateway import Gateway
    from tests.bot.wire.messages import Messages
    from tests.bot.wire.state import Channel, Json, World

BOT_ADD = 28
"""What the log calls that somebody added a bot."""


class Rest:
    """Everything but interactions."""

    def __init__(self, world: World, gateway: Gateway, messages: Messages, token: str) -> None:
        self._world, self._gateway, self._messages = world, gateway, messages
        self._token = token

    def routes(self, prefix: str) -> list[web.RouteDef]:
        app = f"{prefix}/applications/{self._world.application_id}"
        posts = f"{prefix}/channels/{{channel}}/messages"
        one = f"{posts}/{{message}}"
        open_to_bot = {
            ("GET", f"{prefix}/users/@me"): self._me,
            ("GET", f"{prefix}/oauth2/applications/@me"): self._application,
            ("GET", f"{prefix}/gateway/bot"): self._gateway_bot,
            ("GET", f"{app}/commands"): self._commands,
            ("PUT", f"{app}/commands"): self._register,
            ("GET", f"{app}/guilds/{{guild}}/commands"): self._commands,
            ("PUT", f"{app}/guilds/{{guild}}/commands"): self._register,
            ("POST", f"{prefix}/users/@me/channels"): self._open_dm,
            ("GET", f"{prefix}/users/{{user}}"): self._user,
            ("GET", f"{prefix}/guilds/{{guild}}/members/{{user}}"): self._member,
            ("GET", f"{prefix}/guilds/{{guild}}/audit-logs"): self._log,
            ("GET", f"{prefix}/channels/{{channel}}"): self._channel_info,
            ("POST", f"{prefix}/channels/{{channel}}/typing"): self._typing,
            ("GET", posts): self._history,
            ("POST", posts): self._post,
            ("GET", one): self._get,
            ("PATCH", one): self._patch,
            ("DELETE", one): self._delete,
            ("PUT", f"{one}/reactions/{{emoji}}/@me"): self._react,
            ("DELETE", f"{one}/reactions/{{emoji}}/@me"): self._react,
        }
        guarded = [web.route(m, p, self._guarded(h)) for (m, p), h in open_to_bot.items()]
        return [*guarded, web.get("/attachments/{id}/{name}", self._file)]

    def _guarded(self, handler: Handler) -> Handler:
        async def checked(request: web.Request) -> web.StreamResponse:
            if request.headers.get("Authorization") != f"Bot {self._token}":
                raise ApiError(401, 0, "401: Unauthorized")
            return await handler(request)

        return checked

    async def _file(self, request: web.Request) -> web.Response:
        return web.Response(body=self._world.files[int(request.match_info["id"])][1])

    async def _me(self, request: web.Request) -> web.Response:
        return reply(self._world.bot.payload())

    async def _application(self, request: web.Request) -> web.Response:
        owner = {
            "id": str(self._world.owner_id),
            "username": "operator",
            "discriminator": "0",
            "avatar": None,
        }
        about = {"id": str(self._world.application_id), "name": "Verbatim", "description": ""}
        flags = {"icon": None, "bot_public": True, "bot_require_code_grant": False, "flags": 0}
        return reply(about | flags | {"verify_key": "", "owner": owner})

    async def _gateway_bot(self, request: web.Request) -> web.Response:
        limit = {"total": 1000, "remaining": 1000, "reset_after": 0, "max_concurrency": 1}
        return reply(
            {"url": self._gateway.url, "shards": self._gateway.shards, "session_start_limit": limit}
        )

    @staticmethod
    def _guild_id(request: web.Request) -> int | None:
        guild = request.match_info.get("guild")
        return None if guild is None else int(guild)

    async def _commands(self, request: web.Request) -> web.Response:
        return reply(self._world.commands.get(self._guild_id(request), []))

    async def _register(self, request: web.Request) -> web.Response:
        wanted: list[Json] = json.loads(await request.text())
        guild = self._guild_id(request)
        for command in wanted:
            check_command(command)
        kinds = [(command.get("type", 1), command["name"]) for command in wanted]
        if len(set(kinds)) < len(kinds):
            raise invalid("name", "Application command names must be unique.")
        place = {} if guild is None else {"guild_id": str(guild)}
        self._world.commands[guild] = [
            {"description": "", "type": 1, "options": [], "version": "1"}
            | command
            | {"id": str(self._world.snowflake())}
            | {"application_id": str(self._world.application_id), **place}
            for command in wanted
        ]
        return reply(self._world.commands[guild])

    async def _open_dm(self, request: web.Request) -> web.Response:
        wanted = json.loads(await request.text())["recipient_id"]
        return reply(self._world.dm(self._world.users[int(wanted)]).payload())

    async def _user(self, request: web.Request) -> web.Response:
        user = self._world.users.get(int(request.match_info["user"]))
        if user is None:
            raise ApiError(404, 10013, "Unknown User")
        return reply(user.payload())

    async def _member(self, request: web.Request) -> web.Response:
        guild = self._world.guilds.get(int(request.match_info["guild"]))
        if guild is None or not guild.installed:
            raise ApiError(404, 10004, "Unknown Guild")
        member = guild.members.get(int(request.match_info["user"]))
        if member is None:
            raise ApiError(404, 10007, "Unknown Member")
        return reply(member.payload())

    async def _log(self, request: web.Request) -> web.Response:
        """Who added the bot, of all that a server's log tells."""
        guild = self._world.guilds[int(request.match_info["guild"])]
        if guild.inviter is None:
            raise ApiError(403, 50013, "Missing Permissions")
        me, inviter = self._world.bot, guild.inviter
        entry = {"id": str(self._world.snowflake()), "action_type": BOT_ADD, "changes": []}
        entry |= {"target_id": str(me.id), "user_id": str(inviter.id)}
        others = ("application_commands", "auto_moderation_rules", "guild_scheduled_events")
        empty: Json = {name: [] for name in (*others, "integrations", "threads", "webhooks")}
        users = [me.payload(), inviter.payload()]
        return reply(empty | {"audit_log_entries": [entry], "users": users})

    def _channel(self, request: web.Request, *, to_speak: bool = False) -> Channel:
        channel = self._world.channels.get(int(request.match_info["channel"]))
        if channel is None:
            raise ApiError(404, 10003, "Unknown Channel")
        stranger = channel.guild is not None and not channel.guild.installed
        if stranger or not channel.can_view:
            raise ApiError(403, 50001, "Missing Access")
        if to_speak:
            channel.check_open()
        if to_speak and not channel.can_send:
            raise ApiError(403, 50013, "Missing Permissions")
        if to_speak and channel.recipient and not channel.recipient.takes_messages:
            raise ApiError(403, 50007, "Cannot send messages to this user")
        return channel

    def _message(self, request: web.Request) -> Json:
        channel = self._channel(request)
        return self._messages.find(channel.id, int(request.match_info["message"]))

    async def _channel_info(self, request: web.Request) -> web.Response:
        channel = self._channel(request)
        place = {"guild_id": str(channel.guild.id)} if channel.guild else {}
        return reply(channel.payload() | place)

    async def _typing(self, request: web.Request) -> web.Response:
        self._channel(request, to_speak=True)
        return reply(None, 204)

    async def _history(self, request: web.Request) -> web.Response:
        channel, query = self._channel(request), request.query
        before, after = int(query.get("before", 1 << 63)), int(query.get("after", 0))
        found = [
            message
            for id_, message in sorted(self._world.messages.items(), reverse=True)
            if int(message["channel_id"]) == channel.id and after < id_ < before
        ]
        return reply(found[: int(query.get("limit", 50))])

    async def _post(self, request: web.Request) -> web.Response:
        channel = self._channel(request, to_speak=True)
        body, files = await read_body(request)
        if (sent := self._sent_before(channel, body)) is not None:
            return reply(sent)
        extra: Json = {"nonce": body["nonce"]} if "nonce" in body else {}
        if reference := body.get("message_reference"):
            if not channel.can_read:
                raise ApiError(403, 160002, "Cannot reply without READ_MESSAGE_HISTORY")
            answered = self._world.messages.get(int(reference["message_id"]))
            if answered is None and reference.get("fail_if_not_exists", True):
                raise invalid("message_reference", "Unknown message")
            origin = {"message_id": str(reference["message_id"]), "channel_id": str(channel.id)}
            extra |= {"message_reference": origin, "referenced_message": answered, "type": 19}
        return reply(self._messages.create(channel, self._world.bot, body, files, **extra))

    def _sent_before(self, channel: Channel, body: Json) -> Json | None:
        """The message of the same nonce: it is not made again where ``enforce_nonce`` asks so."""
        nonce = body.get("nonce")
        check(len(str(nonce or "")) <= 25, "nonce", "Must be 25 or fewer in length.")
        same = [
            message
            for message in self._world.messages.values()
            if message.get("nonce") == nonce and message["channel_id"] == str(channel.id)
        ]
        return same[0] if same and nonce and body.get("enforce_nonce") else None

    async def _get(self, request: web.Request) -> web.Response:
        return reply(self._message(request))

    async def _patch(self, request: web.Request) -> web.Response:
        message = self._message(request)
        if message["author"]["id"] != str(self._world.bot.id):
            raise ApiError(403, 50005, "Cannot edit a message authored by another user")
        self._messages.edit(message, *await read_body(request))
        return reply(message)

    async def _delete(self, request: web.Request) -> web.Response:
        self._messages.delete(self._message(request))
        return reply(None, 204)

    async def _react(self, request: web.Request) -> web.Response:
        message, emoji = self._message(request), unquote(request.match_info["emoji"])
        mine = message.setdefault("bot_reactions", [])
        if request.method == "PUT":
            mine.append(emoji)
        elif emoji in mine:
            mine.remove(emoji)
        return reply(None, 204)
