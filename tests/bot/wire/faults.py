"""What goes wrong with REST, on demand: errors, rate limits, and lines that are cut."""

from __future__ import annotations

import asyncio
import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from aiohttp import web

from tests.bot.wire.rules import ApiError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from tests.bot.wire.state import Changes, World

    Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

CUT = 0
"""In place of a status: the request is carried out, and its reply cut in the middle."""


@dataclass
class Fault:
    """Befalls the next ``times`` requests whose method and path match.

    Attributes:
        path: A regular expression, searched for in the path after ``/api/v10``.
        status: What is answered; or ``CUT``.
        retry_after: Seconds that a 429 asks for.
        everywhere: Whether a 429 says that it is global.
        via: Whether a 429 comes from Discord itself; otherwise from Cloudflare, as a ban.
        delay: Seconds that the reply is held back; with status 200, and nothing else.
    """

    method: str
    path: str
    status: int
    times: int = 1
    retry_after: float = 0.2
    everywhere: bool = False
    via: bool = True
    delay: float = 0.0

    def hits(self, request: web.Request, path: str) -> bool:
        return self.times > 0 and request.method == self.method and bool(re.search(self.path, path))


@dataclass(frozen=True)
class Seen:
    """A request that reached the server, and the status that it was answered with."""

    at: float
    method: str
    path: str
    status: int


def reply(data: Any, status: int = 200, headers: dict[str, str] | None = None) -> web.Response:
    """A JSON response; the client compares its content type for equality, so without a charset.

    Without data it has no body, and so is not JSON.
    """
    body = b"" if data is None else json.dumps(data, ensure_ascii=False).encode()
    limits = {"X-RateLimit-Limit": "50", "X-RateLimit-Remaining": "49"}
    limits["X-RateLimit-Reset-After"] = "1.000"
    limits["Content-Type"] = "text/html; charset=utf-8" if data is None else "application/json"
    return web.Response(body=body, status=status, headers=limits | (headers or {}))


class Faults:
    """Stands before every REST route."""

    def __init__(self, world: World, changes: Changes, prefix: str) -> None:
        self.planned: list[Fault] = []
        self.seen: list[Seen] = []
        self._world = world
        self._changes = changes
        self._prefix = prefix

    def statuses(self, method: str, path: str) -> list[int]:
        """What the requests of a method to a path were answered with, in order."""
        seen = [s for s in self.seen if s.method == method and re.search(path, s.path)]
        return [s.status for s in seen]

    @web.middleware
    async def middleware(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        path = request.path.removeprefix(self._prefix)
        at = asyncio.get_running_loop().time()
        fault = next((f for f in self.planned if f.hits(request, path)), None)
        if fault is not None:
            fault.times -= 1
        response = await self._befall(fault, request, handler)
        status = CUT if fault is not None and fault.status == CUT else response.status
        self.seen.append(Seen(at, request.method, path, status))
        self._changes.notify()
        return response

    async def _befall(
        self, fault: Fault | None, request: web.Request, handler: Handler
    ) -> web.StreamResponse:
        if fault is None or fault.status in (200, CUT):
            response = await self._answer(request, handler)
            if fault is not None:
                await asyncio.sleep(fault.delay)
            return await _cut(request, response) if fault and fault.status == CUT else response
        if fault.status == 429:
            return _limited(fault)
        return web.Response(status=fault.status, text="<html>upstream error</html>")

    async def _answer(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        try:
            return await handler(request)
        except ApiError as error:
            return reply(error.payload(), error.status)
        except web.HTTPException as error:
            return reply({"code": 0, "message": f"{error.status}: {error.reason}"}, error.status)
        except Exception as error:
            self._world.broken.append(error)
            raise


def _limited(fault: Fault) -> web.Response:
    if not fault.via:
        return web.Response(status=429, text="error code: 1015", content_type="text/plain")
    scope = "global" if fault.everywhere else "user"
    headers = {"Via": "1.1 google", "Retry-After": "1", "X-RateLimit-Scope": scope}
    body = {"message": "You are being rate limited.", "retry_after": fault.retry_after, "code": 0}
    return reply(body | {"global": fault.everywhere}, 429, headers)


async def _cut(request: web.Request, response: web.StreamResponse) -> web.StreamResponse:
    """Announce the whole reply, send half of it, and hang up."""
    assert isinstance(response, web.Response)
    assert isinstance(response.body, bytes)
    half = web.StreamResponse(status=response.status, headers={"Content-Type": "application/json"})
    half.content_length = len(response.body)
    await half.prepare(request)
    await half.write(response.body[: len(response.body) // 2])
    assert request.transport is not None
    request.transport.close()
    return half
