"""Watching and recording a live cluster, from the first word to the last."""

import asyncio
import logging
from collections.abc import Mapping
from pathlib import Path

import msgspec
from kubernetes.config import list_kube_config_contexts
from kubernetes.config.config_exception import ConfigException
from rich.text import Text

from collectors.access import KUBECONFIG_ERRORS, AccessError
from collectors.record import record as write_recording
from collectors.settings import CollectSettings
from wakeline.cli.telling import Teller
from wakeline.embedded import Embedded
from wakeline.errors import UserError
from wakeline.live import check_reachable, follow
from wakeline.logs import log_to_stderr
from wakeline.serving import serving
from wakeline.signals import stop_on_signals
from wakeline.store.embedded import EmbeddedStore
from wakeline.terminal.screen import err, out, show


class Keeping(msgspec.Struct, frozen=True, kw_only=True):
    """Where and how what is seen is kept and judged."""

    folder: Path
    port: int | None
    retention_days: int
    thresholds: Mapping[str, float]


def watch_cluster(choice: CollectSettings, keeping: Keeping) -> None:
    """Follow a cluster into the store of a folder, say what happens, and serve it, until Ctrl-C."""
    log_to_stderr("wakeline: %(message)s", logging.WARNING)
    collecting = _named(choice)
    with EmbeddedStore(keeping.folder, keeping.retention_days) as store:
        teller = Teller(out(), store)
        try:
            asyncio.run(_watch(collecting, store, keeping, teller))
        except AccessError as error:
            raise UserError(str(error)) from error
        finally:
            teller.say_what_was_saved(store.path)


def record_cluster(choice: CollectSettings, output: Path) -> None:
    """Record a cluster into a file until Ctrl-C. Raises UserError where the file is there already."""
    log_to_stderr("wakeline: %(message)s", logging.WARNING)
    if output.exists():
        raise UserError(f"{output} exists already; choose another name, or remove it first")
    try:
        asyncio.run(_record(_named(choice), output))
    except AccessError as error:
        raise UserError(str(error)) from error
    except OSError as error:
        raise UserError(f"{output} cannot be written: {error.strerror or error}") from error


async def _watch(collecting: CollectSettings, store: EmbeddedStore, keeping: Keeping, teller: Teller) -> None:
    await check_reachable(collecting)
    stop = stop_on_signals()
    async with serving(store, keeping.port) as address:
        show(
            teller.console,
            Text(f"Watching {collecting.cluster}. Open {address} in a browser. Ctrl-C ends.", style="bold"),
        )
        embedded = Embedded(store, keeping.thresholds, live=True)
        await follow(collecting, embedded, stop, teller.tell)


async def _record(collecting: CollectSettings, output: Path) -> None:
    await check_reachable(collecting)
    stop = stop_on_signals()
    show(err(), Text(f"Recording {collecting.cluster} into {output}. Ctrl-C ends."))
    stats = await write_recording(collecting, output, stop)
    show(err(), Text(f"{stats.received} objects and changes are in {output}."))


def _named(choice: CollectSettings) -> CollectSettings:
    """Two clusters must never be taken for one, so without a name it is the kubeconfig's own."""
    return choice if choice.cluster else msgspec.structs.replace(choice, cluster=_cluster_name(choice))


def _cluster_name(settings: CollectSettings) -> str:
    if settings.server:
        return settings.server.partition("://")[2].strip("/") or settings.server
    try:
        contexts, current = list_kube_config_contexts(settings.kubeconfig or None)
        found = next((each for each in contexts if each["name"] == settings.context), current)
        return str(found["context"].get("cluster") or found["name"])
    except (ConfigException, *KUBECONFIG_ERRORS):
        return CollectSettings().cluster  # in a pod; what is wrong with a kubeconfig the collector says
