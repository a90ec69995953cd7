"""docker-compose.yml is valid, pinned, closed to the outside, and calls only what exists."""

import json
import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema.validators import validator_for

from collectors.settings import CollectSettings
from tests.house.repository import ROOT

COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES: dict[str, Any] = COMPOSE["services"]
OURS = {name: service for name, service in SERVICES.items() if "build" in service}
CONDITIONS = {
    (name, condition["condition"])
    for service in SERVICES.values()
    for name, condition in service.get("depends_on", {}).items()
}


def compose_schema() -> dict[str, Any]:
    """The compose specification's own schema, which ships inside check-jsonschema."""
    found = find_spec("check_jsonschema")
    assert found is not None
    assert found.origin is not None
    path = Path(found.origin).parent / "builtin_schemas" / "vendor" / "compose-spec.json"
    loaded: dict[str, Any] = json.loads(path.read_text())
    return loaded


def test_it_follows_the_compose_specification() -> None:
    schema = compose_schema()
    assert [f"{e.json_path}: {e.message}" for e in validator_for(schema)(schema).iter_errors(COMPOSE)] == []


def test_the_schema_would_find_a_typing_error() -> None:
    schema = compose_schema()
    wrong: Any = {"services": {"kafka": {"image": "apache/kafka:4.3.1", "heatlhcheck": {}}}}
    assert list(validator_for(schema)(schema).iter_errors(wrong))


@pytest.mark.parametrize("name", SERVICES)
def test_images_are_pinned_to_a_full_version(name: str) -> None:
    assert re.search(r":\d+\.\d+\.\d+", SERVICES[name]["image"])


@pytest.mark.parametrize("name", SERVICES)
def test_nothing_listens_outside_of_this_machine(name: str) -> None:
    for port in SERVICES[name].get("ports", []):
        assert port.startswith("127.0.0.1:"), port


@pytest.mark.parametrize("name", SERVICES)
def test_nothing_runs_as_root(name: str) -> None:
    user = SERVICES[name]["user"]
    assert not user.startswith(("0", "root")), user
    assert "no-new-privileges:true" in SERVICES[name]["security_opt"]


@pytest.mark.parametrize("name", OURS)
def test_our_own_services_cannot_write_to_their_image(name: str) -> None:
    assert OURS[name]["read_only"] is True
    assert OURS[name]["cap_drop"] == ["ALL"]


def test_who_is_waited_for_can_be_waited_for() -> None:
    for name, condition in CONDITIONS:
        if condition == "service_healthy":
            assert "healthcheck" in SERVICES[name], name
        else:
            assert condition == "service_completed_successfully", name
            assert "restart" not in SERVICES[name], f"{name} is restarted for ever, so it never completes"


def test_what_stays_up_is_started_again_and_tells_whether_it_is_well() -> None:
    once = {name for name, condition in CONDITIONS if condition == "service_completed_successfully"}
    for name in SERVICES.keys() - once:
        assert SERVICES[name]["restart"] == "unless-stopped", name
        assert "healthcheck" in SERVICES[name], name


def mounts() -> Iterator[str]:
    for service in SERVICES.values():
        for volume in service.get("volumes", []):
            yield volume["source"] if isinstance(volume, dict) else volume.partition(":")[0]


def test_what_is_mounted_exists() -> None:
    for source in mounts():
        if source.startswith("./"):
            assert (ROOT / source).exists(), source
        else:
            assert source.startswith("$") or source in COMPOSE["volumes"], source


def test_the_collector_keeps_its_state_in_a_volume_and_has_time_to_hand_over() -> None:
    collect = SERVICES["collect"]
    named, _, path = collect["volumes"][0].partition(":")
    assert named in COMPOSE["volumes"]
    assert Path(collect["environment"]["WAKELINE_STATE_DIR"]).parent == Path(path)
    assert f"--mode=1777 {path}" in (ROOT / "deploy/Dockerfile").read_text(), "any user may write there"
    assert int(collect["stop_grace_period"].removesuffix("s")) > CollectSettings().grace_seconds


def test_the_readers_password_reaches_both_ends() -> None:
    variable = "WAKELINE_READER_PASSWORD"
    ends = [SERVICES[name]["environment"][variable] for name in ("clickhouse", "grafana")]
    assert ends[0] == ends[1]


def test_grafana_reads_with_an_account_that_can_only_read() -> None:
    source = yaml.safe_load((ROOT / "deploy/grafana/provisioning/datasources/wakeline.yaml").read_text())
    settings = source["datasources"][0]
    users = ET.parse(ROOT / "deploy/clickhouse/users.xml").getroot()
    account = users.find(f"users/{settings['jsonData']['username']}")
    assert account is not None
    assert [each.text for each in account.findall("grants/query")] == ["GRANT SELECT ON default.*"]
    profile = account.findtext("profile")
    assert users.findtext(f"profiles/{profile}/readonly") == "1"
    default = users.find("users/default")
    assert default is not None
    assert default.get("remove") == "remove", "ClickHouse's own account has no password"


def test_grafana_installs_the_plugin_of_its_data_source() -> None:
    source = yaml.safe_load((ROOT / "deploy/grafana/provisioning/datasources/wakeline.yaml").read_text())
    plugin, _, version = SERVICES["grafana"]["environment"]["GF_PLUGINS_PREINSTALL_SYNC"].partition("@")
    assert plugin == source["datasources"][0]["type"]
    assert re.fullmatch(r"\d+\.\d+\.\d+", version)


def test_grafana_finds_the_dashboards_where_they_are_mounted() -> None:
    provider = yaml.safe_load((ROOT / "deploy/grafana/provisioning/dashboards/wakeline.yaml").read_text())
    path = provider["providers"][0]["options"]["path"]
    assert f"./dashboards/built:{path}:ro" in SERVICES["grafana"]["volumes"]


def test_the_image_is_made_of_files_that_exist_and_are_sent_to_the_builder() -> None:
    sent = (ROOT / ".dockerignore").read_text().splitlines()
    for line in (ROOT / "deploy/Dockerfile").read_text().splitlines():
        if line.startswith("COPY ") and "--from" not in line:
            for source in line.split()[1:-1]:
                assert (ROOT / source).exists(), source
                assert f"!{source}" in sent, source
