"""Messages as Discord keeps them: made, edited, deleted, and whom they ping."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from aiohttp import BodyPartReader, web

from tests.bot.wire.rules import BUTTON, EPHEMERAL, SELECTS, V2, ApiError, check_message, walk

if TYPE_CHECKING:
    from tests.bot.wire.gateway import Gateway
    from tests.bot.wire.state import Changes, Channel, Json, User, World

Files = dict[int, tuple[str, bytes]]
MENTION = re.compile(r"<@!?(\d+)>")


async def read_body(request: web.Request) -> tuple[Json, Files]:
    """Return a request's JSON and its uploads, by the number in ``files[n]``."""
    if not request.content_type.startswith("multipart/"):
        text = await request.text()
        return (json.loads(text) if text else {}), {}
    body: Json = {}
    files: Files = {}
    async for part in await request.multipart():
        assert isinstance(part, BodyPartReader)
        if part.name == "payload_json":
            body = json.loads(await part.text())
        else:
            number = int(re.findall(r"\d+", part.name or "")[0])
            files[number] = (part.filename or "file", bytes(await part.read()))
    return body, files


def text_of(message: Json) -> str:
    """Everything a person reads in a message, one text a line."""
    lines = [message["content"]]
    for embed in message["embeds"]:
        fields = [f"{f['name']}\n{f['value']}" for f in embed.get("fields", ())]
        lines += [embed.get("title", ""), embed.get("description", ""), *fields]
        lines.append(embed.get("footer", {}).get("text", ""))
    lines += [part["content"] for part in walk(message["components"]) if "content" in part]
    return "\n".join(line for line in lines if line)


def controls_of(message: Json) -> list[Json]:
    """Every button and select of a message, in reading order."""
    return [c for c in walk(message["components"]) if c["type"] in (BUTTON, *SELECTS)]


class Messages:
    """The only place that changes a message.

    Attributes:
        own_ids: Give every component an id of its own, whatever the bot asks for.
    """

    def __init__(self, world: World, gateway: Gateway, changes: Changes) -> None:
        self._world, self._gateway, self._changes = world, gateway, changes
        self.own_ids = False

    def create(
        self,
        channel: Channel,
        author: User,
        body: Json,
        files: Files | None = None,
        *,
        flags: int = 0,
        check: bool = True,
        **extra: Any,
    ) -> Json:
        """Post a message; ``flags`` are added to those that the body asks for."""
        message: Json = {
            "id": str(self._world.snowflake()),
            "channel_id": str(channel.id),
            "author": author.payload(),
            "timestamp": self._time(),
            "edited_timestamp": None,
            **dict.fromkeys(("tts", "mention_everyone", "pinned"), False),
            **{key: [] for key in ("mention_roles", "attachments", "embeds", "components")},
            "content": "",
            "mentions": [],
            "type": 0,
            "flags": body.get("flags", 0) | flags,
            **extra,
        }
        message = self._filled(message, body, files or {}, check=check)
        self._world.messages[int(message["id"])] = message
        self._tell("MESSAGE_CREATE", message)
        return message

    def edit(
        self, message: Json, body: Json, files: Files | None = None, *, clear: int = 0
    ) -> None:
        """Change a message in place, or refuse and leave it; ``clear`` are flags that fall."""
        wanted = (message["flags"] & ~clear) | body.get("flags", 0) & V2
        changed = self._filled(message | {"flags": wanted}, body, files or {}, check=True)
        message.update(changed | {"edited_timestamp": self._time()})
        self._tell("MESSAGE_UPDATE", message)

    def delete(self, message: Json) -> None:
        del self._world.messages[int(message["id"])]
        if not message["flags"] & EPHEMERAL:
            gone = {key: message[key] for key in ("id", "channel_id")}
            self._gateway.dispatch("MESSAGE_DELETE", gone)
        self._changes.notify()

    def find(self, channel_id: int, message_id: int) -> Json:
        message = self._world.messages.get(message_id)
        if message is None or int(message["channel_id"]) != channel_id:
            raise ApiError(404, 10008, "Unknown Message")
        return message

    def _tell(self, event: str, message: Json) -> None:
        if not message["flags"] & EPHEMERAL:
            self._gateway.announce(event, message)
        self._changes.notify()

    def _time(self) -> str:
        return datetime.fromtimestamp(self._world.clock.now(), UTC).isoformat()

    def _filled(self, message: Json, body: Json, files: Files, *, check: bool) -> Json:
        """Return the message with the body's content laid over it."""
        message = dict(message)
        for key, empty in (("content", ""), ("embeds", []), ("components", [])):
            if key in body:
                message[key] = body[key] or empty
        if "attachments" in body or files:
            message["attachments"] = self._attachments(message, body, files)
        if check:
            check_message(message)
        for number, part in enumerate(walk(message["components"]), 1):
            part["id"] = number if self.own_ids else part.get("id", number)
        return message | self._pings(message, body)

    def _attachments(self, message: Json, body: Json, files: Files) -> list[Json]:
        listed = {str(a["id"]) for a in body.get("attachments", ())}
        kept = [a for a in message["attachments"] if a["id"] in listed]
        return kept + [self.upload(name, data) for name, data in files.values()]

    def upload(self, name: str, data: bytes) -> Json:
        """Store a file and return it as an attachment."""
        id_ = self._world.snowflake()
        self._world.files[id_] = (name, data)
        url = f"{self._world.cdn}/attachments/{id_}/{name}"
        return {"id": str(id_), "filename": name, "size": len(data), "url": url, "proxy_url": url}

    def _pings(self, message: Json, body: Json) -> Json:
        """Whom it pings, and whether everyone, after ``allowed_mentions``."""
        text = text_of(message | {"embeds": []})
        allowed = body.get("allowed_mentions") or {"parse": ["users", "roles", "everyone"]}
        parse = allowed.get("parse", ())
        named = [int(id_) for id_ in MENTION.findall(text)]
        if "users" not in parse:
            named = [i for i in named if str(i) in map(str, allowed.get("users", ()))]
        users = [
            self._world.users[i].payload() for i in dict.fromkeys(named) if i in self._world.users
        ]
        everyone = "everyone" in parse and bool(re.search("@(everyone|here)", text))
        replied = message.get("referenced_message")
        if replied and allowed.get("replied_user", True):
            users.append(replied["author"])
        return {"mentions": users, "mention_everyone": everyone}


def custom_ids(message: Any) -> list[str]:
    """Return the custom ids of a message's components, however deep they are."""
    if isinstance(message, list):
        return [name for each in message for name in custom_ids(each)]
    if not isinstance(message, dict):
        return []
    own = [message["custom_id"]] if "custom_id" in message else []
    return own + [name for each in message.values() for name in custom_ids(each)]
