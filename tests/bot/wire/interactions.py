"""Interactions: what a test holds of one, and the bot's answers to it under Discord's rules."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from aiohttp import web

from tests.bot.wire.faults import reply
from tests.bot.wire.messages import read_body
from tests.bot.wire.rules import (
    EPHEMERAL,
    LOADING,
    V2,
    ApiError,
    check_choices,
    check_modal,
    invalid,
)
from tests.waiting import PATIENCE

if TYPE_CHECKING:
    from tests.bot.wire.messages import Files, Messages
    from tests.bot.wire.state import Changes, Channel, Clock, Json, User, World

COMMAND, COMPONENT, AUTOCOMPLETE, MODAL_SUBMIT = 2, 3, 4, 5
FIRST = 3.0
"""Seconds until the first callback."""
LIFE = 900.0
"""Seconds that the token lives."""
ALLOWED = {
    COMMAND: {4, 5, 9},
    COMPONENT: {4, 5, 6, 7, 9},
    AUTOCOMPLETE: {8},
    MODAL_SUBMIT: {4, 5, 6, 7},
}


@dataclass(eq=False)
class Interaction:
    """One thing that a person did, and everything that the bot answered to it.

    Attributes:
        original: The message that the interaction is answered with, as it is now.
        states: ``original`` after each change, oldest first, as (seconds, message).
        followups: Further messages, in order.
        modal: The form that was opened.
        choices: The suggestions of an autocomplete.
        callback: The type of the first callback.
        acknowledged: Seconds from the event to the first callback.
    """

    id: int
    token: str
    kind: int
    user: User
    channel: Channel
    created: float
    clock: Clock
    changes: Changes
    message: Json | None = None
    original: Json | None = None
    states: list[tuple[float, Json]] = field(default_factory=list)
    followups: list[Json] = field(default_factory=list)
    modal: Json | None = None
    choices: list[Json] | None = None
    callback: int | None = None
    acknowledged: float | None = None
    deleted: bool = False

    def since(self) -> float:
        """Return how many seconds have passed for the bot."""
        return self.clock.passed() - self.created

    def keep(self) -> None:
        """Record what the original looks like now."""
        if self.original is not None:
            self.states.append((self.since(), dict(self.original)))
        self.changes.notify()

    async def ack(self) -> float:
        """Wait for the first callback; return the seconds that it took."""
        await self.changes.until(lambda: self.acknowledged is not None)
        assert self.acknowledged is not None
        return self.acknowledged

    async def answer(self, seconds: float = PATIENCE) -> Json:
        """Wait for a message that is no longer "thinking", and return it."""
        await self.changes.until(lambda: self._settled() is not None, seconds)
        message = self._settled()
        assert message is not None
        return message

    def _settled(self) -> Json | None:
        waiting = self.original is None or self.original["flags"] & LOADING
        return None if waiting else self.original


class Interactions:
    """The routes under ``/interactions`` and ``/webhooks``."""

    def __init__(self, world: World, messages: Messages, changes: Changes) -> None:
        self._world, self._messages, self._changes = world, messages, changes
        self.known: dict[str, Interaction] = {}

    def open(
        self, kind: int, user: User, channel: Channel, message: Json | None = None
    ) -> Interaction:
        id_ = self._world.snowflake()
        clock = self._world.clock
        made = (kind, user, channel, clock.passed(), clock, self._changes, message)
        one = Interaction(id_, f"token{id_}", *made)
        self.known[one.token] = one
        return one

    def routes(self, prefix: str) -> list[web.RouteDef]:
        hook = f"{prefix}/webhooks/{self._world.application_id}/{{token}}"
        return [
            web.post(f"{prefix}/interactions/{{id}}/{{token}}/callback", self._callback),
            web.post(hook, self._followup),
            web.get(f"{hook}/messages/{{message}}", self._get),
            web.patch(f"{hook}/messages/{{message}}", self._patch),
            web.delete(f"{hook}/messages/{{message}}", self._delete),
        ]

    async def _callback(self, request: web.Request) -> web.Response:
        one = self.known.get(request.match_info["token"])
        if one is None or str(one.id) != request.match_info["id"]:
            raise ApiError(404, 10062, "Unknown interaction")
        one.channel.check_open()
        body, files = await read_body(request)
        if one.acknowledged is not None:
            raise ApiError(400, 40060, "Interaction has already been acknowledged.")
        if one.since() > FIRST:
            raise ApiError(404, 10062, "Unknown interaction")
        if body["type"] not in ALLOWED[one.kind]:
            raise invalid("type", f"Type {body['type']} does not fit this interaction.")
        made = self._carry_out(one, body["type"], body.get("data") or {}, files)
        one.callback, one.acknowledged = body["type"], one.since()
        one.keep()
        return _called_back(one, made) if request.query.get("with_response") else reply(None, 204)

    def _carry_out(self, one: Interaction, kind: int, data: Json, files: Files) -> Json | None:
        """Do what the first callback asks; return the message that it made or changed."""
        if kind == 8:
            check_choices(data["choices"])
            one.choices = data["choices"]
        elif kind == 9:
            check_modal(data)
            one.modal = data
        elif kind in (6, 7):
            if one.message is None:
                raise invalid("type", "There is no message to update.")
            one.original = one.message
            if kind == 7:
                self._messages.edit(one.message, data, files)
                return one.message
        else:
            one.original = self._post(one, data, files, thinking=kind == 5)
            return one.original if kind == 4 else None
        return None

    def _post(self, one: Interaction, data: Json, files: Files, *, thinking: bool = False) -> Json:
        flags = LOADING if thinking else 0
        origin = {"id": str(one.id), "type": one.kind, "user": one.user.payload()}
        return self._messages.create(
            one.channel,
            self._world.bot,
            {"flags": data.get("flags", 0) & EPHEMERAL} if thinking else data,
            files,
            flags=flags,
            check=not thinking,
            interaction_metadata=origin | {"authorizing_integration_owners": {}},
            webhook_id=str(self._world.application_id),
        )

    def _live(self, request: web.Request) -> Interaction:
        one = self.known.get(request.match_info["token"])
        if one is None or one.acknowledged is None:
            raise ApiError(404, 10015, "Unknown Webhook")
        if one.since() > LIFE:
            raise ApiError(401, 50027, "Invalid Webhook Token")
        one.channel.check_open()
        return one

    def _message(self, request: web.Request) -> tuple[Interaction, Json]:
        one, wanted = self._live(request), request.match_info["message"]
        its = [m for m in (one.original, *one.followups) if m is not None and not one.deleted]
        found = one.original if wanted == "@original" else next(
            (m for m in its if m["id"] == wanted), None
        )  # fmt: skip
        if found is None or int(found["id"]) not in self._world.messages:
            raise ApiError(404, 10008, "Unknown Message")
        return one, found

    async def _get(self, request: web.Request) -> web.Response:
        return reply(self._message(request)[1])

    async def _patch(self, request: web.Request) -> web.Response:
        one, message = self._message(request)
        self._messages.edit(message, *await read_body(request), clear=LOADING)
        one.keep()
        return reply(message)

    async def _delete(self, request: web.Request) -> web.Response:
        one, message = self._message(request)
        self._messages.delete(message)
        one.deleted = message is one.original
        return reply(None, 204)

    async def _followup(self, request: web.Request) -> web.Response:
        one = self._live(request)
        body, files = await read_body(request)
        if one.original is not None and one.original["flags"] & LOADING:
            kept = {"flags": body.get("flags", 0) & V2}
            self._messages.edit(one.original, body | kept, files, clear=LOADING)
            one.keep()
            return reply(one.original)
        one.followups.append(self._post(one, body, files))
        self._changes.notify()
        return reply(one.followups[-1])


def _called_back(one: Interaction, made: Json | None) -> web.Response:
    """The answer to a callback; without ``response_message_id`` buttons would never match."""
    about: Json = {"id": str(one.id), "type": one.kind}
    if one.original is not None:
        about["response_message_id"] = one.original["id"]
        about["response_message_loading"] = bool(one.original["flags"] & LOADING)
        about["response_message_ephemeral"] = bool(one.original["flags"] & EPHEMERAL)
    resource = {"resource": {"type": one.callback, "message": made}} if made else {}
    return reply({"interaction": about, **resource})
