"""Small labelled sets written to disk, as eval and calibrate read them."""

from __future__ import annotations

import json
from pathlib import Path

TOWNS = ("Lorient", "Brest", "Vannes", "Quimper", "Rennes", "Nantes", "Dinan", "Auray")
THINGS = ("port", "marché", "phare", "pont", "musée", "stade")


def write_set(folder: Path, towns: tuple[str, ...] = TOWNS) -> Path:
    """Write a set whose questions name a town and a thing; a third have no answer in it."""
    folder.mkdir()
    lines, queries = [], []
    for t, town in enumerate(towns):
        for n, thing in enumerate(THINGS):
            name = f"{town}-{thing}"
            text = f"Le {thing} de {town} a coûté {t * 10 + n + 11} millions. Il a ouvert lundi."
            lines.append({"doc_id": town, "title": f"À {town}", "para_id": name, "text": text})
            queries.append(question(f"Combien a coûté le {thing} de {town} ?", [name]))
            if n % 2:
                queries.append(question(f"Qui dirige la chorale de {thing}s à Oslo {t} ?", []))
    for path, rows in (("corpus.jsonl", lines), ("queries.jsonl", queries)):
        text = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
        (folder / path).write_text(text, encoding="utf-8")
    return folder


def question(text: str, gold: list[str]) -> dict[str, object]:
    answerable = bool(gold)
    return {
        "qid": text,
        "question": text,
        "para_ids": gold,
        "answer": None,
        "answerable": answerable,
    }
