"""Text from a cluster becomes one short line; image references fall into their parts."""

import pytest

from stream_jobs.core.signs.messages import Image, image_reference, logs_command, one_line


@pytest.mark.parametrize(
    ("text", "image"),
    [
        ("busybox", Image("docker.io", "busybox", "latest")),
        ("acme/rl:1.2", Image("docker.io", "acme/rl", "1.2")),
        ("registry:5000/ml/trainer", Image("registry:5000", "ml/trainer", "latest")),
        ("localhost/x:1", Image("localhost", "x", "1")),
        ("ghcr.io/acme/train@sha256:ab12", Image("ghcr.io", "acme/train", "", "sha256:ab12")),
        ("ghcr.io/acme/train:v1@sha256:ab12", Image("ghcr.io", "acme/train", "v1", "sha256:ab12")),
    ],
)
def test_an_image_reference(text: str, image: Image) -> None:
    assert image_reference(text) == image


def test_one_line_holds_no_control_characters_and_is_cut() -> None:
    assert one_line("RuntimeError:\n\tNCCL \x1b[31merror\x00\r\n") == "RuntimeError: NCCL [31merror"
    cut = one_line("x" * 900)
    assert len(cut) == 500
    assert cut.endswith("…")


def test_a_command_to_type_cannot_be_more_than_one() -> None:
    said = logs_command("ml", "x; rm -rf /", "main", previous=True)
    assert said == "kubectl -n ml logs 'x; rm -rf /' -c main --previous"
