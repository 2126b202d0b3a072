"""A real browser, driven by its DevTools protocol: opens pages, says what it highlights."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import io
import itertools
import shutil
from typing import TYPE_CHECKING, Any, Self

import aiohttp
from PIL import Image

from tests.waiting import PATIENCE

if TYPE_CHECKING:
    from pathlib import Path

FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
    "--remote-debugging-port=0",
)
HIGHLIGHT = "::target-text { background-color: rgb(255, 0, 255); color: black; }"
"""The style that a page has to have: what is highlighted stands on magenta."""
CHARACTERS = """
(() => {
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const found = [];
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    for (let i = 0; i < node.data.length; i++) {
      const range = document.createRange();
      range.setStart(node, i);
      range.setEnd(node, i + 1);
      const box = range.getClientRects()[0];
      if (box) found.push([node.data[i], box.x, box.y, box.width, box.height]);
    }
  }
  return found;
})()
"""
"""Each character of the page with its box, in CSS pixels."""


def path() -> str | None:
    """Return where Chromium is, if it is installed."""
    return next(filter(None, map(shutil.which, ("chromium", "chromium-browser"))), None)


class Browser:
    """One headless Chromium with a profile of its own."""

    def __init__(self, profile: Path) -> None:
        self._profile = profile
        self._numbers = itertools.count(1)
        self._loaded = asyncio.Event()
        self._boxes: dict[str, Any] = {}
        self._answers: dict[int, asyncio.Future[Any]] = {}

    async def __aenter__(self) -> Self:
        self._process = await asyncio.create_subprocess_exec(
            path() or "chromium",
            *FLAGS,
            f"--user-data-dir={self._profile}",
            "about:blank",
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
        )
        self._session = aiohttp.ClientSession()
        port = await self._port()
        async with self._session.get(f"http://127.0.0.1:{port}/json") as response:
            pages = await response.json()
        page = next(p for p in pages if p["type"] == "page")
        self._socket = await self._session.ws_connect(
            page["webSocketDebuggerUrl"], max_msg_size=64 * 1024 * 1024
        )
        self._reader = asyncio.create_task(self._read())
        await self.call("Page.enable")
        await self.size(1000, 1800, 1)
        return self

    async def _port(self) -> int:
        file = self._profile / "DevToolsActivePort"
        async with asyncio.timeout(PATIENCE):
            while True:
                with contextlib.suppress(FileNotFoundError, IndexError, ValueError):
                    return int(file.read_text().splitlines()[0])
                await asyncio.sleep(0.05)

    async def __aexit__(self, *_: object) -> None:
        self._reader.cancel()
        await self._socket.close()
        await self._session.close()
        self._process.terminate()
        await self._process.wait()

    async def _read(self) -> None:
        async for message in self._socket:
            told = message.json()
            if told.get("method") == "Page.loadEventFired":
                self._loaded.set()
            waiting = self._answers.pop(told.get("id"), None)
            if waiting and not waiting.done():
                waiting.set_result(told.get("result"))

    async def call(self, method: str, **params: Any) -> Any:
        """Call a method of the DevTools protocol."""
        number = next(self._numbers)
        answer = self._answers[number] = asyncio.get_running_loop().create_future()
        await self._socket.send_json({"id": number, "method": method, "params": params})
        async with asyncio.timeout(PATIENCE):
            return await answer

    async def size(self, width: int, height: int, sharpness: int) -> None:
        """Set the window's size in CSS pixels, and how many of the screen's stand for one."""
        await self.call(
            "Emulation.setDeviceMetricsOverride",
            width=width, height=height, deviceScaleFactor=sharpness, mobile=False,
        )  # fmt: skip

    async def open(self, url: str) -> None:
        """Open an address and wait until the page is there."""
        self._loaded.clear()
        await self.call("Page.navigate", url=url)
        async with asyncio.timeout(PATIENCE):
            await self._loaded.wait()

    async def evaluate(self, script: str) -> Any:
        """Return the value of a script in the page."""
        found = await self.call("Runtime.evaluate", expression=script, returnByValue=True)
        return found["result"]["value"]

    async def highlighted(self, url: str) -> str:
        """Open an address and return the text that stands on magenta; empty after two seconds."""
        await self.open(url)
        boxes = await self._boxes_of(url.partition("?")[0])
        for _ in range(20):
            text = await self._on_magenta(boxes)
            if text:
                return text
            await asyncio.sleep(0.1)
        return ""

    async def _boxes_of(self, page: str) -> Any:
        """Return where the characters of a page are; the same whatever the address asks for."""
        if page not in self._boxes:
            self._boxes[page] = await self.evaluate(CHARACTERS)
        return self._boxes[page]

    async def _on_magenta(self, boxes: Any) -> str:
        shot = await self.call("Page.captureScreenshot", format="png", optimizeForSpeed=True)
        with Image.open(io.BytesIO(base64.b64decode(shot["data"]))) as image:
            pixels: Any = image.convert("RGB").load()
            size = image.size
        return "".join(
            char
            for char, x, y, width, height in boxes
            if _is_magenta(pixels, size, x + width / 2, (y + 1, y + height - 2))
        )


def _is_magenta(pixels: Any, size: tuple[int, int], x: float, ys: tuple[float, float]) -> bool:
    """Look above and below a character, where its own ink hardly ever is."""
    inside = [(int(x), int(y)) for y in ys if 0 <= x < size[0] and 0 <= y < size[1]]
    return any(pixels[place] == (255, 0, 255) for place in inside)
