"""`wakeline dashboards build` and `wakeline dashboards push`: Grafana's dashboards."""

import sys
from typing import Annotated

from msgspec import Meta, Struct

from dashboards.build import BUILT
from dashboards.build import build as build_files
from wakeline.errors import UserError


class BuildSettings(Struct, frozen=True, kw_only=True):
    """Settings of `wakeline dashboards build`: none."""


def build(_: BuildSettings) -> None:
    """Write the dashboards' JSON anew, into the package, for Grafana's file provisioning.

    For example:

        wakeline dashboards build
    """
    try:
        for path in build_files(BUILT):
            sys.stdout.write(f"wrote {path}\n")
    except OSError as error:
        raise UserError(f"{BUILT} cannot be written: {error.strerror}") from error


class PushSettings(Struct, frozen=True, kw_only=True):
    """Settings of `wakeline dashboards push`."""

    grafana: Annotated[str, Meta(description="address of Grafana")] = "http://localhost:3000"
    grafana_token: Annotated[str, Meta(description="token of a service account that may write")] = ""
    grafana_folder: Annotated[str, Meta(description="title of the folder, where it is not there yet")] = (
        "Wakeline"
    )


def push(settings: PushSettings) -> None:
    """Put the dashboards into a running Grafana; safe to repeat.

    Needs the extra: pip install 'wakeline[grafana]'. For files on Grafana's own disk see docs/fleet.md.

    For example:

        wakeline dashboards push --grafana http://grafana:3000 --grafana-token glsa_...
    """
    from wakeline.grafana import Grafana
    from wakeline.grafana import push as push_files

    files = sorted(BUILT.glob("*.json"))
    if not files:
        raise UserError(f"there are no dashboards in {BUILT}: run `wakeline dashboards build` first")
    grafana = Grafana(url=settings.grafana, token=settings.grafana_token, folder=settings.grafana_folder)
    for title in push_files(grafana, files):
        sys.stdout.write(f"pushed {title}\n")
