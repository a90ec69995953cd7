"""Which webhook configuration holds a webhook, and which Service answers for it."""

import re

from schemas.contracts import Ref
from stream_jobs.core.cell import Cell
from stream_jobs.core.leads import ADMISSION, WEBHOOK_CONFIGURATIONS

URL = re.compile(r"https?://(?P<service>[a-z0-9-]+)\.(?P<namespace>[a-z0-9-]+)\.svc\b")


def configuration_of(cell: Cell, webhook: str) -> Ref | None:
    """The configuration with a webhook of that name; None where none was seen."""
    wanted = f"webhooks[{webhook}]."
    for kind in WEBHOOK_CONFIGURATIONS:
        for known in cell.every(f"{kind}.{ADMISSION}"):  # deleted ones too: to delete it is a cure
            if any(path.startswith(wanted) for path in known.fields):
                return Ref(kind=kind, namespace="", name=known.name, group=ADMISSION)
    return None


def service_of(message: str) -> tuple[str, str]:
    """The (namespace, name) of the Service whose URL a message tells; ("", "") where it tells none."""
    found = URL.search(message)
    return (found["namespace"], found["service"]) if found is not None else ("", "")
