"""docker-compose.yml, as far as it can be held to the code without an engine."""

import json
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

from config import processes
from config.celery import QUEUES, app, queue_of

ROOT: Path = settings.BASE_DIR
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
OURS = {name: service for name, service in SERVICES.items() if service.get("image") == "ethicsreview"}


def test_the_shape_of_production() -> None:
    assert set(SERVICES) == {"db", "redis", "setup", "web", "worker", "slow", "beat", "proxy"}
    assert set(OURS) == {"setup", "web", "worker", "slow", "beat"}


def test_the_stack_without_docker_starts_the_same_commands() -> None:
    started = {
        "web": processes.web("0.0.0.0:8000"),
        **{name: processes.worker(name) for name in processes.WORKERS},
        "beat": processes.beat("/tmp/beat"),  # noqa: S108 - in a container
    }

    assert {name: service["command"] for name, service in OURS.items() if name != "setup"} == started
    image = re.search(r"^CMD (.*)$", (ROOT / "Dockerfile").read_text(encoding="utf-8"), re.MULTILINE)
    assert image
    assert json.loads(image[1]) == started["web"]


def test_nobody_is_root_or_writes_where_nothing_is_kept() -> None:
    """The proxy's image binds 80 and 443 by the one capability that it keeps."""
    for name, service in SERVICES.items():
        assert service["read_only"], name
        assert service["cap_drop"] == ["ALL"], name
        assert service["security_opt"] == ["no-new-privileges:true"], name
        assert service["mem_limit"], name
    assert {name for name, service in SERVICES.items() if "cap_add" in service} == {"proxy"}
    assert {SERVICES[name]["user"] for name in ("db", "redis")} == {"postgres", "redis"}


def test_every_task_goes_to_a_queue_that_somebody_empties() -> None:
    emptied = {queue for queues in processes.WORKERS.values() for queue in queues.split(",")}
    assert emptied == set(QUEUES)

    ours = {name: queue_of(name, (), {}, {}) for name in app.tasks if not name.startswith("celery.")}
    found = {name: route["queue"] if route else app.conf.task_default_queue for name, route in ours.items()}

    assert set(found.values()) == emptied
    assert found["deadlines.sweep"] == found["notices.deliver_urgent"] == found["reviews.emergencies"] == "urgent"
    assert found["reviews.letters"] == found["work.run"] == "slow"
    assert found["notices.deliver"] == "normal"
    # What is sent to one reaches no other.
    assert {(queue.name, queue.exchange.name, queue.routing_key) for queue in app.conf.task_queues} == {
        (name, name, name) for name in QUEUES
    }
    assert {entry["task"] for entry in app.conf.beat_schedule.values()} <= set(found)


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
    assert {name for name, service in SERVICES.items() if "healthcheck" not in service} == {"setup"}


def test_the_image_runs_without_root_and_holds_no_secret() -> None:
    dockerfile = (ROOT / "Dockerfile").read_text(encoding="utf-8")

    assert dockerfile.index("USER ethicsreview") < dockerfile.index("ENTRYPOINT")
    assert "secrets" in (ROOT / ".dockerignore").read_text(encoding="utf-8").split()
    assert "secrets/" in (ROOT / ".gitignore").read_text(encoding="utf-8").split()
