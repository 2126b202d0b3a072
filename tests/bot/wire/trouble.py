"""What a test can make go wrong between the fake Discord and its bot."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.bot.wire.faults import CUT, Fault

if TYPE_CHECKING:
    from tests.bot.wire.faults import Faults
    from tests.bot.wire.gateway import Gateway


class Trouble:
    """The faults of both sockets; the gateway's slower ones are attributes of its own."""

    gateway: Gateway
    faults: Faults

    def drop_sockets(self, *, reset: bool = False) -> None:
        """Cut every gateway line without a closing frame; ``reset``: by TCP RST."""
        for connection in list(self.gateway.connections):
            connection.abort(reset=reset)

    def send_op(self, op: int, data: Any = None) -> None:
        for connection in self.gateway.connections:
            connection.send({"op": op, "d": data})

    def invalid_session(self, *, resumable: bool) -> None:
        """Opcode 9; one that cannot be resumed also forgets the session."""
        if not resumable:
            self.gateway.sessions.clear()
        self.send_op(9, resumable)

    def close(self, code: int) -> None:
        """Close every gateway line with this code; 4009 and 4007 forget the session too."""
        if code in (4007, 4009):
            self.gateway.sessions.clear()
        for connection in self.gateway.connections:
            connection.send(code)

    def fail_next(self, method: str, path: str, status: int, times: int = 1, **about: Any) -> Fault:
        """Plan a :class:`Fault` for the next requests whose path matches."""
        fault = Fault(method, path, status, times, **about)
        self.faults.planned.append(fault)
        return fault

    def cut_next(self, method: str, path: str, times: int = 1) -> Fault:
        """Carry out the next such requests, but cut their replies in the middle."""
        return self.fail_next(method, path, CUT, times)
