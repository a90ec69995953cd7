"""`wakeline replay` and `wakeline explain`: what files tell, without a cluster."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Literal

import typer
from msgspec import Meta, Struct

from collectors.dump import DumpError, read_dump
from collectors.recording import RecordingError, read_recording
from schemas.contracts import Change, Input
from stream_jobs.core.advance import News
from stream_jobs.settings import Thresholds
from wakeline.cells import batches, correlate, refusals, sentence
from wakeline.cli.frame import complain
from wakeline.cli.options import thresholds_of
from wakeline.cli.printing import print_document, print_report
from wakeline.cli.progress import reading
from wakeline.errors import UserError
from wakeline.moments import moment_of
from wakeline.outcome import Outcome

Files = Annotated[list[Path], typer.Argument(metavar="FILE", help="Recordings: .jsonl or .jsonl.gz.")]
Dumps = Annotated[
    list[str],
    typer.Argument(metavar="FILE", help="Dumps: files, folders, .tar.gz, or - for standard input."),
]


class ReplaySettings(Struct, frozen=True, kw_only=True):
    """Settings of `wakeline replay`."""

    format: Annotated[
        Literal["table", "json"], Meta(description="for people, or one JSON document for programs")
    ] = "table"
    separate: Annotated[
        bool,
        Meta(description="take each file as a cluster of its own; else files of one cluster are one history"),
    ] = False
    store: Annotated[
        str,
        Meta(
            description="folder to keep everything in, for sessions, show, query and serve; empty: nowhere",
            extra={"metavar": "FOLDER"},
        ),
    ] = ""
    threshold: Thresholds = ()


class ExplainSettings(Struct, frozen=True, kw_only=True):
    """Settings of `wakeline explain`."""

    format: Annotated[
        Literal["text", "json"], Meta(description="for people, or one JSON document for programs")
    ] = "text"
    now: Annotated[
        str,
        Meta(
            description="time from which ages count, as in 2026-11-24T13:25:00Z or '2h' ago; empty: now",
            extra={"metavar": "TIME"},
        ),
    ] = ""
    threshold: Thresholds = ()


def replay(settings: ReplaySettings, files: Files) -> None:
    """Tell what happened in recorded clusters, and why.

    Files of one cluster are one history, in order of their times. Nothing leaves this machine.

    For example:

        wakeline replay monday.jsonl.gz tuesday.jsonl.gz
    """
    outcome = Outcome()
    thresholds = thresholds_of(settings.threshold)
    try:
        with reading(files) as on_bytes:
            inputs = read_recording(files, settings.separate, on_bytes)
            if settings.store:
                _keep(inputs, Path(settings.store).expanduser(), outcome, thresholds)
            else:
                _correlate(inputs, outcome, thresholds)
    except RecordingError as error:
        raise UserError(str(error)) from error
    if settings.format == "json":
        print_document(outcome.sessions.values(), outcome.anomalies.values())
    else:
        print_report(outcome)


def explain(settings: ExplainSettings, files: Dumps) -> None:
    """Say what is wrong in what `kubectl get -o json` printed, and why.

    Ends with 0 where nothing is wrong, 1 where something is, 2 where the input cannot be used.

    For example:

        kubectl get pods,jobs,events,nodes -A -o json | wakeline explain -
    """
    now = moment_of(settings.now, datetime.now(UTC), "--now")
    outcome = Outcome()
    try:
        dump = list(read_dump(files, now))
    except DumpError as error:
        raise UserError(str(error)) from error
    if all(each.kind == "Event" for each in dump if isinstance(each, Change)):
        raise UserError(
            "only events are in it, and without the objects that they are about nothing can be said; "
            "add these, as in `kubectl get pods,jobs,events,nodes -A -o json`"
        )
    _correlate(dump, outcome, thresholds_of(settings.threshold))
    if outcome.refused == sum(isinstance(each, Change) for each in dump):
        raise UserError("none of the objects could be read, so nothing can be said")
    if settings.format == "json":
        print_document(outcome.sessions.values(), outcome.anomalies.values())
    else:
        print_report(outcome)
    if outcome.wrong:
        raise typer.Exit(1)


def _keep(inputs: Iterable[Input], folder: Path, outcome: Outcome, thresholds: Mapping[str, float]) -> None:
    """What was stored of these clusters before is part of their story: the outcome is read back."""
    from wakeline.embedded import Embedded
    from wakeline.store.embedded import EmbeddedStore
    from wakeline.stored import read_anomalies, read_sessions

    clusters: set[str] = set()
    with EmbeddedStore(folder) as store:
        embedded = Embedded(store, thresholds)
        for batch in batches(inputs):
            taken = embedded.take(batch)
            clusters |= taken.news.keys()
            for letter in taken.letters:
                complain(sentence(letter))
        condition, parameters = "has({clusters:Array(String)}, cluster)", {"clusters": sorted(clusters)}
        outcome.sessions = {each.id: each for each in read_sessions(store.client, condition, parameters)}
        outcome.anomalies = {each.id: each for each in read_anomalies(store.client, condition, parameters)}


def _correlate(inputs: Iterable[Input], outcome: Outcome, thresholds: Mapping[str, float]) -> None:
    def take(news: News) -> None:
        outcome.take(news)
        for letter in refusals(news):
            complain(sentence(letter))

    correlate(inputs, take, thresholds)
