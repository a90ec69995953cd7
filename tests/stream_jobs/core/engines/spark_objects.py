"""Spark's pods in the shape in which Spark makes them."""

from typing import Any

from tests.support.lab import Object, pod, running, stamp, status

APP = "spark-9c1b2d3e4f"
RUNS = status("Running", running(name="spark-kubernetes-driver"))


def driver(
    name: str = "pi-driver", *, app: str = APP, uid: str = "", seconds: int = 1, **parts: Any
) -> Object:
    labels = {"spark-role": "driver", "spark-app-selector": app, "spark-app-name": "pi"}
    meta = {"creationTimestamp": stamp(seconds)} | ({"uid": uid} if uid else {})
    user = {"name": "SPARK_USER", "value": "ana"}
    container = {"name": "spark-kubernetes-driver", "image": "spark:3.5", "env": [user]}
    return pod(
        name,
        labels=labels | parts.pop("labels", {}),
        meta=meta,
        spec={"containers": [container]},
        **{"status": RUNS} | parts,
    )


def executor(number: int, of: Object, **parts: Any) -> Object:
    """An executor is owned by its driver, a pod."""
    labels = {
        "spark-role": "executor",
        "spark-app-selector": of["metadata"]["labels"]["spark-app-selector"],
        "spark-exec-id": str(number),
    }
    meta = {"creationTimestamp": stamp(10 + number)}
    parts = {"status": status("Running", running(name="spark-kubernetes-executor"))} | parts
    return pod(f"pi-exec-{number}", owner=of, labels=labels, meta=meta, **parts)
