"""Bindings: a provider's name and settings in ``clinic.yml`` become a provider class and its checked Config."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from core.config.catalogue import Catalogue
from core.config.errors import PLUGIN_BROKEN, ConfigError
from core.config.nearest import nearest
from core.config.node import Node, Path, dotted
from core.config.references import References, is_reference
from core.config.shape import annotation_at, is_secret
from core.config.validation import validate
from deskbell import Provider, Settings

#: Sections of bindings, with the name their providers go by in the catalogue.
SECTIONS: Mapping[str, str] = {"channels": "channels", "payments": "payments", "models": "llms"}
#: The one section that is a binding itself.
KNOWLEDGE = "knowledge"
OVERRIDE = "sandbox override"

Overrides = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class BindingPlan:
    """One provider set up for one clinic, ready to be made."""

    key: str
    #: Unique over all clinics: "<clinic>-<key>".
    id: str
    provider: type[Provider[Any]]
    config: Settings = field(repr=False)


def paths(tree: Node) -> Iterator[tuple[Path, str]]:
    """Where bindings stand in a clinic's tree, with the catalogue's word for their kind."""
    for section, kind in SECTIONS.items():
        found = tree.child(section)
        for key in found.fields if found else ():
            yield (section, key), kind
    if tree.child(KNOWLEDGE):
        yield (KNOWLEDGE,), "knowledge"


def providers(catalogue: Catalogue, kind: str) -> Mapping[str, type[Provider[Any]]]:
    found: Mapping[str, type[Provider[Any]]] = getattr(catalogue, kind)
    return found


def prepare(tree: Node, clinic: str, catalogue: Catalogue, overrides: Overrides, references: References) -> Node:
    """The tree with overrides laid over its bindings and everything concealed that may be a secret."""
    for path, kind in paths(tree):
        binding = tree.find(path)
        if binding is None or not binding.fields:
            continue
        use = _use(binding)
        for key, value in overrides.get(use, {}).items():
            place = binding.fields[key].place if key in binding.fields else binding.place
            own = _of_binding(value, f"{clinic}-{path[-1]}")
            binding = binding.with_field(key, _overriding(own, binding, place=place))
        provider = providers(catalogue, kind).get(use)
        binding = conceal(binding, (), provider.Config if provider else None, references)
        tree = replaced(tree, path, binding)
    return tree


def _use(binding: Node) -> str:
    use = binding.child("use")
    return use.value if use and isinstance(use.value, str) else ""


def _of_binding(value: Any, binding: str) -> Any:
    """An override's value for one binding: ``{binding}`` stands for its id."""
    return value.replace("{binding}", binding) if isinstance(value, str) else value


def _overriding(value: Any, binding: Node, *, place: Any) -> Node:
    if isinstance(value, Mapping):
        return Node({k: _overriding(v, binding, place=place) for k, v in value.items()}, place, set_by=OVERRIDE)
    if isinstance(value, list | tuple):
        return Node(tuple(_overriding(v, binding, place=place) for v in value), place, set_by=OVERRIDE)
    return Node(value, place, binding.key_place, set_by=OVERRIDE)


def replaced(tree: Node, path: Path, node: Node) -> Node:
    """The tree with another node at a path that it has."""
    if not path:
        return node
    key = str(path[0])
    return tree.with_field(key, replaced(tree.fields[key], path[1:], node))


def conceal(node: Node, path: Path, config: type[Any] | None, references: References) -> Node:
    """Hides each literal value but those that the provider declares as something other than a secret."""
    if node.fields:
        hidden = {key: conceal(child, (*path, key), config, references) for key, child in node.fields.items()}
        return replace(node, value=hidden)
    if node.items:
        items = tuple(conceal(item, (*path, i), config, references) for i, item in enumerate(node.items))
        return replace(node, value=items)
    declared = annotation_at(config, path) if config else None
    if path == ("use",) or (declared not in (None, Any) and not is_secret(declared)):
        return node
    if not node.set_by and node.value is not None and not is_reference(node.value):
        node.place.source.conceal(node.place)
        references.hide(str(node.value))
    return replace(node, concealed=True)


def read_bindings(
    tree: Node, clinic: str, catalogue: Catalogue, references: References
) -> tuple[dict[Path, BindingPlan] | None, list[ConfigError]]:
    """Every binding of a resolved tree by its path, and what is wrong with any of them.

    None when one of them cannot be made: it has an error, or a reference in it was let pass.
    """
    plans: dict[Path, BindingPlan] = {}
    errors: list[ConfigError] = []
    places = list(paths(tree))
    for path, kind in places:
        node = tree.find(path)
        if node is None or not _use(node):
            continue  # the model of the file tells what is missing
        plan, faults = _read_binding(node, path, clinic, kind, catalogue, references)
        errors += faults
        if plan:
            plans[path] = plan
    return (plans if len(plans) == len(places) else None), [*errors, *_keys_twice(tree)]


def _read_binding(
    node: Node, path: Path, clinic: str, kind: str, catalogue: Catalogue, references: References
) -> tuple[BindingPlan | None, list[ConfigError]]:
    known = providers(catalogue, kind)
    use = _use(node)
    provider = known.get(use)
    if provider is None:
        return None, [unknown_name(catalogue, kind, use, node.fields["use"], (*path, "use"))]
    settings = replace(node, value={key: child for key, child in node.fields.items() if key != "use"})
    config, errors = validate(provider.Config, settings, path, scrub=references.scrub)
    errors += literal_secrets(settings, path, provider.Config)
    key = str(path[-1])
    return (BindingPlan(key, f"{clinic}-{key}", provider, config) if config else None), errors


def unknown_name(catalogue: Catalogue, kind: str, name: str, node: Node, path: Path) -> ConfigError:
    """A name that no working plugin brings: the clinic's slip, or the fault of a broken plugin."""
    allowed = tuple(getattr(catalogue, kind))
    near = nearest(name, allowed)
    suspects = catalogue.suspects(kind, name)
    sure = any(plugin.brings or plugin.name == name for plugin in suspects)
    if suspects and (sure or not near):
        faults = "; ".join(f"{plugin.name} ({plugin.module}): {plugin.error}" for plugin in suspects)
        return ConfigError(
            f"The plugin that brings '{name}' is broken: {faults}"
            if sure
            else f"No working plugin brings '{name}'; one that is broken may: {faults}",
            node.place,
            path=dotted(path),
            kind=PLUGIN_BROKEN,
            given=name,
            advice="Repair or remove the plugin; `deskbell plugins` shows its state. Other clinics are not affected.",
        )
    return ConfigError(
        f"No installed plugin brings {_ARTICLES[kind]} of this name.",
        node.place,
        path=dotted(path),
        kind="unknown_name",
        given=node.shown,
        allowed=allowed,
        nearest=near,
        advice="`deskbell plugins` lists what is installed." if not allowed else "",
    )


_ARTICLES = {
    "channels": "a channel",
    "payments": "a payment provider",
    "llms": "a language model",
    "knowledge": "a knowledge provider",
    "stages": "a stage",
}


def literal_secrets(settings: Node, path: Path, config: type[Any]) -> list[ConfigError]:
    """An error for each value that `config` declares a secret and that is no reference."""
    errors = []
    for leaf, node in settings.leaves():
        if not is_secret(annotation_at(config, leaf)) or node.set_by or node.value is None:
            continue
        if not is_reference(node.reference):
            name = "_".join(str(step) for step in (*path[1:], *leaf)).upper().replace("-", "_")
            errors.append(
                ConfigError(
                    "A secret must not stand in this file.",
                    node.place,
                    path=dotted((*path, *leaf)),
                    kind="secret",
                    allowed=("${env:NAME}", "${file:PATH}"),
                    advice=f"Put it into the environment, write ${{env:{name}}} here, and change the secret: "
                    "it may have been seen.",
                )
            )
    return errors


def _keys_twice(tree: Node) -> list[ConfigError]:
    """The same key in two sections would give two bindings one id."""
    seen: dict[str, Path] = {}
    errors = []
    for path, _ in paths(tree):
        key = str(path[-1])
        node = tree.find(path)
        if key in seen and node:
            errors.append(
                ConfigError(
                    f"The binding key '{key}' is used under '{seen[key][0]}' already.",
                    node.headline,
                    path=dotted(path),
                    kind="duplicate_key",
                    advice="Every binding of a clinic needs a key of its own.",
                )
            )
        seen.setdefault(key, path)
    return errors
