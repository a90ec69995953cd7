"""Whose run an object is: chains of owners, late parents, and things that are no runs."""

from tests.support.lab import Lab, job, job_pod, pod, running, status, thing


def test_a_job_and_its_pods_are_one_session() -> None:
    train = job("train")
    lab = Lab().apply(train, job_pod("train-a", train), job_pod("train-b", train))
    assert [each.id for each in lab.sessions.values()] == ["lab/job/ml/uid-job-train"]
    (step,) = lab.session("train").steps
    assert [(each.pod, each.number) for each in step.attempts] == [("train-a", 1), ("train-b", 2)]


def test_a_late_parent_refiles_its_children_and_withdraws_the_first_guess() -> None:
    cron = thing("CronJob", "nightly", api="batch/v1", spec={"schedule": "0 1 * * *"})
    run = job("nightly-1", owner=cron)
    lab = Lab().apply(job_pod("nightly-1-x", run))
    assert lab.session("nightly-1-x").engine == "job"
    lab.apply(run)
    assert lab.session("nightly-1").engine == "cronjob"
    withdrawn = [each.id for each in lab.sessions.values() if each.withdrawn]
    assert withdrawn == ["lab/job/ml/uid-job-nightly-1"]


def test_a_bare_pod_is_a_run_of_its_own() -> None:
    lab = Lab().apply(pod("debug", status=status("Running", running())))
    assert lab.session("debug").engine == "pod"


def test_pods_of_services_and_of_the_system_are_no_runs() -> None:
    deployment = thing("Deployment", "web", api="apps/v1", spec={})
    replicas = thing("ReplicaSet", "web-1", api="apps/v1", owner=deployment, spec={})
    mirror = pod("etcd", namespace="kube-system")
    lab = Lab().apply(deployment, replicas, pod("web-1-x", owner=replicas), mirror)
    assert lab.sessions == {}


def test_the_same_name_again_is_another_run() -> None:
    first = job("train")
    again = job("train", meta={"uid": "uid-second"})
    lab = Lab().apply(first).delete(first).apply(again)
    assert {each.uid for each in lab.sessions.values()} == {"uid-job-train", "uid-second"}


def test_a_job_that_a_workflow_owns_is_a_run_of_its_own_inside_it() -> None:
    flow = thing("Workflow", "nightly", api="argoproj.io/v1alpha1", spec={}, status={"phase": "Running"})
    inner = job("nightly-train", owner=flow)
    lab = Lab().apply(job_pod("nightly-train-x", inner), inner, flow)
    nested = lab.session("nightly-train")
    assert (nested.parent, nested.link) == (lab.session("nightly").id, "owner")


def test_a_parent_that_was_a_first_guess_gives_way_to_the_right_one() -> None:
    """A pod's label names a deployment; once that is seen, its uid is the run, and not its name."""
    serving = pod("zz-x", labels={"seldon-deployment-id": "zz"})
    lab = Lab().apply(job("inner", owner=serving), serving)
    assert lab.session("inner").parent == "lab/seldon/ml/zz"
    lab.apply(thing("SeldonDeployment", "zz", api="machinelearning.seldon.io/v1", spec={}, status={}))
    assert lab.session("inner").parent == lab.session("zz").id == "lab/seldon/ml/uid-seldondeployment-zz"


def test_a_run_that_nests_in_none_of_its_own_belongs_to_the_nearest() -> None:
    service = thing("RayService", "llm", api="ray.io/v1", spec={}, status={})
    clusters = [thing("RayCluster", name, api="ray.io/v1", owner=service) for name in ("one", "two")]
    lab = Lab().apply(service, *clusters)
    assert {lab.cell.homes[each["metadata"]["uid"]] for each in clusters} == {
        ("lab/kuberay/ml/uid-raycluster-one",),
        ("lab/kuberay/ml/uid-raycluster-two",),
    }
