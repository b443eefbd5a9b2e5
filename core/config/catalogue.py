"""What the installed plugins bring, by name. Filled by plugin loading, read by configuration and the runtime."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import pluggy

from deskbell import LLM, Channel, History, Knowledge, Payment, Stage, StandIn
from deskbell.hooks import PROJECT, Observers, Registration


@dataclass(frozen=True, slots=True)
class PluginInfo:
    """One plugin, working or broken."""

    name: str
    #: Module or class it comes from, and its file where there is one.
    module: str
    location: str = ""
    distribution: str | None = None
    version: str | None = None
    state: Literal["ok", "broken"] = "ok"
    #: Why it is broken, one sentence for each fault.
    error: str = ""
    #: Names by kind: {"channels": ("telnyx",)}. Of a broken plugin: as far as it came.
    brings: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def new_manager() -> pluggy.PluginManager:
    """A pluggy manager that knows Deskbell's hooks and no plugin."""
    manager = pluggy.PluginManager(PROJECT)
    manager.add_hookspecs(Registration)
    manager.add_hookspecs(Observers)
    return manager


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Everything that working plugins bring. Broken plugins stand in `plugins` and nowhere else."""

    channels: Mapping[str, type[Channel[Any]]] = field(default_factory=dict)
    payments: Mapping[str, type[Payment[Any]]] = field(default_factory=dict)
    llms: Mapping[str, type[LLM[Any]]] = field(default_factory=dict)
    knowledge: Mapping[str, type[Knowledge[Any]]] = field(default_factory=dict)
    histories: Mapping[str, type[History[Any]]] = field(default_factory=dict)
    stages: Mapping[str, type[Stage[Any]]] = field(default_factory=dict)
    #: Functions or Typer apps by command name.
    commands: Mapping[str, Any] = field(default_factory=dict)
    #: Sanic blueprints.
    pages: tuple[Any, ...] = ()
    stand_ins: tuple[type[StandIn], ...] = ()
    plugins: tuple[PluginInfo, ...] = ()
    #: Holds the working plugins, for observer hooks.
    manager: pluggy.PluginManager = field(default_factory=new_manager, repr=False)

    @property
    def broken(self) -> tuple[PluginInfo, ...]:
        return tuple(plugin for plugin in self.plugins if plugin.state == "broken")

    def suspects(self, kind: str, name: str) -> tuple[PluginInfo, ...]:
        """Broken plugins that bring `name`, or bear it, or broke before they could say what they bring."""
        sure = tuple(plugin for plugin in self.broken if name in plugin.brings.get(kind, ()) or plugin.name == name)
        return sure or tuple(plugin for plugin in self.broken if not plugin.brings)
