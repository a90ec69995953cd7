"""Objects as somebody deploys and changes them, for the lab: workloads, Services, ConfigMaps, managers."""

from typing import Any

from tests.support.lab import Object, stamp, thing


def manager(
    name: str, *fields: str, operation: str = "Update", seconds: float = 0, subresource: str = ""
) -> Object:
    """An entry of managedFields in the compact form of a Change."""
    return {
        "manager": name,
        "operation": operation,
        "time": stamp(seconds),
        "fields": list(fields),
        "subresource": subresource,
    }


HELM = manager("helm", "spec.replicas", "spec.template", operation="Apply")
HELM_WITHOUT_REPLICAS = manager("helm", "spec.template", operation="Apply")


def workload(
    kind: str, name: str, replicas: int, *managers: Object, image: str = "db:1", **parts: Any
) -> Object:
    """A StatefulSet or Deployment whose pods carry the label app."""
    template = {
        "metadata": {"labels": {"app": name}},
        "spec": {"containers": [{"name": "main", "image": image}]},
    }
    meta = {"managedFields": list(managers)} if managers else {}
    return thing(
        kind, name, api="apps/v1", meta=meta, spec={"replicas": replicas, "template": template}, **parts
    )


def service(name: str) -> Object:
    """A Service in front of the workload of the same name."""
    return thing("Service", name, spec={"selector": {"app": name}})


def config_map(name: str, *managers: Object, **data: str) -> Object:
    """A ConfigMap; its values are what a collector lets out."""
    return thing("ConfigMap", name, meta={"managedFields": list(managers)} if managers else {}, data=data)


def reading(config: str, key: str, command: str = "load") -> Object:
    """A pod spec whose program reads one key of a ConfigMap."""
    source = {"configMapKeyRef": {"name": config, "key": key}}
    env = [{"name": "MODE", "valueFrom": source}]
    return {"containers": [{"name": "main", "image": "load:1", "command": [command], "env": env}]}
