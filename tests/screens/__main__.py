"""Asks the real engine real questions and photographs the replies: ``python -m tests.screens``."""

from __future__ import annotations

import asyncio
import base64
import io
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from PIL import Image

from bot.asking.render import SHOWN, View, answer_card
from bot.translate import Languages
from bot.ui.catalogue import Catalogue
from config.settings import Settings
from embeddings.engine import SearchEngine
from tests.bot.chromium import Browser
from tests.screens.page import page

if TYPE_CHECKING:
    from embeddings.types import Answer

FOLDER = Path(__file__).parent
WIDTH, SHARPNESS = 560, 2
"""A page's width in CSS pixels, and how many of a picture's stand for one."""
COLOURS = 128
"""Enough for flat colours and the edges of letters; a picture is then a third as large."""


@dataclass(frozen=True)
class Scene:
    """One picture: what is asked, and in which language the reader uses Discord."""

    name: str
    language: str
    question: str

    @property
    def file(self) -> Path:
        """Where the picture is."""
        return FOLDER / f"{self.name}.png"


SCENES = (
    Scene("answer-fr", "fr", "Qu’est-ce qui a valu des critiques à Google ?"),
    Scene("answer-en", "en", "Would replacing Palantir with a similar firm be enough?"),
    Scene("refusal-fr", "fr", "Combien d’employés ont signé la lettre ?"),
)


def drawn(answer: Answer, articles: Catalogue, code: str, threshold: float) -> str:
    """Return the page of the message that the bot would send."""
    language = Languages.load().of(code)
    nearest = articles.find_titles(answer.nearest_titles[:SHOWN])
    card = answer_card(answer, View(language, threshold), nearest)
    return page(card.lay_out().to_components(), language)


async def photograph(browser: Browser, file: Path) -> bytes:
    """Return a picture of a page, as high as its message is."""
    await browser.open(file.as_uri())
    box = await browser.evaluate(
        "document.querySelector('.message').getBoundingClientRect().toJSON()"
    )
    clip = {key: box[key] for key in ("x", "y", "width", "height")} | {"scale": 1}
    shot = await browser.call(
        "Page.captureScreenshot", format="png", clip=clip, captureBeyondViewport=True
    )
    return base64.b64decode(shot["data"])


def save(picture: bytes, file: Path) -> None:
    """Write a picture in few colours."""
    with Image.open(io.BytesIO(picture)) as image:
        few = image.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE)
        few.save(file, optimize=True)


async def main() -> None:
    """Ask, draw, and write every picture."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as temporary:
        folder = Path(temporary)
        async with (
            SearchEngine(Settings(data=folder / "data")) as engine,
            Browser(folder / "profile") as browser,
        ):
            await browser.size(WIDTH, 1000, SHARPNESS)
            for scene in SCENES:
                answer = await engine.ask(scene.question, top_k=SHOWN + 1)
                file = folder / f"{scene.name}.html"
                articles = Catalogue(engine.sources())
                shown = drawn(answer, articles, scene.language, engine.threshold)
                file.write_text(shown, encoding="utf-8")
                save(await photograph(browser, file), scene.file)


if __name__ == "__main__":
    asyncio.run(main())
