"""docker-compose.yml, as far as it can be held to the code without an engine."""

import os
import re
import shlex
import shutil
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.conf import settings
from django.core.management import get_commands

ROOT: Path = settings.BASE_DIR
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
OURS = {name: service for name, service in SERVICES.items() if service.get("image") == "ethicsreview"}


def test_the_shape_of_production() -> None:
    assert set(SERVICES) == {"db", "redis", "setup", "web", "worker", "beat", "proxy"}
    assert set(OURS) == {"setup", "web", "worker", "beat"}


def test_every_variable_is_one_that_the_settings_read() -> None:
    read = set(re.findall(r'env\.\w+\(\s*"([A-Z_]+)"', (ROOT / "config" / "settings.py").read_text(encoding="utf-8")))

    for service in OURS.values():
        assert set(service["environment"]) <= read
    assert {"SECRET_KEY", "DATABASE_URL"} <= read


@pytest.mark.parametrize("name", sorted(OURS))
def test_every_command_exists(name: str) -> None:
    words = OURS[name]["command"]
    commands = [shlex.split(part) for part in words[2].split("&&")] if words[0] == "sh" else [words]

    for command in commands:
        assert shutil.which(command[0], path=f"{Path(sys.executable).parent}:{os.defpath}")
        if command[:2] == ["python", "manage.py"]:
            assert command[2] in get_commands()


def test_what_is_named_is_declared() -> None:
    for service in SERVICES.values():
        assert set(service.get("secrets", [])) <= set(COMPOSE["secrets"])
        assert set(service.get("depends_on", {})) <= set(SERVICES)
        volumes = [volume.split(":")[0] for volume in service.get("volumes", [])]
        assert all(volume.startswith("./") or volume in COMPOSE["volumes"] for volume in volumes)


def test_everything_that_stays_up_says_how_it_is() -> None:
    assert {name for name, service in SERVICES.items() if "healthcheck" not in service} == {"setup", "proxy"}


def test_the_image_runs_without_root_and_holds_no_secret() -> None:
    dockerfile = (ROOT / "Dockerfile").read_text(encoding="utf-8")

    assert dockerfile.index("USER ethicsreview") < dockerfile.index("ENTRYPOINT")
    assert "secrets" in (ROOT / ".dockerignore").read_text(encoding="utf-8").split()
    assert "secrets/" in (ROOT / ".gitignore").read_text(encoding="utf-8").split()
