"""Finding plugins, checking them, and gathering what they bring into a catalogue.

Each plugin is loaded and proved by itself, so that one that breaks the contract is left out with a precise reason and
harms nobody else. A plugin is a module or object with hooks (see `deskbell.hooks`), found in the entry-point group
``deskbell`` or handed in by a test.
"""

from __future__ import annotations

import importlib.metadata
import inspect
import traceback
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from importlib.metadata import EntryPoint, entry_points
from types import ModuleType
from typing import Any

import pluggy

from core.config.catalogue import Catalogue, PluginInfo, new_manager
from core.config.nearest import nearest
from core.plugin_rules import PROVIDER_KINDS, class_faults, located
from deskbell.hooks import PROJECT, Observers, Registration

GROUP = PROJECT
#: Registration hook -> field of the catalogue.
_KINDS: Mapping[str, str] = {
    "register_channels": "channels",
    "register_payments": "payments",
    "register_llms": "llms",
    "register_knowledge": "knowledge",
    "register_histories": "histories",
    "register_stages": "stages",
    "register_commands": "commands",
    "register_pages": "pages",
    "register_stand_ins": "stand_ins",
}
_REGISTRATION = frozenset(name for name in vars(Registration) if not name.startswith("_"))
_OBSERVERS = frozenset(name for name in vars(Observers) if not name.startswith("_"))
_HOOKS = _REGISTRATION | _OBSERVERS


@dataclass(slots=True)
class _Loading:
    """One plugin on its way into the catalogue."""

    info: PluginInfo
    #: The module or object, None when it could not be imported.
    plugin: Any = None
    faults: list[str] = field(default_factory=list)
    #: What it brings by kind of the catalogue: (name, thing).
    brought: dict[str, list[tuple[str, Any]]] = field(default_factory=dict)


def load_catalogue(plugins: Iterable[object] | None = None) -> Catalogue:
    """The catalogue of all installed plugins, or of exactly the `plugins` (modules or objects) that are given.

    Never raises for a broken plugin: it stands in `Catalogue.plugins` with its faults. Of two plugins that bring
    one name the later is broken; Deskbell's own come first, then the others by distribution and name.
    """
    loadings = [_from_entry_point(entry) for entry in _installed()] if plugins is None else list(map(_given, plugins))
    owners: dict[tuple[str, str], PluginInfo] = {}
    manager = new_manager()
    for loading in loadings:
        _examine(loading)
        _refuse_taken_names(loading, owners)
        if manager.is_registered(loading.plugin):
            loading.faults.append(f"is the same plugin as '{manager.get_name(loading.plugin)}'")
        if loading.faults:
            continue
        name = loading.info.name
        manager.register(loading.plugin, name=f"{loading.info.module}:{name}" if manager.has_plugin(name) else name)
        for kind, things in loading.brought.items():
            owners.update({(kind, name): loading.info for name, _ in things})
    return _catalogue(loadings, manager)


def _installed() -> list[EntryPoint]:
    def rank(entry: EntryPoint) -> tuple[bool, str, str]:
        distribution = entry.dist.name if entry.dist else ""
        return distribution != PROJECT, distribution, entry.name

    return sorted(entry_points(group=GROUP), key=rank)


def _from_entry_point(entry: EntryPoint) -> _Loading:
    info = PluginInfo(
        name=entry.name,
        module=entry.value,
        distribution=entry.dist.name if entry.dist else None,
        version=entry.dist.version if entry.dist else None,
    )
    try:
        plugin = entry.load()
    except (Exception, SystemExit) as error:  # noqa: BLE001 - whatever importing a plugin raises is that plugin's fault
        return _Loading(info, faults=[f"importing {entry.value} failed: {_told(error)}"])
    return _Loading(replace(info, location=_location(plugin)), plugin)


def _given(plugin: object) -> _Loading:
    module = plugin.__name__ if isinstance(plugin, ModuleType | type) else type(plugin).__qualname__
    name = str(getattr(plugin, "plugin_name", module))
    return _Loading(PluginInfo(name, module, _location(plugin)), plugin)


def _location(plugin: object) -> str:
    target = plugin if isinstance(plugin, ModuleType | type) else type(plugin)
    try:
        return inspect.getsourcefile(target) or ""
    except TypeError:
        return ""  # built in, or made at run time: there is no file


def _told(error: BaseException) -> str:
    """An error of a plugin in one line, with the line of the plugin it came from."""
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if not _ours(frame.filename)]
    where = f" ({frames[-1].filename}:{frames[-1].lineno})" if frames else ""
    return " ".join(f"{type(error).__name__}: {error}".split()) + where


def _ours(filename: str) -> bool:
    """Whether a line of a traceback is this loader's or the import system's, and not the plugin's."""
    return filename.startswith("<frozen ") or filename in (__file__, importlib.__file__, importlib.metadata.__file__)


# ---- examining one plugin ------------------------------------------------------------------------------------


def _examine(loading: _Loading) -> None:
    """Registers the plugin with a manager of its own, calls its registration hooks and checks what they return."""
    if loading.faults:
        return
    trial = new_manager()
    try:
        trial.register(loading.plugin, name=loading.info.name)
        trial.check_pending()
    except pluggy.PluginValidationError as error:
        loading.faults += list(_unknown_hooks(trial, loading.plugin)) or [" ".join(str(error).split())]
        return
    loading.faults += _unmarked(loading.plugin, trial)
    for caller in trial.get_hookcallers(loading.plugin) or ():
        for implementation in caller.get_hookimpls():
            wrong = _wrong_hook(caller.name, implementation)
            if wrong:
                loading.faults.append(wrong)
            elif caller.name in _REGISTRATION:
                _collect(loading, caller.name, implementation)


def _unknown_hooks(trial: pluggy.PluginManager, plugin: object) -> Iterator[str]:
    for caller in trial.get_hookcallers(plugin) or ():
        for implementation in caller.get_hookimpls():
            if not caller.has_spec() and not implementation.optionalhook:
                near = nearest(caller.name, _HOOKS)
                meant = f"did you mean '{near}'?" if near else f"the hooks are {', '.join(sorted(_HOOKS))}."
                yield f"{located(implementation.function)}: there is no hook '{caller.name}'; {meant}"


def _unmarked(plugin: object, trial: pluggy.PluginManager) -> list[str]:
    """Functions with a hook's name that nobody marked: pluggy would pass them over in silence."""
    marked = {caller.name for caller in trial.get_hookcallers(plugin) or ()}
    faults = [
        f"{located(getattr(plugin, name))}: '{name}' is not marked; put @deskbell.hookimpl above it"
        for name in sorted(_HOOKS - marked)
        if inspect.isroutine(function := getattr(plugin, name, None)) and function.__module__ != Registration.__module__
    ]
    if not marked and not faults:
        faults.append("has no hook: mark at least one function with @deskbell.hookimpl, e.g. register_channels")
    return faults


def _wrong_hook(name: str, implementation: pluggy.HookImpl) -> str:
    where = located(implementation.function)
    if implementation.wrapper or implementation.hookwrapper:
        return f"{where}: '{name}' must not be a wrapper"
    is_async = inspect.iscoroutinefunction(implementation.function)
    if name in _REGISTRATION and is_async:
        return f"{where}: '{name}' must be a plain function: write 'def', not 'async def'"
    if name in _OBSERVERS and not is_async:
        return f"{where}: '{name}' must be async: write 'async def'"
    return ""


def _collect(loading: _Loading, hook: str, implementation: pluggy.HookImpl) -> None:
    where = located(implementation.function)
    try:
        things = implementation.function()
    except (Exception, SystemExit) as error:  # noqa: BLE001 - whatever a plugin's hook raises is that plugin's fault
        loading.faults.append(f"{where}: '{hook}' failed: {_told(error)}")
        return
    if not isinstance(things, list | tuple):
        loading.faults.append(f"{where}: '{hook}' must return a list, not {type(things).__name__}")
        return
    kind = _KINDS[hook]
    brought = loading.brought.setdefault(kind, [])
    for thing in things:
        if kind == "commands" and not _is_command(thing):
            loading.faults.append(f"{where}: a command must be a pair of its name and a function or Typer app")
            continue
        name = thing[0] if kind == "commands" else str(getattr(thing, "name", getattr(thing, "__qualname__", thing)))
        if name in {taken for taken, _ in brought}:
            loading.faults.append(f"{where}: '{hook}' brings '{name}' twice")
        if kind in PROVIDER_KINDS:
            loading.faults += class_faults(kind, thing)
        brought.append((name, thing))


def _is_command(thing: Any) -> bool:
    return isinstance(thing, tuple) and len(thing) == 2 and isinstance(thing[0], str) and callable(thing[1])


def _refuse_taken_names(loading: _Loading, owners: Mapping[tuple[str, str], PluginInfo]) -> None:
    for kind, things in loading.brought.items():
        for name, _ in things:
            owner = owners.get((kind, name))
            if owner:
                loading.faults.append(
                    f"{kind}: the name '{name}' belongs to the plugin '{owner.name}' ({owner.module}); "
                    f"'{loading.info.name}' ({loading.info.module}) came later and must choose another"
                )


def _catalogue(loadings: list[_Loading], manager: pluggy.PluginManager) -> Catalogue:
    def of(kind: str) -> list[tuple[str, Any]]:
        return [pair for loading in loadings if not loading.faults for pair in loading.brought.get(kind, [])]

    return Catalogue(
        channels=dict(of("channels")),
        payments=dict(of("payments")),
        llms=dict(of("llms")),
        knowledge=dict(of("knowledge")),
        histories=dict(of("histories")),
        stages=dict(of("stages")),
        commands={name: command for name, (_, command) in of("commands")},
        pages=tuple(page for _, page in of("pages")),
        stand_ins=tuple(stand_in for _, stand_in in of("stand_ins")),
        plugins=tuple(_judged(loading) for loading in loadings),
        manager=manager,
    )


def _judged(loading: _Loading) -> PluginInfo:
    brings = {kind: tuple(name for name, _ in things) for kind, things in loading.brought.items() if things}
    if not loading.faults:
        return replace(loading.info, brings=brings)
    return replace(loading.info, brings=brings, state="broken", error="; ".join(loading.faults))
