#!/usr/bin/env bash
# lxml 6.1.3 (libxml2's HTML parser): a <p> without its end tag is ended by <div>, <table>, <ul> or <hr>, but not
# by the block elements that HTML5 brought: <section>, <figure>, <aside>, <details>, <main>, <dialog>. These, and
# the text after them, stand inside the paragraph, where a browser ends it. The end tag may be left out by the
# standard (https://html.spec.whatwg.org/multipage/syntax.html#optional-tags), before these elements too.
#
# Expected: <p>One</p><figure>Two</figure>three. Seen: as below. Whoever reads a paragraph's text gets the
# caption of a photo in the midst of a sentence, and two paragraphs in one.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q lxml==6.1.3
"$folder/venv/bin/python" - <<'PYTHON'
from lxml import html

INSIDE = ("section", "figure", "aside", "details", "main", "dialog", "hgroup")
OUTSIDE = ("div", "table", "ul", "blockquote", "h2")
wrong = 0
for name in (*INSIDE, *OUTSIDE):
    page = f"<!DOCTYPE html><title>t</title><body><p>One<{name}>Two</{name}>three</body>"
    paragraph = html.document_fromstring(page).find(".//p")
    seen = paragraph.text_content()
    print(f"<p>One<{name}>Two</{name}>three".ljust(40), repr(seen))
    expected = "OneTwothree" if name in INSIDE else "One"
    if seen != expected:
        wrong += 1
        print(f"  was {expected!r}")
raise SystemExit(wrong)
PYTHON
