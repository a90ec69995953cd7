"""The collector's settings: which cluster, which kinds, where to send."""

from typing import Annotated, Literal

from msgspec import Meta, Struct

from schemas import topics

EVENTS_TWICE = "events.k8s.io/events"  # the same objects as core/events
LogFormat = Annotated[Literal["text", "json"], Meta(description="what a line of the log is")]
LEASES = "coordination.k8s.io/leases"  # renewed every few seconds by each node and controller


class CollectSettings(Struct, frozen=True, kw_only=True):
    """Settings of `wakeline collect`. A pattern is "group/resource" with * ("argoproj.io/*", "core/pods")."""

    cluster: Annotated[str, Meta(description="name of the cluster, in everything that is stored")] = "default"
    kubeconfig: Annotated[
        str, Meta(description="kubeconfig file; empty: $KUBECONFIG, ~/.kube/config, or the pod's own account")
    ] = ""
    context: Annotated[str, Meta(description="context of the kubeconfig; empty: its current one")] = ""
    server: Annotated[
        str, Meta(description="plain http address of an API server without credentials, in place of both")
    ] = ""
    namespaces: Annotated[
        tuple[str, ...], Meta(description="namespaces to collect; none: all, and cluster-scoped kinds")
    ] = ()
    include: Annotated[
        tuple[str, ...], Meta(description="patterns of kinds to collect; none: every kind")
    ] = ()
    exclude: Annotated[tuple[str, ...], Meta(description="patterns of kinds to leave out")] = (EVENTS_TWICE,)
    secrets: Annotated[
        bool, Meta(description="collect Secrets, too: their metadata only, never their data")
    ] = False
    list_only: Annotated[
        tuple[str, ...], Meta(description="patterns of kinds that are listed once and not watched")
    ] = (LEASES,)
    kafka_bootstrap: Annotated[str, Meta(description="Kafka's bootstrap servers")] = "localhost:9092"
    topic: Annotated[str, Meta(description="topic the changes go to")] = topics.CHANGES
    recorded_time: Annotated[
        bool, Meta(description="take each line's time from the server; for servers that play a recording")
    ] = False
    page_items: Annotated[int, Meta(description="objects a page of a list", ge=1)] = 500
    lists_at_once: Annotated[int, Meta(description="lists read at the same time, at most", ge=1)] = 4
    silence_seconds: Annotated[
        float, Meta(description="a watch without a word for so long is connected anew", gt=0)
    ] = 75.0
    watch_seconds: Annotated[int, Meta(description="how long a watch may last, at least", ge=1)] = 300
    progress_seconds: Annotated[float, Meta(description="time between two progress marks", gt=0)] = 5.0
    retry_seconds: Annotated[
        float, Meta(description="first wait after a failure; doubles up to 30 s", gt=0)
    ] = 1.0
    discovery_seconds: Annotated[
        float, Meta(description="how often new kinds are looked for, besides at each change of a CRD", gt=0)
    ] = 600.0
    state_dir: Annotated[
        str,
        Meta(
            description="folder for what must survive a restart: how far each watch came, and records while "
            "Kafka is away; one for each collector; empty: none, and a restart lists everything again"
        ),
    ] = ""
    spool_mib: Annotated[
        int, Meta(description="MiB of records in the state folder, at most, while Kafka is away", ge=1)
    ] = 512
    grace_seconds: Annotated[
        float, Meta(description="time to hand over what is left when told to stop, at most", gt=0)
    ] = 20.0
    linger_seconds: Annotated[float, Meta(description="a record waits so long to be filled", gt=0)] = 0.2
    metrics_port: Annotated[
        int, Meta(description="port of /metrics, /healthz and /readyz; 0: none", ge=0, le=65535)
    ] = 0
    metrics_host: Annotated[
        str, Meta(description="address that they are served on; in a pod 0.0.0.0, so that others reach them")
    ] = "127.0.0.1"
    log_format: LogFormat = "text"
    alive_file: Annotated[
        str,
        Meta(description="file that is touched every 5 s while all is well, for a health check; empty: none"),
    ] = ""
