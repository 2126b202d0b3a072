#!/usr/bin/env bash
# lxml 6.1.3 (libxml2's reader of HTML): a page need not write `<head>` and `<body>`. Where it does not,
# an `<article>`, `<main>`, `<section>` or `<header>` after the `<title>` becomes a child of `<head>`, with
# all that is in it, and the document has no body; a `<div>` or `<p>` begins the body, as HTML says that
# any of them does.
#
# Expected: the story is in the body. Seen: as below. Whoever reads `body` finds no word of the story, and
# whoever drops `head` drops the story with it.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q lxml==6.1.3
"$folder/venv/bin/python" - <<'PYTHON'
import lxml.html

EXPECTED = {
    "article": "head",
    "main": "head",
    "section": "head",
    "header": "head",
    "div": "body",
    "p": "body",
}
wrong = 0
for name, expected in EXPECTED.items():
    page = f"<!doctype html><title>Le quai</title><{name}>Le quai rouvre.</{name}>"
    root = lxml.html.document_fromstring(page)
    seen = root.find(f".//{name}").getparent().tag
    print(f"<{name}> after <title> is in <{seen}>; the document has {[e.tag for e in root]}")
    if seen != expected:
        wrong += 1
        print(f"  was in <{expected}>")
raise SystemExit(wrong)
PYTHON
