"""What a secret looks like: the names it is given, and the shapes that give it away."""

import re
from functools import lru_cache

MARK = "[redacted]"

_WORDS = (
    r"passw(?:or)?d|passphrase|secret|token(?!iz)|credential|"
    r"(?:api|access|private|signing|encryption)[-_.]?key"
)

# A literal of such a name is redacted whatever it is: a wrong guess costs one value, a miss a secret.
_LITERAL_NAME = re.compile(
    rf"{_WORDS}|key|cookie|authorization|(?:^|[-_.])(?:auth|pwd|pat|dsn)$", re.IGNORECASE
)

# Field and annotation names are mostly references ("secretName", "key"), so only the last word counts.
_FIELD_NAME = re.compile(
    rf"(?:(?:{_WORDS})s?|authorization|dockerconfigjson|(?:^|[-_.])(?:auth|pwd))$", re.IGNORECASE
)

_FLAG = re.compile(rf"^--?[\w.-]*(?:{_WORDS})s?$|^-u$|^--user$", re.IGNORECASE)

_NAME = rf"[\w.-]*(?:{_WORDS}|\w_key|\w_?pwd)[\w.-]*"
_VALUE = r"""(?:"(?:\\.|[^"\\])*"|'[^']*'|[^\s"'\\;&|,<>()]+)"""

# Each pattern keeps its groups and loses the rest.
_ASSIGNMENT = re.compile(rf"(?i)((?<![\w.-]){_NAME}\s?=\s?){_VALUE}")
_FLAG_VALUE = re.compile(rf"(?i)((?<!\S)--?{_NAME}(?:\s+|=)){_VALUE}")
_ONE_WORD = re.compile(rf"(?i)^((?:--?)?{_NAME}=)\S+$")  # no shell cuts it: all of it is the value
_QUOTED_FIELD = re.compile(rf"""(?i)(\\*["']{_NAME}\\*["']\s*:\s*\\*["'])(?:[^"'\\]|\\[^"'])+""")
_COLON_FIELD = re.compile(r"(?i)((?<![\w.-])[\w.-]*passw(?:or)?d:\s*)[^\s\"'\\,;]+")
_SHAPES = (
    (re.compile(r"(://)[^/\s\"'@]+@(?!sha256:)"), rf"\1{MARK}@"),
    (re.compile(r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b"), MARK),
    (re.compile(r"\beyJ[\w-]{4,}\.[\w-]{4,}(?:\.[\w-]*)?"), MARK),
    (re.compile(r"(?i)\b(bearer|basic)(\s+)(?!auth|token|realm|error)[\w.~+/=-]{8,}"), rf"\1\2{MARK}"),
    (
        re.compile(r"(?is)-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----.*?(?:-----END [A-Z0-9 ]*PRIVATE KEY-----|$)"),
        MARK,
    ),
    (
        re.compile(
            r"\b(?:gh[pousr]_|github_pat_|glpat-|xox[abeprs]-|hf_|npm_|pypi-|AIza|ya29\.|sk-|sk_live_|rk_live_)[\w-]{16,}"
        ),
        MARK,
    ),
    (re.compile(r"((?<!\S)(?:-u|--user)[ =])[^\s:]+:\S+"), rf"\1{MARK}"),
)
_TEXTS = (
    (_ONE_WORD, rf"\1{MARK}"),
    (_FLAG_VALUE, rf"\1{MARK}"),
    (_ASSIGNMENT, rf"\1{MARK}"),
    (_QUOTED_FIELD, rf"\1{MARK}"),
    (_COLON_FIELD, rf"\1{MARK}"),
)

# Without one of these (in lower case) no pattern can match; looking for them is far cheaper than matching.
_SIGNS = (
    *("@", "akia", "asia", "eyj", "bearer", "basic", "private key"),
    *("ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_", "glpat-", "xox", "hf_", "npm_", "pypi-", "aiza"),
    *("ya29.", "sk-", "sk_live_", "rk_live_", "-u ", "-u=", "--user ", "--user="),
    *("passw", "passphrase", "secret", "token", "credential", "key", "pwd"),
)


@lru_cache(maxsize=8192)
def names_a_secret(name: str) -> bool:
    """Whether a literal of this name (an environment variable, a parameter, a header) is a secret."""
    return _LITERAL_NAME.search(name) is not None


@lru_cache(maxsize=8192)
def field_is_secret(name: str) -> bool:
    """Whether a field or annotation of this name holds a secret itself, not a reference to one."""
    return _FIELD_NAME.search(name) is not None


def announces_secret(argument: str) -> bool:
    """Whether the argument after this one is a secret: "--password", "-u"."""
    return argument.startswith("-") and _FLAG.match(argument) is not None


def scrub_text(text: str) -> str:
    """Return the text with everything that looks like a secret replaced by the mark."""
    if shows_sign(text):
        for pattern, kept in (*_SHAPES, *_TEXTS):
            text = pattern.sub(kept, text)
    return text


def shows_sign(text: str) -> bool:
    """Whether a pattern may match."""
    folded = text.casefold()
    for sign in _SIGNS:  # a loop: any() with a generator costs twice as much  # noqa: SIM110
        if sign in folded:
            return True
    return False
