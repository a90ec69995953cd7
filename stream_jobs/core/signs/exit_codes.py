"""Exit codes in plain words: what a number tells, and which numbers are not a program's own error."""

import signal

# Codes above 128 are 128 + the signal that ended the process (a convention of shells and of the kubelet).
SIGNAL_BASE = 128
STOPPED = frozenset({137, 143})  # SIGKILL, SIGTERM: somebody else ended it
START_FAILED = 128  # with reason StartError: the process never ran
NOT_FOUND = 127
NOT_EXECUTABLE = 126
BUS_ERROR = 135
NATIVE_CRASHES = frozenset({132, 134, 136, 139})  # SIGILL, SIGABRT, SIGFPE, SIGSEGV

WORDS = {
    0: "finished normally",
    1: "the program raised an error",
    2: "wrong arguments, or a syntax error in a script",
    125: "the runner that starts the program failed itself",
    126: "the file was found but may not be executed",
    127: "the command was not found",
    128: "the process never started",
    130: "interrupted, as by Ctrl-C",
    132: "illegal instruction: the CPU lacks one that the program uses, for example AVX",
    134: "aborted: an uncaught C++ exception, or the watchdog of NCCL",
    135: "bus error: shared memory ran out, or reading a mapped file failed",
    136: "arithmetic fault in native code",
    137: "killed at once from outside the program",
    139: "crashed in native code (segmentation fault)",
    143: "asked to stop, and obeyed",
    255: "unknown: the node restarted under the container, or ssh or mpirun failed",
}

# Numbers that mean something only for one program: https://everything.curl.dev/cmdline/exitcode.html and
# Argo's executor (util/errors/exitcodes). The key is the program, or the container where Argo runs it.
OWN_WORDS = {
    "curl": {
        6: "curl could not resolve the host's name",
        7: "curl could not connect",
        22: "curl got an HTTP error",
        28: "curl timed out",
        35: "curl could not agree on TLS",
    },
    "wget": {
        4: "wget had a network failure",
        5: "wget could not verify the certificate",
        8: "wget got an HTTP error",
    },
    "argoexec": {64: "outputs could not be saved", 65: "inputs could not be loaded"},
}


def words(code: int, program: str = "") -> str:
    """Return an exit code in plain words, "" where it is the program's own; `program` is its file name."""
    own = OWN_WORDS.get(program, {}).get(code)
    return own or WORDS.get(code) or _signal_words(code)


def say_exit(code: int, program: str = "") -> str:
    """Return "exit code 2 (wrong arguments, or a syntax error in a script)"; "exit code 42"."""
    meaning = words(code, program)
    return f"exit code {code} ({meaning})" if meaning else f"exit code {code}"


def _signal_words(code: int) -> str:
    """Only numbers above 128 tell of a signal."""
    try:
        return f"ended by signal {signal.Signals(code - SIGNAL_BASE).name}"
    except ValueError:
        return ""
