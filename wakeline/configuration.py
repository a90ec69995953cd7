"""The settings file: `wakeline.toml` in the working directory, or the one that is named."""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from wakeline.settings import PREFIX, SettingsError, nearest, settings_of

FILE = "wakeline.toml"

Commands = Mapping[str, type[msgspec.Struct]]  # by the name of their table


def read_file(path: str | None, command: str, commands: Commands) -> dict[str, tuple[Any, str]]:
    """Return what the file sets for a command, as (value, where it stands) by field.

    Keys at the top are for all commands, those of `[command]` go before them. Without `path` the file is
    `wakeline.toml`, if there is one. Raises SettingsError where it cannot be read or knows a wrong key.
    """
    document = _load(Path(path or FILE), required=path is not None)
    name = path or FILE
    shared = {_key(key): value for key, value in document.items() if not isinstance(value, dict)}
    _check(shared, {field for each in commands.values() for field in settings_of(each)}, name)
    found: dict[str, tuple[Any, str]] = {key: (value, f"{name}, {key}") for key, value in shared.items()}
    for table, values in document.items():
        if isinstance(values, dict):
            own = _table(table, values, commands, name)
            if table == command:
                found |= {key: (value, f"{name}, [{table}] {key}") for key, value in own.items()}
    return {key: value for key, value in found.items() if key in settings_of(commands[command])}


def unknown_variables(environment: Mapping[str, str], commands: Commands) -> list[str]:
    """Return a sentence for each variable that is no setting but looks like a misspelt one."""
    known = {name.upper() for struct in commands.values() for name in settings_of(struct)} | {"CONFIG"}
    given = {name.removeprefix(PREFIX) for name in environment if name.startswith(PREFIX)}
    return [
        f"{PREFIX}{name} (environment) sets nothing; {hint.replace('mean ', f'mean {PREFIX}')}"
        for name in sorted(given - known)
        if (hint := nearest(name, known))
    ]


def _load(path: Path, *, required: bool) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        if not required:
            return {}
        raise SettingsError(f"{path}: there is no such settings file") from error
    except OSError as error:
        raise SettingsError(f"{path}: the settings file cannot be read: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path}: expected TOML: {error}") from error


def _table(table: str, values: dict[str, Any], commands: Commands, name: str) -> dict[str, Any]:
    if table not in commands:
        hint = nearest(table, commands) or "tables are called after commands: " + ", ".join(sorted(commands))
        raise SettingsError(f"{name}: there is no command for the table [{table}]; {hint}")
    own = {_key(key): value for key, value in values.items()}
    _check(own, settings_of(commands[table]).keys(), f"{name}, [{table}]")
    return own


def _check(keys: Mapping[str, Any], known: Any, where: str) -> None:
    for key in keys:
        if key not in known:
            hint = nearest(key, known) or "known are " + ", ".join(sorted(known))
            raise SettingsError(f"{where}: there is no setting {key}; {hint}")


def _key(key: str) -> str:
    return key.replace("-", "_")
