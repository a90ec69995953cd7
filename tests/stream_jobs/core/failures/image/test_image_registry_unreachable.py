"""image-registry-unreachable: no network, no name, no trusted certificate."""

import pytest

from tests.support.lab import Lab, job, job_pod, status, waiting

HEAD = 'failed to do request: Head "https://my-registry.io/v2/data/manifests/2.5.0": '
TROUBLES = (
    ("ErrImagePull", HEAD + "dial tcp: lookup my-registry.io: no such host"),
    ("ErrImagePull", HEAD + "dial tcp 10.1.2.3:443: i/o timeout"),
    ("ErrImagePull", HEAD + "net/http: TLS handshake timeout"),
    ("ErrImagePull", HEAD + "context deadline exceeded"),
    ("ErrImagePull", HEAD + "EOF"),
    ("ErrImagePull", "unexpected status from HEAD request: 503 Service Unavailable"),
    ("RegistryUnavailable", ""),
)


def pulling(reason: str, message: str) -> Lab:
    spec = {"containers": [{"name": "main", "image": "my-registry.io/data:2.5.0"}], "nodeName": "worker-1"}
    state = status("Pending", waiting(reason, message))
    return Lab().apply(job("train"), job_pod("train-x", job("train"), spec=spec, status=state))


@pytest.mark.parametrize(("reason", "message"), TROUBLES)
def test_it_names_node_and_registry(reason: str, message: str) -> None:
    found = pulling(reason, message).one("image-registry-unreachable")
    assert found.root
    assert "worker-1" in found.title
    assert "my-registry.io" in found.title


def test_a_certificate_is_said_to_be_one() -> None:
    lab = pulling("ErrImagePull", HEAD + "tls: failed to verify certificate: x509: unknown authority")
    assert "certificate" in lab.one("image-registry-unreachable").title


def test_an_answer_is_not_silence() -> None:
    lab = pulling("ErrImagePull", "my-registry.io/data:2.5.0: not found")
    assert lab.anomalies("image-registry-unreachable") == []


def test_what_was_unreachable_first_and_missing_later_is_missing() -> None:
    lab = pulling("ErrImagePull", HEAD + "dial tcp 10.1.2.3:443: i/o timeout")
    spec = {"containers": [{"name": "main", "image": "my-registry.io/data:2.5.0"}]}
    state = status("Pending", waiting("ErrImagePull", "my-registry.io/data:2.5.0: not found"))
    later = job_pod("train-x", job("train"), spec=spec, status=state)
    lab.apply(later, seconds=60)
    assert lab.one("image-not-found").state == "open"
    assert "image-registry-unreachable" not in lab.failures()
