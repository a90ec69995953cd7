"""image-pull-secret-missing: the root where the registry refuses, a note where the image is public."""

from tests.support.lab import Lab, Object, at, job, job_pod, running, status, thing, waiting

TOLD = "Unable to retrieve some image pull secrets (regcred); attempting to pull the image may not succeed."
DENIED = 'failed to pull and unpack image "r.example/m:1": failed to resolve: 401 Unauthorized'
SPEC: Object = {
    "containers": [{"name": "main", "image": "r.example/m:1"}],
    "imagePullSecrets": [{"name": "regcred"}],
}


def train(phase: str, state: Object) -> Object:
    return job_pod("train-x", job("train"), spec=SPEC, status=status(phase, state))


def told(item: Object) -> Lab:
    lab = Lab().apply(job("train"), item)
    return lab.event(item, "FailedToRetrieveImagePullSecret", TOLD, seconds=8)


def test_the_registry_refuses_who_brings_no_login() -> None:
    lab = told(train("Pending", waiting("ErrImagePull", DENIED)))
    found = lab.one("image-pull-secret-missing")
    assert (found.root, found.severity) == (True, "high")
    assert "Secret regcred, which namespace ml does not have" in found.title
    assert lab.one("image-pull-unauthorized").cause == found.id
    verdict = lab.session("train").verdict
    assert verdict is not None
    assert [each.failure for each in verdict.path] == [
        "image-pull-secret-missing",
        "image-pull-unauthorized",
        "image-pull-failed",
    ]


def test_a_public_image_needs_none() -> None:
    lab = told(train("Pending", waiting("ContainerCreating")))
    assert lab.one("image-pull-secret-missing").severity == "low"
    lab.apply(train("Running", running(seconds=20)), seconds=21)
    found = lab.one("image-pull-secret-missing")
    assert (found.until, found.severity) == (at(20), "info")


def test_without_the_event_where_all_secrets_are_known() -> None:
    item = train("Pending", waiting("ErrImagePull", DENIED))
    lab = Lab().apply(job("train"), item)
    assert lab.anomalies("image-pull-secret-missing") == []
    assert lab.quiet(20).one("image-pull-secret-missing").root
    lab.apply(thing("Secret", "regcred"))
    assert lab.anomalies("image-pull-secret-missing") == []


def test_a_login_that_is_there_and_refused_is_another_failure() -> None:
    lab = Lab().apply(
        job("train"), thing("Secret", "regcred"), train("Pending", waiting("ErrImagePull", DENIED))
    )
    assert lab.quiet(20).failures() == {"image-pull-unauthorized", "image-pull-failed"}
