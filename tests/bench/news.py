"""Makes a labelled set of public news pages, whose texts are kept elsewhere, and our questions.

``python -m tests.bench.news PAGES FOLDER`` reads ``ground-truth.json`` and ``html/`` of PAGES, a
copy of the Article Extraction Benchmark, and writes each story, with the title that its page
states, and ``news.jsonl``'s questions into FOLDER: ``python -m bot eval FOLDER`` asks them.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import json
from pathlib import Path

from lxml import html

from embeddings.measuring.labelled import read_set

QUESTIONS = Path(__file__).with_name("news.jsonl")
NAME = 8
"""Characters of a page's name that name its story."""
DIGITS = 10
"""Digits of a passage's SHA-256 that name it among questions."""


def write(pages: Path, folder: Path) -> None:
    """Write the stories and the questions into a folder, which is made."""
    folder.mkdir(parents=True)
    known = json.loads((pages / "ground-truth.json").read_text(encoding="utf-8"))
    for page, truth in known.items():
        title = find_title(gzip.decompress((pages / f"html/{page}.html.gz").read_bytes()))
        head = json.dumps(title or truth["url"], ensure_ascii=False)
        story = f"---\ntitle: {head}\n---\n\n{truth['articleBody']}\n"
        (folder / f"{page[:NAME]}.txt").write_text(story, encoding="utf-8")
    asked = [json.loads(line) for line in QUESTIONS.read_text(encoding="utf-8").splitlines()]
    (folder / "queries.jsonl").write_text("", encoding="utf-8")
    made = read_set(folder)
    places = {digest(f"{a} {made.texts[name]}"): name for (a, _), name in made.place.items()}
    for question in asked:
        found = (places[name].split("#") for name in question["passages"] if name in places)
        question["passages"] = [{"article": a, "paragraph": int(n)} for a, n in found]
    kept = (json.dumps(q) for q in asked if bool(q["passages"]) == q["answerable"])
    (folder / "queries.jsonl").write_text("\n".join(kept), encoding="utf-8")


def digest(text: str) -> str:
    """Return what a passage is known by: where it stands in its story is for the program to say."""
    return hashlib.sha256(" ".join(text.split()).encode()).hexdigest()[:DIGITS]


def find_title(page: bytes) -> str:
    """Return the title that a page gives to those who share it, or else its own; "": none."""
    tree = html.document_fromstring(page, parser=html.HTMLParser(encoding="utf-8"))
    stated = tree.xpath("//meta[@property='og:title']/@content") + tree.xpath("//title/text()")
    return next((" ".join(each.split()) for each in stated if each.strip()), "")


def main() -> None:
    """Write what the command line names."""
    parser = argparse.ArgumentParser(prog="tests.bench.news", description=__doc__)
    parser.add_argument("pages", metavar="PAGES", type=Path)
    parser.add_argument("folder", metavar="FOLDER", type=Path)
    given = parser.parse_args()
    write(given.pages, given.folder)


if __name__ == "__main__":
    main()
