"""duplicate-data-processors: two Jobs with one work, or a replacement beside what it replaces."""

import itertools

import pytest

from tests.support.lab import (
    Lab,
    Object,
    at,
    condition,
    job,
    job_pod,
    running,
    stamp,
    status,
    terminated,
    thing,
)

CLICKS = "s3://lake/clicks/2026-11-24"
UP = status("Running", running())


def template(*command: str, claim: str = "", read_only: bool = False, **env: str) -> Object:
    main: Object = {"name": "main", "image": "etl:1", "command": list(command)}
    main["env"] = [{"name": name, "value": value} for name, value in env.items()]
    spec: Object = {"containers": [main], "restartPolicy": "Never"}
    if claim:
        spec["volumes"] = [{"name": "data", "persistentVolumeClaim": {"claimName": claim}}]
        main["volumeMounts"] = [{"name": "data", "mountPath": "/data", "readOnly": read_only}]
    return {"template": {"spec": spec}}


def work(name: str, spec: Object, **parts: object) -> tuple[Object, Object]:
    owner = job(name, spec=spec, **parts)
    return owner, job_pod(f"{name}-x", owner, status=UP)


def ended(owner: Object, seconds: float) -> tuple[Object, Object]:
    done = status("Succeeded", terminated(0, "Completed", seconds=seconds))
    complete = {"conditions": [condition("Complete", seconds=seconds)]}
    return job_pod(f"{owner['metadata']['name']}-x", owner, status=done), {**owner, "status": complete}


SAME_WORK = template("etl", "run", INPUT_URI=CLICKS)


@pytest.mark.parametrize(
    ("one", "other", "words"),
    [
        pytest.param(SAME_WORK, SAME_WORK, CLICKS, id="same program on the same data"),
        pytest.param(
            template("etl", claim="lake"), template("etl", claim="lake"), "Claim lake", id="same claim"
        ),
        pytest.param(
            template("a", OUTPUT_URI=f"{CLICKS}/out/"),
            template("b", f"--output={CLICKS}/out"),
            f"{CLICKS}/out",
            id="same output",
        ),
    ],
)
def test_two_jobs_at_the_same_work(one: Object, other: Object, words: str) -> None:
    first, second = work("clicks-1", one), work("clicks-retry", other)
    for order in itertools.permutations((*first, *second)):
        lab = Lab().apply(*order)
        found = lab.one("duplicate-data-processors")
        assert words in found.title
        assert (found.subject.kind, found.subject.name, found.severity) == ("Job", "clicks-1", "critical")
        assert set(found.sessions) == {lab.session("clicks-1").id, lab.session("clicks-retry").id}


def test_it_is_told_though_both_went_well() -> None:
    (first, first_pod), (second, second_pod) = work("clicks-1", SAME_WORK), work("clicks-2", SAME_WORK)
    lab = Lab().apply(first, first_pod, second, second_pod, *ended(first, 80), *ended(second, 90))
    found = lab.one("duplicate-data-processors")
    assert (found.severity, found.state, found.until) == ("critical", "closed", at(80))
    assert lab.root("clicks-2") == "duplicate-data-processors"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param(template("etl", INPUT_URI=CLICKS), template("sweep", INPUT_URI=CLICKS), id="one input"),
        pytest.param(template("etl"), template("etl"), id="no data named"),
        pytest.param(template("a", claim="lake"), template("b", claim="lake"), id="a volume for all"),
        pytest.param(
            template("etl", claim="lake", read_only=True),
            template("etl", claim="lake", read_only=True),
            id="read only",
        ),
        pytest.param(
            template("train", "--lr=0.1", INPUT_URI=CLICKS),
            template("train", "--lr=0.2", INPUT_URI=CLICKS),
            id="sweep",
        ),
    ],
)
def test_jobs_with_different_work(one: Object, other: Object) -> None:
    lab = Lab().apply(*work("one", one), *work("other", other))
    assert lab.anomalies("duplicate-data-processors") == []


def test_one_after_the_other_is_a_repeat() -> None:
    first, first_pod = work("clicks-1", SAME_WORK)
    second = job("clicks-2", spec=SAME_WORK)
    later = job_pod("clicks-2-x", second, status=status("Running", running(seconds=200)))
    lab = Lab().apply(first, first_pod, *ended(first, 80), second, later)
    assert lab.anomalies("duplicate-data-processors") == []


def test_workers_of_one_owner_share_the_work_but_runs_of_a_cronjob_do_not() -> None:
    jobset = thing("JobSet", "llm", api="jobset.x-k8s.io/v1alpha2")
    lab = Lab().apply(jobset, *work("w-0", SAME_WORK, owner=jobset), *work("w-1", SAME_WORK, owner=jobset))
    assert lab.anomalies("duplicate-data-processors") == []
    cron = thing("CronJob", "hourly", api="batch/v1", spec={"schedule": "@hourly"})
    lab = Lab().apply(cron, *work("h-1", SAME_WORK, owner=cron), *work("h-2", SAME_WORK, owner=cron))
    assert len(lab.anomalies("duplicate-data-processors")) == 1


def replaced(index: str, *, parallelism: int, ended_seconds: float) -> Lab:
    train = job("train", spec={"parallelism": parallelism})
    labels = {"batch.kubernetes.io/job-completion-index": index} if index else {}
    meta = {"deletionTimestamp": stamp(130), "deletionGracePeriodSeconds": 30}
    old = job_pod("train-0", train, labels=labels, meta=meta, status=UP)
    new = job_pod("train-0b", train, labels=labels, status=status("Running", running(seconds=140)))
    gone = status("Failed", terminated(137, seconds=ended_seconds))
    return Lab().apply(train, old, new, job_pod("train-0", train, labels=labels, meta=meta, status=gone))


@pytest.mark.parametrize(("index", "parallelism"), [("", 1), ("3", 8)])
def test_a_replacement_beside_a_pod_past_its_time(index: str, parallelism: int) -> None:
    found = replaced(index, parallelism=parallelism, ended_seconds=400).one("duplicate-data-processors")
    assert "train-0b" in found.title
    assert (found.since, found.until) == (at(140), at(400))


def test_a_pod_that_stopped_in_time_or_another_worker_is_none() -> None:
    assert replaced("", parallelism=1, ended_seconds=125).anomalies("duplicate-data-processors") == []
    assert replaced("", parallelism=8, ended_seconds=400).anomalies("duplicate-data-processors") == []
