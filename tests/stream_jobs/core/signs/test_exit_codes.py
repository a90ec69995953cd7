"""Exit codes in plain words."""

import pytest

from stream_jobs.core.signs.exit_codes import say_exit


@pytest.mark.parametrize(
    ("code", "program", "words"),
    [
        (1, "", "raised an error"),
        (2, "", "syntax error"),
        (127, "", "not found"),
        (139, "", "native code"),
        (143, "", "asked to stop"),
        (129, "", "SIGHUP"),
        (255, "", "unknown"),
        (6, "curl", "host's name"),
        (64, "argoexec", "outputs"),
    ],
)
def test_what_a_code_means(code: int, program: str, words: str) -> None:
    said = say_exit(code, program)
    assert said.startswith(f"exit code {code} (")
    assert words in said


def test_a_number_of_the_programs_own_is_left_alone() -> None:
    assert say_exit(42) == "exit code 42"
    assert say_exit(6, "python") == "exit code 6"
