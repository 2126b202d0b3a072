#!/bin/sh
# Writes sbom.json anew: every package of the image with its licence and what it needs (CycloneDX).
#
#   config/deploy/sbom.sh
#
# Run it after lock.sh, with the Python of the image. It installs the locks into a folder of its own, since
# licences stand in the packages; set TORCH_INDEX_URL as for the image, or pip takes the torch it finds.
set -eu
cd "$(dirname "$0")/../.."

folder=$(mktemp -d)
trap 'rm -r "$folder"' EXIT
python3 -m venv "$folder/tool"
"$folder/tool/bin/pip" install --quiet cyclonedx-bom
python3 -m venv --without-pip "$folder/image"
torch=$(sed -n 's/^\(torch==[0-9.]*\).*/\1/p' config/deploy/requirements-torch.lock)
into="$folder/tool/bin/pip --python $folder/image/bin/python install --quiet --no-deps"
$into ${TORCH_INDEX_URL:+--index-url "$TORCH_INDEX_URL"} "$torch"
$into --require-hashes -r config/deploy/requirements.lock

"$folder/tool/bin/cyclonedx-py" environment "$folder/image/bin/python" \
  --pyproject pyproject.toml --output-reproducible --output-file "$folder/sbom.json"

# Names, versions, licences and needs: addresses of the machine and of projects are left out.
python3 - "$folder/sbom.json" <<'PYTHON'
import json
import sys
from pathlib import Path

KEPT = ("type", "bom-ref", "name", "version", "purl", "licenses")
whole = json.loads(Path(sys.argv[1]).read_text())
bill = {key: whole[key] for key in ("$schema", "bomFormat", "specVersion", "version")}
parts = [whole["metadata"]["component"], *whole["components"]]
for part in parts:
    for one in part.get("licenses", ()):
        one.get("license", {}).pop("text", None)
own, *others = [{key: part[key] for key in KEPT if key in part} for part in parts]
bill |= {"metadata": {"component": own}, "components": others, "dependencies": whole["dependencies"]}
Path("config/deploy/sbom.json").write_text(json.dumps(bill, indent=1) + "\n")
PYTHON
