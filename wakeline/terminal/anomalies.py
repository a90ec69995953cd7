"""Anomalies, the worst first, with what shows them and what to do."""

from collections.abc import Iterable, Iterator

from rich.console import RenderableType
from rich.padding import Padding
from rich.text import Text

import schemas.contracts
from schemas.contracts import Anomaly
from wakeline.terminal.text import SEVERITIES, WAITING, plain
from wakeline.terminal.times import moment


def anomaly_lines(anomalies: Iterable[Anomaly]) -> Iterator[RenderableType]:
    """Yield the lines of each anomaly."""
    for each in sorted(anomalies, key=_order):
        where = f"{each.subject.kind} {each.subject.namespace}/{each.subject.name}".replace(" /", " ")
        mark = Text(f"▲ {each.severity}", style=SEVERITIES[each.severity])
        yield Text.assemble(mark, "  ", plain(where, "bold"), "  ", plain(each.title))
        for seen in each.evidence:
            yield _indented(Text.assemble((moment(seen.at), WAITING), "  ", plain(seen.says)))
        for step in each.playbook:
            yield _indented(Text.assemble("→ ", plain(step)))
        yield Text("")


def _indented(line: Text) -> Padding:
    return Padding(line, (0, 0, 0, 2), expand=False)


def _order(anomaly: Anomaly) -> tuple[int, float, str]:
    rank = schemas.contracts.SEVERITIES.index(anomaly.severity)
    return rank, anomaly.since.timestamp() if anomaly.since else 0.0, anomaly.id
