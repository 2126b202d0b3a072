"""What people do: commands, clicks, forms and messages, as the events that a bot receives."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tests.bot.wire.interactions import (
    AUTOCOMPLETE,
    COMMAND,
    COMPONENT,
    MODAL_SUBMIT,
    Interaction,
)
from tests.bot.wire.messages import controls_of
from tests.bot.wire.rules import EPHEMERAL, SELECTS, TEXT_INPUT
from tests.bot.wire.state import EVERYTHING

if TYPE_CHECKING:
    from tests.bot.wire.gateway import Gateway
    from tests.bot.wire.interactions import Interactions
    from tests.bot.wire.messages import Messages
    from tests.bot.wire.state import Channel, Json, User, World

STRING, USER, CHANNEL, ROLE, ATTACHMENT = 3, 6, 7, 8, 11


@dataclass(frozen=True)
class Actor:
    """Who does something, where, and in which language."""

    user: User
    channel: Channel
    locale: str

    def payload(self) -> Json:
        """A member of a server, or a person in a conversation with the bot."""
        channel, guild, user = self.channel, self.channel.guild, self.user
        place = {"channel": channel.payload(), "channel_id": str(channel.id), "locale": self.locale}
        if guild is None:
            owners = {"0": "0"}
            who: Json = {"user": user.payload(), "context": 1}
        else:
            owners = {"0": str(guild.id)} if guild.installed else {"1": str(user.id)}
            about = {"id": str(guild.id), "locale": guild.locale, "features": []}
            who = {"member": guild.members[user.id].in_interaction(), "guild": about, "context": 0}
            who |= {"guild_id": str(guild.id), "guild_locale": guild.locale}
        return place | who | {"authorizing_integration_owners": owners}


class People:
    """Acts for the people of a :class:`World`, within what Discord's own clients allow."""

    def __init__(
        self, world: World, gateway: Gateway, messages: Messages, interactions: Interactions
    ) -> None:
        self._world, self._gateway = world, gateway
        self._messages, self._interactions = messages, interactions

    def command(self, who: Actor, name: str, options: Json) -> Interaction:
        """Type a slash command; ``name`` may have subcommands, as ``admin reindex``."""
        data, command = self._typed(who, name, options, None)
        missing = {o["name"] for o in command.get("options", ()) if o.get("required")} - set(
            options
        )
        assert not missing, f"Discord asks for {missing} first"
        return self._happen(who, COMMAND, data)

    def autocomplete(self, who: Actor, name: str, options: Json, focus: str) -> Interaction:
        """Type into the option ``focus``, whose text so far is among the options."""
        return self._happen(who, AUTOCOMPLETE, self._typed(who, name, options, focus)[0])

    def _typed(self, who: Actor, name: str, options: Json, focus: str | None) -> tuple[Json, Json]:
        """Return what a client sends for a command, and the (sub)command's registration."""
        root, *path = name.split()
        data, command = self._named(root, 1, who.channel)
        inner = data
        for part in path:
            command = _option(command, part)
            inner["options"] = [{"name": part, "type": command["type"]}]
            inner = inner["options"][0]
        data["resolved"] = {}
        inner["options"] = [
            self._filled(_option(command, key), value, data["resolved"], typing=focus)
            for key, value in options.items()
        ]
        return data, command

    def menu(self, who: Actor, name: str, message: Json) -> Interaction:
        """Choose a command of a message's menu."""
        data, _ = self._named(name, 3, who.channel)
        resolved = {"messages": {message["id"]: message}}
        target = {"target_id": message["id"], "resolved": resolved}
        return self._happen(who, COMMAND, data | target)

    def click(
        self, who: Actor, message: Json, custom_id: str, values: list[str] | None
    ) -> Interaction:
        """Press a button, or choose from a select."""
        controls = {c["custom_id"]: c for c in controls_of(message) if "custom_id" in c}
        assert custom_id in controls, f"no control {custom_id!r} among {list(controls)}"
        control = controls[custom_id]
        assert not control.get("disabled"), f"{custom_id!r} cannot be pressed"
        owner = message.get("interaction_metadata", {}).get("user", {}).get("id")
        assert not message["flags"] & EPHEMERAL or owner == str(who.user.id), "others do not see it"
        data = {"custom_id": custom_id, "component_type": control["type"]}
        if control["type"] in SELECTS:
            data["values"] = values or []
        return self._happen(who, COMPONENT, data, message)

    def submit(self, who: Actor, form: Interaction, fields: dict[str, Any]) -> Interaction:
        """Fill in and send the form that an interaction opened; fields by custom id."""
        assert form.modal is not None, "no form was opened"
        modal, form.modal = form.modal, None
        data = {"custom_id": modal["custom_id"]}
        data["components"] = [_field(part, fields) for part in modal["components"]]
        return self._happen(who, MODAL_SUBMIT, data, form.message)

    def say(self, who: Actor, text: str, reply_to: Json | None = None) -> Json:
        """Write a message."""
        extra: Json = {}
        if reply_to is not None:
            origin = {"message_id": reply_to["id"], "channel_id": reply_to["channel_id"]}
            extra = {"message_reference": origin, "referenced_message": reply_to, "type": 19}
        return self._messages.create(who.channel, who.user, {"content": text}, **extra)

    def _named(self, name: str, kind: int, channel: Channel) -> tuple[Json, Json]:
        """Find a registered command: this server's own first, then everybody's."""
        guild = channel.guild.id if channel.guild else None
        for place in dict.fromkeys((guild, None)):
            for command in self._world.commands.get(place, ()):
                if command["name"] == name and command["type"] == kind:
                    data = {"id": command["id"], "name": name, "type": kind}
                    return data | ({} if place is None else {"guild_id": str(place)}), command
        raise AssertionError(f"the bot registered no command {name!r}")

    def _filled(self, option: Json, value: Any, resolved: Json, *, typing: str | None) -> Json:
        filled: Json = {"name": option["name"], "type": option["type"], "value": value}
        if typing == option["name"]:
            assert option.get("autocomplete"), f"{typing!r} has no autocomplete"
            return filled | {"focused": True}
        if option["type"] == ATTACHMENT:
            attachment = self._messages.upload(*value)
            resolved.setdefault("attachments", {})[attachment["id"]] = attachment
            filled["value"] = attachment["id"]
        elif option["type"] == USER:
            resolved.setdefault("users", {})[str(value.id)] = value.payload()
            filled["value"] = str(value.id)
        elif option["type"] == CHANNEL:
            resolved.setdefault("channels", {})[str(value.id)] = value.payload() | {
                "permissions": "0"
            }
            filled["value"] = str(value.id)
        elif option["type"] == ROLE:
            resolved.setdefault("roles", {})[value["id"]] = value
            filled["value"] = value["id"]
        elif option["type"] == STRING:
            longest = option.get("max_length", 6000)
            assert option.get("min_length", 0) <= len(value) <= longest, "Discord stops the person"
        choices = [choice["value"] for choice in option.get("choices", ())]
        assert not choices or value in choices, f"{value!r} is not among {choices}"
        return filled

    def _happen(
        self, who: Actor, kind: int, data: Json, message: Json | None = None
    ) -> Interaction:
        one = self._interactions.open(kind, who.user, who.channel, message)
        event: Json = {
            "id": str(one.id),
            "application_id": str(self._world.application_id),
            "type": kind,
            "token": one.token,
            "version": 1,
            "data": data,
            "attachment_size_limit": 10_485_760,
            "entitlements": [],
            "app_permissions": str(EVERYTHING),
            **({"message": message} if message is not None else {}),
            **who.payload(),
        }
        self._gateway.dispatch("INTERACTION_CREATE", event)
        return one


def _option(command: Json, name: str) -> Json:
    options: list[Json] = command.get("options", [])
    found = [option for option in options if option["name"] == name]
    assert found, f"{command['name']} has no {name!r}, but {[o['name'] for o in options]}"
    return found[0]


def _field(part: Json, fields: dict[str, Any]) -> Json:
    """What a client sends back for one component of a form."""
    kept = {"type": part["type"], "id": part.get("id", 0)}
    if "components" in part:
        return kept | {"components": [_field(inner, fields) for inner in part["components"]]}
    if "component" in part:
        return kept | {"component": _field(part["component"], fields)}
    if "custom_id" not in part:
        return kept
    value: Any = fields.get(part["custom_id"], part.get("value") or "")
    if part["type"] == TEXT_INPUT:
        assert len(value) <= part.get("max_length", 4000), "Discord stops the person"
        assert value or not part.get("required", True), f"{part['custom_id']} is required"
    key = "values" if isinstance(value, list) else "value"
    return kept | {"custom_id": part["custom_id"], key: value}
