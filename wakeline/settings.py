"""A command's settings struct as options, environment variables and keys of a file, and back.

Fields are `Annotated[T, msgspec.Meta(description=...)]` with a default; T is str, int, float, bool,
tuple[str, ...], a Literal of texts, or one of them or None. `Meta(extra={"short": "-o"})` adds a short name.
"""

import difflib
import types
from collections.abc import Callable, Iterable, Mapping
from inspect import Parameter
from typing import Annotated, Any, Literal, TypeVar, Union, get_args, get_origin

import msgspec
import typer

from wakeline.errors import UserError

PREFIX = "WAKELINE_"
Settings = TypeVar("Settings", bound=msgspec.Struct)


class SettingsError(UserError):
    """A setting cannot be used; the message says where it was set and what was expected."""


class Setting(msgspec.Struct, frozen=True, kw_only=True):
    """One field of a settings struct. `type` is bare, without None; its bounds are in `meta`."""

    name: str
    type: Any
    default: Any
    meta: tuple[msgspec.Meta, ...]

    @property
    def option(self) -> str:
        """As it is written on the command line: "--kafka-bootstrap"."""
        return f"--{self.name.replace('_', '-')}"

    @property
    def variable(self) -> str:
        """As it is called in the environment: "WAKELINE_KAFKA_BOOTSTRAP"."""
        return PREFIX + self.name.upper()

    @property
    def many(self) -> bool:
        """Whether it is a list."""
        return get_origin(self.type) is tuple

    @property
    def choices(self) -> tuple[str, ...]:
        """The words it may be, where it is one of a few."""
        return get_args(self.type) if get_origin(self.type) is Literal else ()

    def of_meta(self, key: str) -> Any:
        """Return what its Meta says, None where it says nothing."""
        return next((found for each in self.meta if (found := getattr(each, key)) is not None), None)


def settings_of(struct: type[msgspec.Struct]) -> dict[str, Setting]:
    """Return the struct's fields by name."""
    return {field.name: _setting(field) for field in msgspec.structs.fields(struct)}


def parameters(struct: type[msgspec.Struct]) -> list[Parameter]:
    """Return the struct's fields as parameters of a function that typer makes a command of."""
    return [_parameter(each) for each in settings_of(struct).values()]


def gather(
    struct: type[Settings],
    given: Mapping[str, Any],
    source: Callable[[str], str],
    file: Mapping[str, tuple[Any, str]],
) -> Settings:
    """Return the settings: options go before the environment, it before the file, it before the defaults.

    `given` are the values of options and environment, `source` says which of both a field's value is from
    ("COMMANDLINE", "ENVIRONMENT", else neither). `file` has value and place by field. Raises SettingsError.
    """
    values: dict[str, Any] = {}
    for name, setting in settings_of(struct).items():
        origin = source(name)
        if origin in ("COMMANDLINE", "ENVIRONMENT"):
            where = setting.option if origin == "COMMANDLINE" else f"{setting.variable} (environment)"
            values[name] = _convert(setting, _split(setting, given[name]), where, strict=False)
        elif name in file:
            value, where = file[name]
            values[name] = _convert(setting, value, where, strict=True)
    return struct(**values)


def nearest(name: str, known: Iterable[str]) -> str:
    """Return a hint to the name that was probably meant; "" where none is near."""
    names = sorted(known)
    longer = [each for each in names if each.startswith(f"{name}_")]
    found = longer or difflib.get_close_matches(name, names, 1, 0.75)
    return f"did you mean {found[0]}?" if found else ""


def _setting(field: msgspec.structs.FieldInfo) -> Setting:
    annotated = get_origin(field.type) is Annotated
    bare = get_args(field.type)[0] if annotated else field.type
    if get_origin(bare) in (Union, types.UnionType):
        bare = next(each for each in get_args(bare) if each is not types.NoneType)
    meta = tuple(each for each in getattr(field.type, "__metadata__", ()) if isinstance(each, msgspec.Meta))
    return Setting(name=field.name, type=bare, default=field.default, meta=meta)


def _parameter(setting: Setting) -> Parameter:
    kind: Any = str
    default = setting.default
    if setting.type is bool:
        kind = bool
    elif setting.many:
        kind, default = list[str], list(default)
    elif default is not None:
        default = str(default)
    option = typer.Option(
        *_names(setting),
        envvar=setting.variable,
        help=_sentence(setting),
        metavar=_metavar(setting),
        show_default=default not in (None, "", []),
    )
    annotation: Any = Annotated[kind if default is not None else kind | None, option]
    return Parameter(setting.name, Parameter.KEYWORD_ONLY, default=default, annotation=annotation)


def _names(setting: Setting) -> tuple[str, ...]:
    if setting.type is bool:
        return (f"{setting.option}/--no-{setting.option[2:]}",)
    short = (setting.of_meta("extra") or {}).get("short")
    singular = setting.option.removesuffix("s") if setting.many else setting.option
    return tuple(dict.fromkeys(each for each in (singular, short, setting.option) if each))


def _sentence(setting: Setting) -> str:
    text = setting.of_meta("description") or ""
    more = " May be given several times, or as a,b." if setting.many else ""
    return text[:1].upper() + text[1:].rstrip(".") + "." + more


def _metavar(setting: Setting) -> str | None:
    if setting.choices:
        return "|".join(setting.choices)
    names = {int: "NUMBER", float: "NUMBER", bool: None}
    return names.get(setting.type, (setting.of_meta("extra") or {}).get("metavar", "TEXT"))


def _split(setting: Setting, value: Any) -> Any:
    if not setting.many:
        return value
    return [word.strip() for each in value for word in each.split(",") if word.strip()]


def _convert(setting: Setting, value: Any, where: str, *, strict: bool) -> Any:
    bounded: Any = Annotated[(setting.type, *setting.meta)] if setting.meta else setting.type
    try:
        return msgspec.convert(value, bounded, strict=strict)
    except msgspec.ValidationError as error:
        hint = nearest(value, setting.choices) if isinstance(value, str) else ""
        said = f"{where}: expected {_expected(setting)}, got {_shown(setting, value)}"
        raise SettingsError(f"{said}; {hint}" if hint else said) from error


def _expected(setting: Setting) -> str:
    if setting.choices:
        return "one of " + ", ".join(setting.choices)
    words = {bool: "true or false", int: "a whole number", float: "a number", str: "text in quotes"}
    bounds = {"ge": "at least", "gt": "more than", "le": "at most", "lt": "less than"}
    limits = [
        f"{word} {limit:g}" for key, word in bounds.items() if (limit := setting.of_meta(key)) is not None
    ]
    return " ".join((words.get(setting.type, "a list of texts"), " and ".join(limits))).strip()


def _shown(setting: Setting, value: Any) -> str:
    return "what it was set to" if "password" in setting.name or "token" in setting.name else repr(value)
