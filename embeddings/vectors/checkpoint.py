"""Finds a model's files in a package, in a folder or on the hub, and refuses unsafe ones."""

import hashlib
import json
import logging
import os
import re
from contextlib import suppress
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import Any

from embeddings.errors import ModelError

log = logging.getLogger(__name__)

FILES = ("*.json", "*.txt", "*.model", "*.safetensors", "*.jinja")
"""Files to download from the hub: configuration, vocabularies, safetensors; never a pickle."""
PATIENCE = 10.0
"""Seconds to wait for the hub's answer, the default of its client's other calls."""
PICKLES = re.compile(r"\A(pytorch_model|adapter_model)[^/]*\.bin$")
"""Names of files that the libraries unpickle as weights if no safetensors lie beside them."""
SAFELY: dict[str, Any] = {
    "trust_remote_code": False, "local_files_only": True,
    "model_kwargs": {"use_safetensors": True},
}  # fmt: skip
"""How the library is told to run no code of a model, to fetch nothing, and to unpickle nothing."""
SAFE = ("model.safetensors", "model.safetensors.index.json", "adapter_model.safetensors")


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A model's files on this machine.

    Attributes:
        name: Its name on the hub, or the last part of its folder.
        folder: The folder of its files.
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
        """Parse one of the model's JSON files; empty if it is missing or invalid."""
        with suppress(OSError, ValueError, TypeError, RecursionError):
            return dict(json.loads((self.folder / file).read_text(encoding="utf-8")))
        return {}


def find(name: str, *, owner: str, revision: str | None = None) -> Checkpoint:
    """Find a model's folder, and download the model if this machine lacks it.

    Args:
        name: A folder, or a name on the hub.
        owner: The owner on the hub of a name without one.
        revision: A branch, tag or commit on the hub.

    Raises:
        ModelError: The model is missing, is no model, or has only pickled weights.
    """
    place = Path(name).expanduser()
    if place.is_dir():
        model = Checkpoint(place.resolve().name, place, _digest(place))
    elif name.startswith((".", "/", "~")) or name.count("/") > 1 or "\\" in name or place.exists():
        raise ModelError(f"There is no folder {name}: give a model's folder, or a hub name.")
    else:
        full = name if "/" in name else f"{owner}/{name}"
        folder = _snapshot(full, revision)
        model = Checkpoint(full, folder, folder.name[:12])
    _check_files(model, name)
    return model


def locate(model: str, package: str, files: dict[str, str], other: str) -> list[Path]:
    """Return the paths of a packaged model's files.

    Args:
        model: The model's name in the settings.
        package: The package and its version, as pip writes them.
        files: Path in the package -> SHA-256, for each file.
        other: The model that the ModelError suggests if a file is missing or has another digest.
    """
    remedy = f"run pip install {package}, or set VERBATIM_MODEL={other}."
    try:
        installed = distribution(package.partition("==")[0])
        paths = {Path(str(installed.locate_file(name))): mark for name, mark in files.items()}
        wrong = [path for path, digest in paths.items() if _sha256(path).hex() != digest]
    except (PackageNotFoundError, OSError):
        raise ModelError(f"The model {model} is not installed: {remedy}") from None
    if wrong:
        raise ModelError(f"{wrong[0]} is not that of {package}: {remedy}")
    return [*paths]


def load(kind: str, model: Checkpoint, threads: int, **options: Any) -> Any:
    """Load a model by a class of sentence-transformers: safetensors only, no remote code, no GPU.

    ``threads`` are for torch (the tokenizers beside it get one), ``options`` for the class.

    Raises:
        ModelError: The model asks for code of its own, or the library raises any exception.
    """
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    try:
        import sentence_transformers  # both take seconds; only some models need them
        import torch

        torch.set_num_threads(threads)
        make = getattr(sentence_transformers, kind)
        return make(str(model.folder), device="cpu", **SAFELY, **options)
    except Exception as error:  # libraries raise anything here, from OSError to KeyError
        log.debug("the model %s did not load", model.name, exc_info=True)
        raise _explain(model.name, str(error) or type(error).__name__) from error


def _explain(name: str, error: str) -> ModelError:
    """Return a library's error as one of one sentence."""
    if "trust_remote_code" in error:
        return ModelError(
            f"The model {name!r} asks for code of its own to be run, which is never done: "
            "choose a model that sentence-transformers knows by itself."
        )
    reason = error.strip().partition("\n")[0].rstrip(".")
    return ModelError(
        f"The model {name!r} cannot be loaded ({reason}): give another name or folder."
    )


def _check_files(model: Checkpoint, name: str) -> None:
    """Raise ModelError if a folder is no model, or if only a pickle has its weights."""
    paths = [path for path in model.folder.rglob("*") if path.is_file()]
    if not {"modules.json", "config.json"} & {path.name for path in paths}:
        raise ModelError(
            f"{model.folder} is not a model: it has neither modules.json nor config.json."
        )
    pickled = [path for path in paths if PICKLES.match(path.name)]
    unsafe = [path for path in pickled if not any((path.parent / n).exists() for n in SAFE)]
    if unsafe:
        raise ModelError(
            f"The weights of {name!r} are pickled ({unsafe[0].name}), and unpickling can run any "
            "code: choose a model with safetensors weights, or convert this one."
        )
    if not any(path.suffix == ".safetensors" for path in paths):
        raise ModelError(
            f"The model {name!r} has no safetensors weights on this machine: finish its download, "
            "or choose a model that has them."
        )


def _snapshot(name: str, revision: str | None) -> Path:
    """Return a hub model's folder, cached or downloaded now; raises ModelError if it is neither."""
    from huggingface_hub import HfApi, errors, snapshot_download  # half a second

    try:
        cached = Path(
            snapshot_download(
                name, revision=revision, allow_patterns=[*FILES], local_files_only=True
            )
        )
        if any(cached.rglob("*.safetensors")):
            return cached
    except errors.LocalEntryNotFoundError:
        log.info("the model %s is fetched from the hub", name)
    except errors.HFValidationError:
        raise ModelError(f"{name!r} is neither a folder nor a name on the hub.") from None
    try:
        HfApi().model_info(name, revision=revision, timeout=PATIENCE)  # the download has no limit
        return Path(snapshot_download(name, revision=revision, allow_patterns=[*FILES]))
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
    """Return a digest of all files that may decide the vectors: all but hidden ones and .md."""
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
