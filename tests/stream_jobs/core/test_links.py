"""What an object points at beyond its typed fields."""

import pytest

from stream_jobs.core.links import links, task_of, words
from stream_jobs.core.signs.data import data_of
from tests.support.lab import Lab, Object, job, pod, status, terminated, thing
from tests.support.pipelines import task_pod, workflow


def linked(item: Object) -> set[tuple[str, str, str]]:
    """What the object points at, the namespace that every run's object looks at left out."""
    found = set(links(Lab().apply(item).known(item)))
    return {each for each in found if each[0] != "~Namespace"}


def saying(*command: str, **env: str) -> Object:
    variables = [{"name": name, "value": value} for name, value in env.items()]
    return {"containers": [{"name": "main", "command": list(command), "env": variables}]}


def test_a_pod_points_at_its_namespace_and_names_services_only_when_it_failed() -> None:
    asks = saying("psql", "-h", "$PG_MAIN_SERVICE_HOST", URL="http://feast.ml:80/x")
    assert linked(pod("etl", spec=asks)) == {("Namespace", "", "ml")}
    failed = linked(pod("etl", spec=asks, status=status("Failed", terminated(2))))
    assert {
        ("Service", "ml", "pg-main"),
        ("Service", "ml", "feast"),
        ("StatefulSet.apps", "ml", "feast"),
    } <= failed


def test_words_are_those_that_could_name_a_service() -> None:
    view = Lab().apply(pod("etl", spec=saying("sh", "-c", "nc db-1 5432 || exit 2"))).known(pod("etl")).view
    assert words(view) == {"db-1", "5432", "exit"}  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("--out=s3://lake/x/", {"s3://lake/x"}),
        ("echo gs://a/b; hdfs://n:9000/c", {"gs://a/b", "hdfs://n:9000/c"}),
        ("https://example.org/x postgres://u@h/db", set()),
    ],
)
def test_stored_data_is_known_by_its_address(text: str, found: set[str]) -> None:
    item = job("etl", spec={"template": {"spec": saying(text)}})
    view = Lab().apply(item).known(item).view
    assert data_of(view.spec.template.spec) == found  # type: ignore[attr-defined]
    named = {name.split()[1] for _, _, name in linked(item)}
    assert named == found


def test_services_scalers_and_engines_objects() -> None:
    assert ("StatefulSet.apps", "ml", "db") in linked(
        thing("Service", "db", spec={"selector": {"app": "db"}})
    )
    scaler = thing("ScaledObject", "s", api="keda.sh/v1alpha1", spec={"scaleTargetRef": {"name": "web"}})
    assert linked(scaler) == {("Deployment.apps", "ml", "web")}
    assert linked(workflow("etl")) == {("Deployment.apps", "*", "workflow-controller")}


def test_tries_of_a_task_share_its_name() -> None:
    one, two, other = task_pod("a", number=1), task_pod("b", number=2), task_pod("c", "score")
    lab = Lab().apply(one, two, other, pod("alone"))
    names = [task_of(lab.known(each)) for each in (one, two, other, pod("alone"))]
    assert names == ["etl/manual__1/train/"] * 2 + ["etl/manual__1/score/", ""]
