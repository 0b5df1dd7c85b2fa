"""The examples under deploy/: well formed, with settings that exist, and images that name no registry."""

import re
from configparser import ConfigParser
from typing import Any

import pytest
import yaml

from server.settings import ROOT, Settings

DEPLOY = ROOT / "deploy"
SETTINGS = {name.upper() for name in Settings.model_fields}


def test_compose_sets_settings_that_exist() -> None:
    services = yaml.safe_load((DEPLOY / "compose.yml").read_text(encoding="utf-8"))["services"]
    assert set(services["server"]["environment"]) <= SETTINGS
    assert services["server"]["environment"]["ENVIRONMENT"] == "production"
    # Rasa and the actions are in the server's namespace and publish nothing.
    for name in ("bot", "actions"):
        assert services[name]["network_mode"] == "service:server"
        assert "ports" not in services[name]
    assert all(_is_local_or_official(service["image"]) for service in services.values())
    assert [port for service in services.values() for port in service.get("ports", [])] == ["127.0.0.1:8001:8000"]


def test_kubernetes_sets_settings_that_exist() -> None:
    deployment, service, budget = yaml.safe_load_all((DEPLOY / "kubernetes.yml").read_text(encoding="utf-8"))
    assert [d["kind"] for d in (deployment, service, budget)] == ["Deployment", "Service", "PodDisruptionBudget"]
    pod = deployment["spec"]["template"]["spec"]
    containers: dict[str, Any] = {c["name"]: c for c in pod["containers"]}
    assert {e["name"] for e in containers["server"]["env"]} <= SETTINGS
    assert [name for name, c in containers.items() if "ports" in c] == ["server"]
    assert all(_is_local_or_official(c["image"]) for c in [*containers.values(), *pod["initContainers"]])
    shutdown = Settings.model_fields["shutdown_seconds"].default
    sleep = int(containers["server"]["lifecycle"]["preStop"]["exec"]["command"][1])
    assert pod["terminationGracePeriodSeconds"] > shutdown + sleep
    assert int(containers["bot"]["lifecycle"]["preStop"]["exec"]["command"][1]) > shutdown + sleep


def _is_local_or_official(image: str) -> bool:
    return bool(re.fullmatch(r"pumptalk-(server|bot):local|postgres:\d+|redis:\d+", image))


@pytest.mark.parametrize("part", ["actions", "bot", "server"])
def test_units_start_modules_that_exist(part: str) -> None:
    unit = ConfigParser(strict=False, interpolation=None)
    unit.read(DEPLOY / "systemd" / f"pumptalk-{part}.service", encoding="utf-8")
    module = unit["Service"]["ExecStart"].split()[2]
    known = {"server": "server/__main__.py", "bot.serve": "bot/serve.py", "rasa_sdk": "actions/__init__.py"}
    assert (ROOT / known[module]).is_file()
    assert unit["Service"]["User"] == "pumptalk"


def test_the_manual_tells_every_setting_as_it_is() -> None:
    manual = (ROOT / "docs" / "operate.md").read_text(encoding="utf-8")
    rows = dict(re.findall(r"^\| `([A-Z_]+)` \| .* \| (.*) \|$", manual, re.MULTILINE))
    wrong = [n for n, f in Settings.model_fields.items() if rows.get(n.upper()) != f.description]
    assert wrong == []
