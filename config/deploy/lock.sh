#!/bin/sh
# Writes requirements.lock and requirements-torch.lock anew: what the image is built from.
#
#   pip install pip-tools && TORCH_INDEX_URL=… config/deploy/lock.sh [--upgrade]
#
# Run it with the image's Python (see the Dockerfile). TORCH_INDEX_URL is the CPU index of torch that
# pytorch.org names; without it requirements-torch.lock stays as it is. Versions stay as they are
# unless --upgrade is given or pyproject.toml asks for others.
set -eu
cd "$(dirname "$0")/../.."

pip-compile "$@" --quiet --strip-extras --allow-unsafe --generate-hashes --no-header --no-annotate \
  --extra postgres --no-emit-index-url --no-emit-find-links --no-emit-trusted-host \
  --output-file config/deploy/requirements.lock pyproject.toml

# The CPU build of torch has a file of its own, and needs none of the libraries for GPUs.
python3 - <<'PYTHON'
import re
from pathlib import Path

path = Path("config/deploy/requirements.lock")
blocks = re.findall(r"(?m)^\S.*\n(?:    .*\n?)*", path.read_text())
gpu = re.compile(r"(?:torch|triton|nvidia-[\w-]+|cuda-[\w-]+)==|#")
head = "# Every package of the image with its digests, but for torch; written by config/deploy/lock.sh.\n"
path.write_text(head + "".join(block for block in blocks if not gpu.match(block)))
PYTHON

[ -n "${TORCH_INDEX_URL:-}" ] || exit 0
version=$(sed -n 's/^  "torch==\([0-9.]*\)".*/\1/p' pyproject.toml)
folder=$(mktemp -d)
trap 'rm -r "$folder"' EXIT
for machine in x86_64 aarch64; do
  pip download --quiet --no-deps --only-binary :all: --dest "$folder" \
    --platform "manylinux_2_28_$machine" --index-url "$TORCH_INDEX_URL" "torch==$version+cpu"
done
{
  echo "# The CPU build of torch with its digests; written by config/deploy/lock.sh."
  printf 'torch==%s+cpu' "$version"
  for wheel in "$folder"/*.whl; do
    printf ' \\\n    --hash=sha256:%s' "$(sha256sum "$wheel" | cut -d ' ' -f 1)"
  done
  echo
} > config/deploy/requirements-torch.lock
