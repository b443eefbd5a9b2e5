"""What a class must be to enter the catalogue: named, described, awaitable, complete.

Each rule tells its fault with the file and line of the class or function, so that a plugin's author finds it.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from deskbell import LLM, Channel, History, Knowledge, Payment, Settings, Stage

#: Kind of the catalogue -> the contract, and the parts of it that have no default.
_CONTRACTS: Mapping[str, tuple[type[Any], tuple[str, ...]]] = {
    "channels": (Channel, ("address", "receive", "send")),
    "payments": (Payment, ("create_link", "cancel_link", "look_up", "refund", "receive")),
    "llms": (LLM, ("draft",)),
    "knowledge": (Knowledge, ("search",)),
    "histories": (History, ("window", "keep", "advance")),
    "stages": (Stage, ("__call__",)),
}
PROVIDER_KINDS = frozenset(_CONTRACTS)
_NAME = re.compile(r"[a-z][a-z0-9_-]{0,40}")


def class_faults(kind: str, thing: Any) -> list[str]:
    """Every way in which `thing` falls short of the contract of its kind; empty when it is one."""
    contract, required = _CONTRACTS[kind]
    if not isinstance(thing, type) or not issubclass(thing, contract):
        return [f"{thing!r} is not a subclass of deskbell.{contract.__name__}"]
    faults = [*_name_faults(thing), *_config_faults(thing), *_method_faults(thing, contract, required)]
    return [f"{thing.__qualname__}: {fault}" for fault in faults]


def located(thing: Any) -> str:
    """``file:line`` of a function or class, or its name where there is no file."""
    target = inspect.unwrap(thing)
    try:
        file, line = inspect.getsourcefile(target), inspect.getsourcelines(target)[1]
    except (TypeError, OSError):
        return str(getattr(thing, "__qualname__", thing))
    return f"{file}:{line}"


def _name_faults(thing: type[Any]) -> Iterator[str]:
    name = getattr(thing, "name", None)
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        given = "nothing" if name is None else repr(name)
        yield (
            f"{located(thing)}: `name` must be a lower-case word of letters, digits, '-' and '_' "
            f"that begins with a letter; it is {given}"
        )


def _config_faults(thing: type[Any]) -> Iterator[str]:
    config = thing.Config
    if not isinstance(config, type) or not issubclass(config, Settings):
        yield f"{located(thing)}: `Config` must be a subclass of deskbell.Settings"
        return
    if not config.model_config.get("frozen") or config.model_config.get("extra") != "forbid":
        yield f"{located(config)}: `{config.__name__}` must stay frozen and forbid unknown keys, as Settings does"
    for name, field in config.model_fields.items():
        if not field.description:
            yield f"{located(config)}: the setting '{name}' of `{config.__name__}` needs a description"


def _method_faults(thing: type[Any], contract: type[Any], required: tuple[str, ...]) -> Iterator[str]:
    for name in sorted(getattr(thing, "__abstractmethods__", ())):
        yield f"{located(thing)}: '{name}' is abstract and must be written"
    for name in required:
        if inspect.getattr_static(thing, name) is inspect.getattr_static(contract, name):
            yield f"{located(thing)}: '{name}' must be written"
    for name in _async_methods(contract):
        method = getattr(thing, name)
        if not inspect.iscoroutinefunction(method):
            yield f"{_file_and_line(method, thing)}: '{name}' must be async: write 'async def {name}'"


def _async_methods(contract: type[Any]) -> Iterator[str]:
    for name, _ in inspect.getmembers(contract, inspect.iscoroutinefunction):
        yield name


def _file_and_line(method: Callable[..., Any], owner: type[Any]) -> str:
    """Of the function itself, from its code: exact even for a lambda or a decorated function."""
    code = getattr(inspect.unwrap(method), "__code__", None)
    return f"{Path(code.co_filename)}:{code.co_firstlineno}" if code else located(owner)
