"""A model's files: where they are found, and which are refused, in which words."""

from __future__ import annotations

import pickle
import shutil
import socket
from pathlib import Path

import pytest
from huggingface_hub import constants

from config.groups import EncoderSettings
from config.settings import Settings
from embeddings.errors import ModelError
from embeddings.vectors import checkpoint
from embeddings.vectors.models import load_encoder
from tests.embeddings import models
from tests.waiting import Elapsed

COMMIT = "0123456789abcdef0123456789abcdef01234567"


class Bomb:
    """The content of a hostile pickle: unpickling it writes a file."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[object, tuple[object, ...]]:
        return Path.touch, (self.path,)


def load(model: Path | str, **options: object) -> str:
    return load_encoder(Settings(model=str(model), encoder=EncoderSettings(**options))).model_id


def sentence(model: Path | str, **options: object) -> str:
    """Return the sentence with which a model is refused."""
    with pytest.raises(ModelError) as refused:
        load(model, **options)
    text = str(refused.value)
    assert "\n" not in text
    assert text.endswith(".")
    return text


@pytest.fixture
def model(tmp_path: Path) -> Path:
    return models.sentence_model(tmp_path)


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return an empty cache of the hub; the network is off."""
    folder = tmp_path / "hub"
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(folder))
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    return folder


def cached(cache: Path, name: str, model: Path) -> Path:
    """Put a model into the hub's cache, as a download does."""
    place = cache / f"models--{name.replace('/', '--')}"
    (place / "refs").mkdir(parents=True)
    (place / "refs" / "main").write_text(COMMIT, "utf-8")
    return Path(shutil.copytree(model, place / "snapshots" / COMMIT))


def test_pickled_weights_are_refused_and_not_read(model: Path, tmp_path: Path) -> None:
    (model / "model.safetensors").unlink()
    with (model / "pytorch_model.bin").open("wb") as file:
        pickle.dump(Bomb(tmp_path / "exploded"), file)
    assert "pickled (pytorch_model.bin)" in sentence(model)
    assert not (tmp_path / "exploded").exists()


def test_a_pickle_beside_safe_weights_is_not_read(model: Path, tmp_path: Path) -> None:
    with (model / "pytorch_model.bin").open("wb") as file:
        pickle.dump(Bomb(tmp_path / "exploded"), file)
    assert load(model).startswith("model@")
    assert not (tmp_path / "exploded").exists()


def test_real_pickled_weights_are_refused(model: Path) -> None:
    assert "safetensors" in sentence(models.pickled(model))


def test_pickled_weights_of_a_later_module_are_refused(model: Path) -> None:
    (model / "2_Dense").mkdir()
    (model / "2_Dense" / "pytorch_model.bin").write_bytes(b"x")
    assert "pickled" in sentence(model)


def test_a_model_without_weights_is_refused(model: Path) -> None:
    (model / "model.safetensors").unlink()
    assert "no safetensors weights" in sentence(model)


def test_a_model_that_brings_its_own_code_is_refused(model: Path, tmp_path: Path) -> None:
    code = f"from pathlib import Path\nPath({str(tmp_path / 'ran')!r}).touch()\n"
    (model / "theirs.py").write_text(code, "utf-8")
    auto = {"AutoConfig": "theirs.Config", "AutoModel": "theirs.Model"}
    models.rewritten(model, "config.json", auto_map=auto, model_type="theirs")
    assert "code of its own" in sentence(model)
    assert not (tmp_path / "ran").exists()


def test_a_module_that_is_not_the_librarys_is_refused(model: Path, tmp_path: Path) -> None:
    code = f"from pathlib import Path\nPath({str(tmp_path / 'ran')!r}).touch()\n"
    (model / "theirs.py").write_text(code, "utf-8")
    listed = (model / "modules.json").read_text("utf-8")
    changed = listed.replace("sentence_transformers.sentence_transformer.modules", "theirs")
    assert changed != listed
    (model / "modules.json").write_text(changed, "utf-8")
    assert "code of its own" in sentence(model)
    assert not (tmp_path / "ran").exists()


def test_damaged_weights_get_a_sentence(model: Path) -> None:
    (model / "model.safetensors").write_bytes(b"\x00" * 40)
    assert "cannot be loaded" in sentence(model)


def test_broken_settings_of_a_model_get_a_sentence(model: Path) -> None:
    (model / "config.json").write_text("{", "utf-8")
    assert "cannot be loaded" in sentence(model)


def test_a_folder_that_is_no_model_is_refused(tmp_path: Path) -> None:
    assert "neither modules.json nor config.json" in sentence(tmp_path)


def test_a_folder_that_is_not_there_is_named() -> None:
    names = ("/no/such/folder", "./nowhere", "~/nowhere", "a/b/c")
    assert [name for name in names if f"no folder {name}" not in sentence(name)] == []


def test_a_file_is_no_folder(tmp_path: Path) -> None:
    (tmp_path / "model.onnx").write_bytes(b"")
    assert "no folder" in sentence(tmp_path / "model.onnx")


def test_an_impossible_model_name_is_refused(cache: Path) -> None:
    assert "neither a folder nor a name" in sentence("les modèles/été")


def test_a_model_that_is_not_in_the_cache_is_refused_at_once_without_a_network(cache: Path) -> None:
    elapsed = Elapsed()
    assert "not on this machine" in sentence("someone/some-model")
    assert elapsed.seconds() < 5


def test_a_hub_that_does_not_answer_the_door_is_given_up_at_once(
    cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)
    monkeypatch.setattr(constants, "ENDPOINT", "http://127.0.0.1:9")
    elapsed = Elapsed()
    assert "connect to the network once" in sentence("someone/some-model")
    assert elapsed.seconds() < 5


def test_a_hub_that_takes_the_call_and_says_nothing_is_given_up(
    cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)
    monkeypatch.setattr(checkpoint, "PATIENCE", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"http://127.0.0.1:{silent.getsockname()[1]}"
        monkeypatch.setattr(constants, "ENDPOINT", address)
        elapsed = Elapsed()
        assert "connect to the network once" in sentence("someone/some-model")
    assert elapsed.seconds() < 5


def test_a_cached_model_is_loaded_without_asking_the_network(cache: Path, model: Path) -> None:
    cached(cache, "someone/some-model", model)
    assert load("someone/some-model") == f"someone/some-model@{COMMIT[:12]}"


def test_a_name_without_an_owner_is_the_librarys(cache: Path, model: Path) -> None:
    cached(cache, "sentence-transformers/tiny", model)
    assert load("tiny") == f"sentence-transformers/tiny@{COMMIT[:12]}"


def test_a_cached_model_is_found_by_its_commit_and_by_no_other(cache: Path, model: Path) -> None:
    cached(cache, "someone/some-model", model)
    assert load("someone/some-model", revision=COMMIT).endswith(COMMIT[:12])
    assert "not on this machine" in sentence("someone/some-model", revision="v2")


def test_a_half_downloaded_model_is_not_taken_for_whole(cache: Path, model: Path) -> None:
    (cached(cache, "someone/some-model", model) / "model.safetensors").unlink()
    assert "not on this machine" in sentence("someone/some-model")


def test_pickles_in_the_cache_are_refused_too(cache: Path, model: Path) -> None:
    folder = cached(cache, "someone/some-model", model)
    (folder / "2_Dense").mkdir()
    (folder / "2_Dense" / "pytorch_model.bin").write_bytes(b"x")
    assert "pickled" in sentence("someone/some-model")


def test_no_pickle_is_ever_asked_of_the_hub() -> None:
    for name in ("pytorch_model.bin", "2_Dense/pytorch_model.bin", "code.py", "model.pkl"):
        assert not any(Path(name).match(pattern) for pattern in checkpoint.FILES)
