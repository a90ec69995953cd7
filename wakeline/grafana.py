"""Dashboards into a running Grafana, over its API. Needs the extra: `pip install 'wakeline[grafana]'`."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec

from wakeline.errors import UserError

FOLDER_UID = "wakeline"
_MISSING = 404


class Grafana(msgspec.Struct, frozen=True, kw_only=True):
    """Where to push, and as whom. Without a token as the anonymous user, who seldom may write."""

    url: str
    token: str
    folder: str  # its title


def push(grafana: Grafana, files: Sequence[Path]) -> list[str]:
    """Put the dashboards into Grafana, replacing older ones of the same uid; return their titles.

    Raises UserError where Grafana is away or refuses, or the extra is not installed.
    """
    with _explained(grafana):
        api = _api(grafana)
        _make_folder(api, grafana.folder)
        return [_push(api, path) for path in files]


def _push(api: Any, path: Path) -> str:
    dashboard = msgspec.json.decode(path.read_bytes(), type=dict[str, Any])
    api.dashboard.update_dashboard(
        {"dashboard": {**dashboard, "id": None}, "folderUid": FOLDER_UID, "overwrite": True}
    )
    return str(dashboard["title"])


def _make_folder(api: Any, title: str) -> None:
    from grafana_client.client import GrafanaClientError

    try:
        api.folder.get_folder(FOLDER_UID)
    except GrafanaClientError as error:
        if error.status_code != _MISSING:
            raise
        api.folder.create_folder(title, FOLDER_UID)


def _api(grafana: Grafana) -> Any:
    from grafana_client import GrafanaApi, TokenAuth

    return GrafanaApi.from_url(grafana.url, credential=TokenAuth(grafana.token) if grafana.token else None)


@contextmanager
def _explained(grafana: Grafana) -> Iterator[None]:
    try:
        from grafana_client.client import GrafanaException
        from niquests.exceptions import RequestException
    except ModuleNotFoundError as error:
        raise UserError("grafana-client is not installed: pip install 'wakeline[grafana]'") from error
    try:
        yield
    except GrafanaException as error:
        raise UserError(
            f"Grafana at {grafana.url} refuses: {error.message}; give --grafana-token the token of a service "
            "account that may write dashboards"
        ) from error
    except (RequestException, OSError) as error:
        raise UserError(f"Grafana at {grafana.url} does not answer: {error}") from error
