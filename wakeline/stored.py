"""Sessions and anomalies read back from a store, as the contracts they were written from."""

from collections.abc import Mapping
from typing import Any

import msgspec
from clickhouse_connect.driver.client import Client
from clickhouse_connect.driver.exceptions import DatabaseError

from schemas.contracts import Anomaly, Requests, Session
from wakeline.errors import UserError

ALL = "1 = 1"


def read_sessions(
    client: Client, where: str = ALL, parameters: Mapping[str, Any] | None = None, limit: int = 0
) -> list[Session]:
    """Return the sessions for which the condition holds, the oldest first; with a limit the newest."""
    order = f"created DESC, id DESC LIMIT {limit}" if limit else "created DESC, id DESC"
    return [_session(row) for row in reversed(_rows(client, f"sessions WHERE {where}", order, parameters))]


def read_anomalies(
    client: Client, where: str = ALL, parameters: Mapping[str, Any] | None = None
) -> list[Anomaly]:
    """Return the anomalies for which the condition holds, the oldest first."""
    return [_anomaly(row) for row in _rows(client, f"anomalies WHERE {where}", "since, id", parameters)]


def _rows(
    client: Client, source: str, order: str, parameters: Mapping[str, Any] | None
) -> list[dict[str, Any]]:
    try:
        found = client.query(f"SELECT * FROM {source} ORDER BY {order}", parameters=dict(parameters or {}))
    except DatabaseError as error:
        raise UserError(f"the store cannot answer: {' '.join(str(error).split())[:500]}") from error
    return [dict(zip(found.column_names, row, strict=True)) for row in found.result_rows]


def _session(row: dict[str, Any]) -> Session:
    requests = Requests(**{name: row[name] for name in Requests.__struct_fields__})
    fields = {name: value for name, value in row.items() if name in Session.__struct_fields__}
    fields |= {"requests": requests, "steps": _json(row["steps"]) or (), "verdict": _json(row["verdict"])}
    return msgspec.convert(fields, Session)


def _anomaly(row: dict[str, Any]) -> Anomaly:
    subject = {name: row[f"subject_{name}"] for name in ("kind", "namespace", "name", "uid", "group")}
    fields = {name: value for name, value in row.items() if name in Anomaly.__struct_fields__}
    fields |= {"subject": subject, "evidence": _json(row["evidence"]) or (), "cause": row["cause"] or None}
    return msgspec.convert(fields, Anomaly)


def _json(text: str) -> Any:
    return msgspec.json.decode(text) if text else None
