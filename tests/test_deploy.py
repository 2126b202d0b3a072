"""The examples for operators fit the program: names, locks, and what starts it."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path
from typing import Any

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version
from prometheus_client.parser import text_string_to_metric_families

from bot.running.health import Metrics
from bot.running.leases import BETWEEN
from bot.running.supervise import ANSWERING, CLOSING, CUT, LEAVING
from config.groups import DiscordSettings
from config.settings import load_settings, variables
from tests.house import PACKAGES, sources

ROOT = Path(__file__).resolve().parents[1]
DEPLOY = ROOT / "config" / "deploy"
UNIT = (DEPLOY / "verbatim.service").read_text(encoding="utf-8")
COMPOSE = yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))
SEVERAL = yaml.safe_load((DEPLOY / "compose.several.yaml").read_text(encoding="utf-8"))
BOTS = {name: each for name, each in SEVERAL["services"].items() if name != "database"}
GUIDE = (DEPLOY / "README.md").read_text(encoding="utf-8")
DASHBOARD = json.loads((DEPLOY / "grafana-dashboard.json").read_text(encoding="utf-8"))
DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
ANALYZE = shutil.which("systemd-analyze")
END = CUT
"""Seconds that the end of the program may take."""


def exposed() -> set[str]:
    """Return the names of all series that the program gives."""
    families = text_string_to_metric_families(Metrics().export().decode())
    names = {sample.name for family in families for sample in family.samples}
    return names | {f"{n.removesuffix('_count')}_bucket" for n in names if n.endswith("_count")}


def queries() -> list[str]:
    return [target["expr"] for panel in DASHBOARD["panels"] for target in panel["targets"]]


def test_the_dashboard_asks_for_what_the_program_gives() -> None:
    asked = [set(re.findall(r"\b(?:verbatim|process)_\w+", query)) for query in queries()]
    assert all(asked)
    assert not set().union(*asked) - exposed()


def test_the_dashboard_asks_for_values_that_the_program_gives() -> None:
    for label in ("outcome", "kind", "stage"):
        given = set(re.findall(rf'{label}="([^"]+)"', Metrics().export().decode()))
        found = re.findall(rf'{label}=~?"([^"]+)"', "\n".join(queries()))
        assert not {value for values in found for value in values.split("|")} - given


def test_the_dashboard_shows_every_metric_of_the_bot() -> None:
    own = {n for n in exposed() if n.startswith("verbatim_") and not n.endswith("_created")}
    bare = {re.sub(r"_(bucket|count|sum)$", "", name) for name in own}
    assert not {name for name in bare if name not in "\n".join(queries())}


def test_the_panels_of_the_dashboard_do_not_overlap() -> None:
    cells: set[tuple[int, int]] = set()
    for panel in DASHBOARD["panels"]:
        at = panel["gridPos"]
        taken = {
            (x, y)
            for x in range(at["x"], at["x"] + at["w"])
            for y in range(at["y"], at["y"] + at["h"])
        }
        assert not cells & taken
        assert at["x"] + at["w"] <= 24
        cells |= taken


@pytest.mark.skipif(ANALYZE is None, reason="systemd is not here")
def test_systemd_understands_the_unit(tmp_path: Path) -> None:
    unit = tmp_path / "verbatim.service"
    unit.write_text(re.sub(r"(?m)^ExecStart=.*", "ExecStart=/bin/true", UNIT), encoding="utf-8")
    done = subprocess.run(
        [str(ANALYZE), "verify", str(unit)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr.strip()) == (0, "")


def test_whoever_stops_the_bot_waits_for_it() -> None:
    assert ANSWERING + LEAVING + CLOSING < END <= 10
    wait = re.search(r"TimeoutStopSec=(\d+)", UNIT)
    assert wait
    assert int(wait[1]) > END
    for bot in (COMPOSE["services"]["bot"], *BOTS.values()):
        assert int(bot["stop_grace_period"].removesuffix("s")) > END


def test_every_setting_in_the_examples_exists() -> None:
    examples = (DEPLOY / "compose.yaml", DEPLOY / "compose.several.yaml", DEPLOY / "README.md")
    texts = [UNIT, DOCKERFILE, *(path.read_text(encoding="utf-8") for path in examples)]
    named = {name for text in texts for name in re.findall(r"VERBATIM_[A-Z_]+[A-Z]", text)}
    assert named
    assert named <= set(variables())


def test_the_container_runs_with_nothing_that_it_does_not_need() -> None:
    bot: dict[str, Any] = COMPOSE["services"]["bot"]
    assert bot["read_only"] is True
    assert bot["cap_drop"] == ["ALL"]
    assert all(port.startswith("127.0.0.1:") for port in bot["ports"])
    assert set(COMPOSE["volumes"]) == {v.split(":")[0] for v in bot["volumes"]}
    assert (DEPLOY / bot["build"]["context"] / "Dockerfile").resolve() == ROOT / "Dockerfile"


def test_each_shard_of_the_example_is_one_process_s() -> None:
    found: list[int] = []
    for bot in BOTS.values():
        given = bot["environment"]
        count, ids = given["VERBATIM_DISCORD__SHARDS"], given["VERBATIM_DISCORD__SHARD_IDS"]
        found += DiscordSettings(shards=count, shard_ids=ids).shard_ids
        assert count == 10
    assert sorted(found) == list(range(10))


def test_the_several_containers_run_with_nothing_that_they_do_not_need() -> None:
    for service in SEVERAL["services"].values():
        assert service["cap_drop"] == ["ALL"]
        assert all(port.startswith("127.0.0.1:") for port in service.get("ports", ()))
        assert {volume.split(":")[0] for volume in service["volumes"]} <= set(SEVERAL["volumes"])
    assert all(bot["read_only"] is True for bot in BOTS.values())
    assert "ports" not in SEVERAL["services"]["database"]


def test_the_bots_wait_until_the_database_answers() -> None:
    assert SEVERAL["services"]["database"]["healthcheck"]["test"][1] == "pg_isready"
    for bot in BOTS.values():
        assert bot["depends_on"] == {"database": {"condition": "service_healthy"}}


def test_no_secret_is_in_the_environment_of_a_container() -> None:
    for service in SEVERAL["services"].values():
        named = [name for name in service["environment"] if re.search("TOKEN|PASSWORD|ADDR", name)]
        assert named in ([], ["POSTGRES_PASSWORD_FILE"])
        for secret in service["secrets"]:
            source = secret if isinstance(secret, str) else secret["source"]
            assert source in SEVERAL["secrets"]
    (settings,) = BOTS["first"]["secrets"]
    home = re.search(r"(?m)^WORKDIR (/home/\S+)", DOCKERFILE)
    assert home
    assert settings["target"] == f"{home[1]}/verbatim.toml"


def test_the_settings_of_the_example_are_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    head = (DEPLOY / "compose.several.yaml").read_text(encoding="utf-8").partition("x-bot")[0]
    lines = [line.removeprefix("#").strip() for line in head.splitlines()]
    start = next(n for n, line in enumerate(lines) if line.startswith("verbatim.toml"))
    lines[start] = lines[start].removeprefix("verbatim.toml")
    toml = "\n".join(lines[start : start + 3]).replace("THE PASSWORD", "secret")
    (tmp_path / "verbatim.toml").write_text(toml, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    settings = load_settings()
    assert settings.token == "…"
    assert settings.store.url == "postgresql://verbatim:secret@database/verbatim"


def test_the_sums_of_the_guide_are_right() -> None:
    part = GUIDE.partition("## Several processes")[2]
    rows = re.findall(r"\| ([\d,]+) \| (\d+) \| (\d+|-) \| ([\d.]+) GB \| (\d+) s \|", part)
    assert len(rows) == 5
    for servers, processes, shards, memory, seconds in rows:
        count, number = int(servers.replace(",", "")), int(processes)
        all_shards = number * int(shards) if shards != "-" else 1
        between = BETWEEN if number > 1 else 5
        assert count <= all_shards * 1000
        assert float(memory) == pytest.approx(0.2 + 42e-6 * count / number, abs=0.05)
        assert int(seconds) == pytest.approx((all_shards - 1) * between, abs=1)


def locked(name: str) -> dict[str, tuple[Version, int]]:
    """Return the packages of a lock, each with its version and the number of its digests."""
    text = (DEPLOY / name).read_text(encoding="utf-8")
    blocks = re.findall(r"(?m)^([\w.-]+)==([^\s;]+)(?: ; .*)? \\\n((?:    .*\n)+)", text)
    assert len(blocks) == len(re.findall(r"(?m)^[\w.-]+==", text))
    return {
        canonicalize_name(package): (Version(version), len(re.findall("sha256:[0-9a-f]{64}", rest)))
        for package, version, rest in blocks
    }


LOCKS = locked("requirements.lock") | locked("requirements-torch.lock")


WANTED = [*PROJECT["dependencies"], *PROJECT["optional-dependencies"]["postgres"]]
BILL = json.loads((DEPLOY / "sbom.json").read_text(encoding="utf-8"))["components"]


def test_every_dependency_is_locked_at_a_version_that_is_asked_for() -> None:
    wanted = list(map(Requirement, WANTED))
    locked_ = {w.name: LOCKS.get(canonicalize_name(w.name), (Version("0"), 0)) for w in wanted}
    wrong = [w.name for w in wanted if locked_[w.name][0] not in w.specifier]
    assert not wrong, "run config/deploy/lock.sh"


OURS = frozenset(PACKAGES)
COME_WITH = {
    "aiohttp": "discord.py",
    "pydantic_core": "pydantic",
    "scipy": "sentence-transformers",
    "sklearn": "sentence-transformers",
    "transformers": "sentence-transformers",
    "yarl": "discord.py",
}
"""What we import that comes with something we ask for by name."""


def test_every_library_that_the_program_imports_is_asked_for() -> None:
    lines = [*WANTED, *PROJECT["optional-dependencies"]["plots"]]
    asked = {canonicalize_name(Requirement(line).name) for line in lines}
    assert asked >= {canonicalize_name(name) for name in COME_WITH.values()}
    owners = packages_distributions()
    tops = {name.partition(".")[0] for each in sources().values() for name in each.anywhere}
    foreign = tops - OURS - sys.stdlib_module_names - set(COME_WITH)
    unasked = {
        name
        for name in foreign
        if not asked & {canonicalize_name(owner) for owner in owners.get(name, [name])}
    }
    assert not unasked


def test_no_package_is_locked_without_a_digest() -> None:
    assert not [name for name, (_, digests) in LOCKS.items() if not digests]


def test_the_locks_name_no_place_and_no_gpu() -> None:
    text = "".join(path.read_text(encoding="utf-8") for path in DEPLOY.glob("requirements*.lock"))
    assert "://" not in text
    assert not [name for name in LOCKS if name.startswith(("nvidia-", "cuda-", "triton"))]


def test_the_bill_of_materials_lists_what_is_locked_and_nothing_else() -> None:
    listed = {canonicalize_name(part["name"]): Version(part["version"]).public for part in BILL}
    assert listed == {name: version.public for name, (version, _) in LOCKS.items()}, "run sbom.sh"


def test_the_bill_of_materials_names_the_licence_of_nearly_every_package() -> None:
    unnamed = [part["name"] for part in BILL if not part.get("licenses")]
    assert unnamed == ["transformers"], "it is Apache-2.0, in words of its own"


def test_the_image_is_made_with_the_python_that_the_locks_are_for() -> None:
    versions = set(re.findall(r"FROM python:([\d.]+)-slim", DOCKERFILE))
    assert len(versions) == 1
    assert "requirements.lock" in DOCKERFILE
    assert "requirements-torch.lock" in DOCKERFILE


def test_the_image_is_built_from_what_is_sent_to_the_builder() -> None:
    ignored = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    lines = re.findall(r"(?m)^COPY (?!--)(.+) \S+$", DOCKERFILE)
    sources = {source.partition("/")[0] for line in lines for source in line.split()}
    assert sources
    assert sources == {line[1:] for line in ignored if line.startswith("!")}
