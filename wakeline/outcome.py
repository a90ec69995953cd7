"""What a replay or a dump ends in: the newest row of each session and anomaly, and their one document."""

from collections.abc import Iterable
from datetime import UTC, datetime

import msgspec

from schemas.contracts import Anomaly, Session
from stream_jobs.core.advance import News

EARLIEST = datetime.min.replace(tzinfo=UTC)


class Outcome(msgspec.Struct):
    """Rows by their id, withdrawn ones left out."""

    sessions: dict[str, Session] = {}
    anomalies: dict[str, Anomaly] = {}
    refused: int = 0  # objects that were left out

    def take(self, news: News) -> None:
        """Put newer rows in the place of older ones."""
        self.refused += len(news.refused)
        for session in news.sessions:
            self.sessions[session.id] = session
            if session.withdrawn:
                del self.sessions[session.id]
        for anomaly in news.anomalies:
            self.anomalies[anomaly.id] = anomaly
            if anomaly.state == "withdrawn":
                del self.anomalies[anomaly.id]

    @property
    def wrong(self) -> bool:
        """Whether there is an anomaly above a mere note."""
        return any(each.severity != "info" for each in self.anomalies.values())


def document(sessions: Iterable[Session], anomalies: Iterable[Anomaly]) -> bytes:
    """Return the one JSON document: sessions by id, anomalies by since and id, the contracts as they are."""
    body = {
        "sessions": sorted(sessions, key=lambda each: each.id),
        "anomalies": sorted(anomalies, key=lambda each: (each.since or EARLIEST, each.id)),
    }
    return msgspec.json.format(msgspec.json.encode(body), indent=2)
