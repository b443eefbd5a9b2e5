"""compose.yaml, Dockerfile and their neighbours, read as a container engine reads them: none need be at hand."""

from __future__ import annotations

import configparser
import re
import shlex
import shutil
import subprocess
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import pytest
import yaml
from dotenv.parser import parse_stream

from core.cli.app import COMMANDS
from core.config.settings import PREFIX, Runtime, load_runtime

ROOT = Path(__file__).parents[3]
TEXT = (ROOT / "compose.yaml").read_text()
COMPOSE: dict[str, Any] = yaml.safe_load(TEXT)
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
OURS = {name: service for name, service in SERVICES.items() if service.get("build")}
#: What the Compose specification allows, as far as we use it.
KEYS = {
    "build", "cap_drop", "command", "depends_on", "deploy", "env_file", "environment", "healthcheck", "image", "ports",
    "restart", "security_opt", "shm_size", "stop_grace_period", "volumes",
}  # fmt: skip
CONDITIONS = {"service_started", "service_healthy", "service_completed_successfully"}
DOCKERFILE = (ROOT / "Dockerfile").read_text()


def example() -> dict[str, str]:
    """The variables of .env.example."""
    with (ROOT / ".env.example").open() as stream:
        return {entry.key: entry.value or "" for entry in parse_stream(stream) if entry.key}


def variables() -> dict[str, str]:
    """What compose.yaml asks of .env, and what is said where it is missing."""
    return dict(re.findall(r"\$\{(\w+):\?([^}]+)\}", TEXT))


def filled(value: str) -> str:
    return re.sub(r"\$\{(\w+)[^}]*\}", lambda found: GIVEN[found[1]], value)


GIVEN = {
    **dict.fromkeys(variables(), "abc123"),
    "DESKBELL_PUBLIC_URL": "https://texts.example.com",
    "DESKBELL_SECRET_KEYS": "A" * 43 + "=",
}


def test_there_are_two_web_and_two_worker_processes_and_all_that_they_use() -> None:
    assert set(SERVICES) == {
        "migrate", "web", "worker", "proxy", "postgres", "redis", "chroma", "prometheus", "grafana"
    }  # fmt: skip
    assert [SERVICES[name]["deploy"]["replicas"] for name in ("web", "worker")] == [2, 2]


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_is_written_by_the_rules(name: str) -> None:
    service = SERVICES[name]
    assert set(service) <= KEYS
    assert service["restart"] == ("no" if name == "migrate" else "unless-stopped")
    wanted = service.get("depends_on", {})
    for other in wanted:
        assert other in SERVICES
        if isinstance(wanted, dict):
            condition = wanted[other]["condition"]
            assert condition in CONDITIONS
            # Ours bring their check in the image.
            healthy = "test" in SERVICES[other].get("healthcheck", {}) or other in OURS
            assert condition != "service_healthy" or healthy
    for volume in service.get("volumes", ()):
        source, target, *mode = volume.split(":")
        assert target.startswith("/")
        assert mode in ([], ["ro"])
        assert (ROOT / source).exists() if source.startswith(".") else source in COMPOSE["volumes"]
    check = service.get("healthcheck", {})
    assert check == {"disable": True} or not check or check["test"][0] in ("CMD", "CMD-SHELL")
    assert all(isinstance(value, str) for value in service.get("environment", {}).values()), "YAML's own types surprise"


def test_only_the_proxy_is_reached_from_outside() -> None:
    ports = {name: service["ports"] for name, service in SERVICES.items() if "ports" in service}
    assert ports.pop("proxy") == ["80:80", "443:443"]
    assert all(port.startswith("127.0.0.1:") for given in ports.values() for port in given)


def test_images_are_pinned_and_chroma_is_the_version_that_its_client_is() -> None:
    for name, service in SERVICES.items():
        assert name in OURS or re.search(r":v?\d+(\.\d+)*(-[a-z]+)?$", service["image"]), service["image"]
    client = re.search(r"(?m)^chromadb==(\S+)", (ROOT / "requirements.lock").read_text())
    assert client
    assert SERVICES["chroma"]["image"] == f"chromadb/chroma:{client[1]}"


def test_every_secret_that_must_be_there_is_named_with_what_to_do_and_stands_in_the_example() -> None:
    assert "$" not in re.sub(r"\$\{\w+:\?[^}]+\}|\$\{env:CHROMA_URL\}", "", TEXT), (
        "a variable without an error of its own"
    )
    assert {
        "POSTGRES_PASSWORD",
        "REDIS_PASSWORD",
        "GRAFANA_PASSWORD",
        "DESKBELL_PUBLIC_URL",
        "DESKBELL_SECRET_KEYS",
    } == set(variables())
    for name, said in variables().items():
        assert said.startswith(f"set {name} in .env")
    assert set(variables()) <= set(example())


@pytest.mark.parametrize("name", OURS)
def test_our_processes_start_from_settings_that_they_take(name: str) -> None:
    service = OURS[name]
    environment = {key: filled(value) for key, value in service["environment"].items()}
    settings = load_runtime(environment)
    assert settings.secret_keys
    assert settings.database_url
    ours = {key for key in environment if key.startswith(PREFIX)}
    assert ours <= {PREFIX + field.upper() for field in Runtime.model_fields}
    assert service["command"][0] in COMMANDS
    assert service["env_file"] == [".env"], "the clinics' secrets"
    # Turns have 20 seconds, and 10 are Docker's own patience.
    assert int(service["stop_grace_period"].removesuffix("s")) > 30
    targets = {volume.split(":")[1] for volume in service["volumes"]}
    assert {environment["DESKBELL_HOME"], environment["DESKBELL_CLINICS"]} <= targets


def test_the_image_names_what_the_processes_use() -> None:
    environment = dict(re.findall(r"\b(DESKBELL_\w+)=(\S+)", DOCKERFILE))
    load_runtime(environment)
    for name in ("DESKBELL_HOME", "DESKBELL_CLINICS", "DESKBELL_PORT"):
        assert OURS["web"]["environment"][name] == environment[name]
    [ports] = re.findall(r"(?m)^EXPOSE (.+)$", DOCKERFILE)
    assert set(ports.split()) == {OURS["web"]["environment"][f"DESKBELL_{name}PORT"] for name in ("", "WORKER_")}


def test_what_prometheus_and_the_proxy_look_for_is_where_the_processes_are() -> None:
    jobs = yaml.safe_load((ROOT / "config/prometheus/prometheus.yml").read_text())["scrape_configs"]
    environment = OURS["web"]["environment"]
    found = {job["job_name"]: (job["dns_sd_configs"][0]["names"], job["dns_sd_configs"][0]["port"]) for job in jobs}
    assert found == {
        "web": (["web"], int(environment["DESKBELL_PORT"])),
        "worker": (["worker"], int(environment["DESKBELL_WORKER_PORT"])),
    }
    caddy = (ROOT / "config/caddy/Caddyfile").read_text()
    assert f"dynamic a web {environment['DESKBELL_PORT']}" in caddy
    assert "respond /metrics 404" in caddy


def test_the_image_runs_as_nobody_special_without_an_installer_and_is_health_checked() -> None:
    build, runs = DOCKERFILE.split("\nFROM ")[1:] if DOCKERFILE.startswith("FROM") else DOCKERFILE.split("FROM ")[1:]
    assert "AS build" in build
    assert re.search(r"(?m)^USER deskbell$", runs)
    assert runs.index("USER deskbell") < runs.index("ENTRYPOINT")
    assert re.search(r"--uid 1\d{4}\b", runs)
    assert "pip" not in runs
    assert re.search(r"(?m)^HEALTHCHECK .*\\\n +CMD \[", runs)
    assert re.search(r"(?m)^ENTRYPOINT \[\"deskbell\"\]$", runs)
    bases = re.findall(r"FROM (\S+)", DOCKERFILE)
    assert {base.partition(":")[2] for base in bases} == {"3.11-slim-bookworm"}
    for instruction in re.findall(r"(?m)^([A-Z]+) ", DOCKERFILE):
        assert instruction in {
            "FROM", "ENV", "ARG", "WORKDIR", "RUN", "COPY", "LABEL", "USER", "EXPOSE", "STOPSIGNAL", "HEALTHCHECK",
            "ENTRYPOINT", "CMD",
        }  # fmt: skip
    for command in re.findall(r"(?m)^ *(?:HEALTHCHECK.*)?CMD (\[.*\])$", DOCKERFILE):
        assert isinstance(yaml.safe_load(command), list)
    # Whoever runs it may not write the compiled modules, and loading the SDKs without them takes many seconds.
    assert "UV_COMPILE_BYTECODE=1" in build


@pytest.mark.parametrize("check", [r"HEALTHCHECK .*\\\n +CMD (\[.*\])", None])
def test_the_health_checks_are_programs_that_python_takes(check: str | None) -> None:
    if check:
        found = re.search(check, DOCKERFILE)
        assert found
        program = yaml.safe_load(found[1])
    else:
        program = SERVICES["worker"]["healthcheck"]["test"][1:]
    assert program[:2] == ["python", "-c"]
    compile(program[2], shlex.join(program), "exec")
    assert "/health/ready" in program[2]


def test_the_image_is_built_from_all_that_the_package_is_and_from_no_secret() -> None:
    lines = [line for line in (ROOT / ".dockerignore").read_text().splitlines() if line and not line.startswith("#")]
    assert lines[0] == "*"
    kept = {line[1:] for line in lines if line.startswith("!")}
    assert all((ROOT / name).exists() for name in kept)
    setup = configparser.ConfigParser()
    setup.read(ROOT / "setup.cfg")
    packages = {name.removesuffix("*") for name in setup["options.packages.find"]["include"].split()}
    readme = setup["metadata"]["long_description"].removeprefix("file:").strip()
    assert kept == packages | {readme, "setup.cfg", "pyproject.toml", "requirements.lock"}
    for secret in (".env", ".git", ".deskbell", ".venv"):
        assert not any(fnmatch(secret, name) for name in kept)


@pytest.mark.skipif(not shutil.which("docker-compose"), reason="no docker-compose is installed")
def test_docker_compose_takes_the_file_and_says_what_is_missing(tmp_path: Path) -> None:
    (tmp_path / "compose.yaml").write_text(TEXT)
    (tmp_path / ".env").write_text("")
    command = ["docker-compose", "--file", str(tmp_path / "compose.yaml"), "config", "--quiet"]
    bare = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert bare.returncode != 0
    assert "set POSTGRES_PASSWORD in .env" in bare.stderr
    (tmp_path / ".env").write_text("\n".join(f"{name}={value}" for name, value in GIVEN.items()))
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


@pytest.mark.skipif(not shutil.which("caddy"), reason="Caddy is not installed")
def test_the_proxy_takes_its_file() -> None:
    command = ["caddy", "validate", "--adapter", "caddyfile", "--config", str(ROOT / "config/caddy/Caddyfile")]
    environment = {"DESKBELL_PUBLIC_URL": GIVEN["DESKBELL_PUBLIC_URL"], "HOME": "/tmp", "PATH": "/usr/bin:/bin"}
    done = subprocess.run(command, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
