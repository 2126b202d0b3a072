#!/usr/bin/env bash
# pip 23.2.1, which comes with Python 3.11.5 and its neighbours, installs trafilatura 2.3.1 so that it
# cannot be imported; pip 23.3 installs the same versions so that it can.
#
# Expected: that the extra "html_clean", which justext 3.0.2 asks of lxml, is the extra "html-clean",
# which lxml 6.1.3 has: the two names are one by PEP 685. Seen: pip 23.2.1 warns that there is no such
# extra, leaves lxml_html_clean out and ends with 0; then "import trafilatura" raises ImportError.
# Remedy: ask for lxml_html_clean by name beside trafilatura, or update pip first.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
wrong=0

installed_by() { # PIP EXPECTED
  local python="$folder/$1/bin/python" seen
  python3 -m venv "$folder/$1"
  "$python" -m pip install -q --disable-pip-version-check "pip==$1" 2>/dev/null
  "$python" -m pip install -q --disable-pip-version-check \
    trafilatura==2.3.1 jusText==3.0.2 lxml==6.1.3 2>"$folder/said"
  seen=$("$python" - <<'PYTHON'
from importlib.metadata import PackageNotFoundError, version

try:
    version("lxml_html_clean")
    has = "with"
except PackageNotFoundError:
    has = "without"
try:
    import trafilatura

    print(has, "lxml_html_clean: trafilatura", trafilatura.__version__, "is imported")
except ImportError as error:
    print(has, "lxml_html_clean: ImportError:", str(error).partition("\n")[0])
PYTHON
)
  grep -o "WARNING: lxml .*" "$folder/said" || true
  echo "pip $1 $seen"
  if [ "$seen" != "$2" ]; then
    echo "  was: $2"
    wrong=1
  fi
}

installed_by 23.2.1 "without lxml_html_clean: ImportError: lxml.html.clean module is now a separate project lxml_html_clean."
installed_by 23.3 "with lxml_html_clean: trafilatura 2.3.1 is imported"
exit "$wrong"
