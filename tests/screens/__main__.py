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

from bot.asking.render import SHOWN, Options, answer_card
from bot.translate import Languages
from config.settings import Settings
from embeddings.engine import SearchEngine
from tests.bot.chromium import Browser
from tests.screens.cards import CARDS, WIDTHS, name_of
from tests.screens.page import page

if TYPE_CHECKING:
    from embeddings.types import Answer

FOLDER = Path(__file__).parent
SHARPNESS = 2
"""How many pixels of a picture stand for one of CSS."""
COLOURS = 128
"""Enough for flat colours and the edges of letters; a picture is then a third as large."""


@dataclass(frozen=True)
class Scene:
    """One picture: what is asked, after what, in which language, and how wide the window is."""

    name: str
    language: str
    question: str
    before: tuple[str, ...] = ()
    offers: frozenset[str] = frozenset()
    width: int = 560

    @property
    def file(self) -> Path:
        """Where the picture is."""
        return FOLDER / f"{self.name}.png"


SCENES = (
    Scene("answer-fr", "fr", "Qu’est-ce qui a valu des critiques à Google ?"),
    Scene("answer-en", "en", "Would replacing Palantir with a similar firm be enough?"),
    Scene(
        "follow-up-fr",
        "fr",
        "et Google ?",
        before=("Pourquoi la direction d’Amazon est-elle critiquée ?",),
        width=900,
    ),
    Scene(
        "refusal-fr",
        "fr",
        "Combien d’employés ont signé la lettre ?",
        offers=frozenset({"news", "tell"}),
    ),
    Scene("misspelt-fr", "fr", "c koi la tolerence zerro", width=360),
    Scene("phone-fr", "fr", "Qu’est-ce qui a valu des critiques à Google ?", width=360),
)


def drawn(answer: Answer, scene: Scene, threshold: float) -> str:
    """Return the page of the message that the bot would send."""
    language = Languages.load().of(scene.language)
    card = answer_card(answer, Options(language, threshold, offers=scene.offers))
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
            for card, code, width in ((c, k, w) for c in CARDS for k in WIDTHS for w in WIDTHS[k]):
                await browser.size(width, 1000, SHARPNESS)
                name, language = name_of(card, code, width), Languages.load().of(code)
                file = folder / f"{name}.html"
                shown = page(CARDS[card](language).lay_out().to_components(), language)
                file.write_text(shown, encoding="utf-8")
                save(await photograph(browser, file), FOLDER / f"{name}.png")
            for scene in SCENES:
                await browser.size(scene.width, 1000, SHARPNESS)
                answer = await engine.ask(scene.question, top_k=SHOWN + 1, before=scene.before)
                file = folder / f"{scene.name}.html"
                shown = drawn(answer, scene, engine.threshold)
                file.write_text(shown, encoding="utf-8")
                save(await photograph(browser, file), scene.file)


if __name__ == "__main__":
    asyncio.run(main())
