"""`wakeline watch` and `wakeline record`: a live cluster, on this machine alone."""

from pathlib import Path
from typing import Annotated

import typer
from msgspec import Meta, Struct

from collectors.settings import EVENTS_TWICE, CollectSettings
from stream_jobs.settings import MigrateSettings, Thresholds
from wakeline.cli.options import LIVE, Port, Store, thresholds_of


class ClusterSettings(Struct, frozen=True, kw_only=True):
    """Which cluster, and what of it. The collector's own settings of the same names, without Kafka's."""

    context: Annotated[str, Meta(description="context of the kubeconfig; empty: its current one")] = ""
    kubeconfig: Annotated[
        str, Meta(description="kubeconfig file; empty: $KUBECONFIG, ~/.kube/config, or the pod's own account")
    ] = ""
    server: Annotated[
        str, Meta(description="plain http address of an API server without credentials, in place of both")
    ] = ""
    cluster: Annotated[
        str, Meta(description="name of the cluster in all that is stored; empty: the kubeconfig's name")
    ] = ""
    namespaces: Annotated[
        tuple[str, ...],
        Meta(description="namespaces to watch; none: all, and cluster-scoped kinds", extra={"short": "-n"}),
    ] = ()
    include: Annotated[
        tuple[str, ...], Meta(description="patterns of kinds to watch, as batch/*; none: every kind")
    ] = ()
    exclude: Annotated[tuple[str, ...], Meta(description="patterns of kinds to leave out")] = (EVENTS_TWICE,)
    secrets: Annotated[
        bool, Meta(description="watch Secrets, too: their metadata only, never their data")
    ] = False
    recorded_time: Annotated[
        bool, Meta(description="take each line's time from the server; for servers that play a recording")
    ] = False


class WatchSettings(ClusterSettings, frozen=True, kw_only=True):
    """Settings of `wakeline watch`."""

    port: Port = None
    store: Store = LIVE
    retention_days: Annotated[int, Meta(description="days that rows are kept", ge=1)] = (
        MigrateSettings().retention_days
    )
    threshold: Thresholds = ()


class RecordSettings(ClusterSettings, frozen=True, kw_only=True):
    """Settings of `wakeline record`."""


Output = Annotated[
    Path,
    typer.Option(
        "--output", "-o", metavar="FILE", help="Recording to write; a name that ends in .gz is packed."
    ),
]


def watch(settings: WatchSettings) -> None:
    """Watch the cluster of your kubeconfig, say what goes wrong and why, and serve the page, until Ctrl-C.

    Everything is kept on this machine; after a restart history and open runs go on. Needs the right to list
    and watch, and changes nothing.

    For example:

        wakeline watch --context training --namespace team-a
    """
    from wakeline.watching import Keeping, watch_cluster

    keeping = Keeping(
        folder=Path(settings.store).expanduser(),
        port=settings.port,
        retention_days=settings.retention_days,
        thresholds=thresholds_of(settings.threshold),
    )
    watch_cluster(_choice(settings), keeping)


def record(settings: RecordSettings, output: Output) -> None:
    """Record what a cluster's API server sends into a file for `wakeline replay`, until Ctrl-C.

    Values of Secrets, and what else looks like a secret, are not written.

    For example:

        wakeline record -o monday.jsonl.gz --namespace team-a
    """
    from wakeline.watching import record_cluster

    record_cluster(_choice(settings), output)


def _choice(settings: ClusterSettings) -> CollectSettings:
    return CollectSettings(**{name: getattr(settings, name) for name in ClusterSettings.__struct_fields__})
