"""Helper containers of a pod: those that serve the program, and by what name one knows them."""

import re

from schemas.kubernetes import ContainerStatus
from stream_jobs.core.known import Known

# Proxies and agents that run until somebody stops them.
ENDLESS = re.compile(
    r"istio-proxy|linkerd-proxy|envoy|cloud-?sql-proxy|alloydb-auth-proxy|vault-agent|consul-dataplane"
    r"|kuma-sidecar|dapr-?d|gke-gcsfuse-sidecar|osm-proxy|aws-otel-collector|datadog-agent|tailscale"
)
# Words of names that people give to what runs beside their program.
HELPING = re.compile(
    r"(^|-)(sidecar|proxy|agent|exporter|collector|otel|fluent-?(bit|d)|filebeat|promtail|vector|logger"
    r"|logging|logs|log-(shipper|forwarder)|metrics|monitor|monitoring|tunnel|gcsfuse|goofys|s3fs|statsd"
    r"|telegraf|tensorboard|heartbeat|sync|syncer|uploader|watcher|profiler)$"
)
# Names of containers that do the work, by habit and by engines.
WORKING = re.compile(
    r"^(main|base|app|job|train(er|ing)?|pytorch|tensorflow|mpi|xgboost|paddle|worker|node|user-container"
    r"|spark-kubernetes-(driver|executor))$"
)
DEFAULT = "kubectl.kubernetes.io/default-container"
# Engines that end their helpers themselves, or whose containers end one after another.
ARGO, TEKTON = "workflows.argoproj.io/workflow", "tekton.dev/taskRun"


def is_endless(name: str) -> bool:
    """Whether a container of that name never ends by itself."""
    return bool(ENDLESS.search(name))


def is_helper(known: Known, status: ContainerStatus) -> bool:
    """Whether the container serves the pod's program, as far as its name tells."""
    if TEKTON in known.labels:
        return status.name.startswith("sidecar-")
    if is_main(known, status.name) or (ARGO in known.labels and status.name == "wait"):
        return False
    return is_endless(status.name) or bool(HELPING.search(status.name))


def is_main(known: Known, name: str) -> bool:
    """Whether the container does the pod's work, as far as that is known."""
    chosen = known.annotations.get(DEFAULT)
    return name == chosen if chosen else bool(WORKING.match(name))
