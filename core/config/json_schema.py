"""The JSON Schema of ``clinic.yml``, for editors: draft 2020-12, made from the models and the installed plugins.

It accepts what `deskbell check` accepts, as far as a schema can know: not whether a variable is set, a word means two
services, or stages stand in the right order.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Literal
from zoneinfo import available_timezones

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from core.config.bindings import KNOWLEDGE, SECTIONS, providers
from core.config.catalogue import Catalogue
from core.config.defaults import Defaults, load_defaults
from core.config.node import Node
from core.config.references import ANY_REFERENCE, WHOLE_REFERENCE
from core.config.schema import BINDING_KEY, Binding, ClinicFile
from core.config.subscribers import SECTION as SUBSCRIBERS

Schema = dict[str, Any]
_SPAN = r"^\s*([01]?\d|2[0-3]):[0-5]\d\s*[-–]\s*(([01]?\d|2[0-3]):[0-5]\d|24:00)\s*$"
_SECRET: Schema = {"type": "string", "pattern": WHOLE_REFERENCE, "description": "A secret, by reference."}
_REFERENCE: Schema = {"type": "string", "pattern": ANY_REFERENCE}
_NOTES = ("title", "description", "default", "examples")
_SCALARS = {"string", "integer", "number", "boolean"}


def clinic_schema(catalogue: Catalogue, defaults: Defaults | None = None) -> Schema:
    """The schema of one clinic's file, with the providers and stages of `catalogue`."""
    defaults = defaults or load_defaults()
    definitions, refs = _definitions(catalogue)
    schema = definitions.pop(refs[ClinicFile].removeprefix("#/$defs/"))
    properties: Schema = schema["properties"]
    for section, kind in SECTIONS.items():
        properties[section] = {
            "type": "object",
            **{key: value for key, value in properties[section].items() if key in (*_NOTES, "minProperties")},
            "propertyNames": {"pattern": BINDING_KEY},
            "additionalProperties": _binding(providers(catalogue, kind), refs, definitions),
        }
    knowledge = _binding(providers(catalogue, KNOWLEDGE), refs, definitions)
    properties[KNOWLEDGE] = {"anyOf": [knowledge, {"type": "null"}]}
    properties[SUBSCRIBERS] = _keyed(properties[SUBSCRIBERS])
    properties["pipeline"] = _pipeline(catalogue, defaults)
    properties["stages"] = _stages(catalogue, refs)
    _relax(schema, definitions, defaults.tree)
    whole = _rewritten({**schema, "$defs": definitions})
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **whole, "title": "A clinic of Deskbell"}


def _definitions(catalogue: Catalogue) -> tuple[Schema, dict[type[BaseModel], str]]:
    """Every model as a definition, each under a name of its own, and where each is."""
    kinds = (*SECTIONS.values(), KNOWLEDGE)
    configs: list[type[BaseModel]] = [
        ClinicFile,
        *(provider.Config for kind in kinds for provider in providers(catalogue, kind).values()),
        *(stage.Config for stage in catalogue.stages.values()),
    ]
    models: list[tuple[type[BaseModel], Literal["validation"]]] = [
        (model, "validation") for model in dict.fromkeys(configs)
    ]
    where, whole = models_json_schema(models)
    definitions: Schema = whole.get("$defs", {})
    definitions.pop(Binding.__name__, None)  # replaced by what the providers say
    if "Span" in definitions:
        text = {"type": "string", "pattern": _SPAN, "examples": ["09:00-17:30"]}
        definitions["Span"] = {"anyOf": [text, definitions["Span"]]}
    return definitions, {model: where[(model, mode)]["$ref"] for model, mode in models}


def _resolved(schema: Schema, definitions: Schema) -> Schema:
    ref = schema.get("$ref")
    return definitions[ref.removeprefix("#/$defs/")] if ref else schema


def _binding(known: Mapping[str, Any], refs: Mapping[type[BaseModel], str], definitions: Schema) -> Schema:
    """A binding: `use` names the provider, and the provider's own Config says the rest."""
    alternatives = []
    for name, provider in known.items():
        config = definitions[refs[provider.Config].removeprefix("#/$defs/")]
        then = {
            **config,
            "properties": {"use": {"const": name}, **config.get("properties", {})},
            "additionalProperties": False,
        }
        alternatives.append({"if": {"properties": {"use": {"const": name}}, "required": ["use"]}, "then": then})
    use = {"enum": list(known), "description": "Name of the provider."}
    return {"type": "object", "properties": {"use": use}, "required": ["use"], **_all_of(alternatives)}


def _keyed(section: Schema) -> Schema:
    """A section whose keys are ours to bound: what pydantic writes lets any other key pass."""
    [settings] = section.pop("patternProperties").values()
    return {**section, "propertyNames": {"pattern": BINDING_KEY}, "additionalProperties": settings}


def _all_of(schemas: list[Schema]) -> Schema:
    """The keyword must not be empty."""
    return {"allOf": schemas} if schemas else {}


def _pipeline(catalogue: Catalogue, defaults: Defaults) -> Schema:
    sealed = [name for name, stage in catalogue.stages.items() if stage.sealed]
    stages: Schema = {
        "type": "array",
        "items": {"enum": list(catalogue.stages)},
        "minItems": 1,
        "uniqueItems": True,
        **_all_of([{"contains": {"const": name}} for name in sealed]),
    }
    return {
        "description": ClinicFile.model_fields["pipeline"].description,
        "anyOf": [{"enum": list(defaults.pipelines)}, stages],
    }


def _stages(catalogue: Catalogue, refs: Mapping[type[BaseModel], str]) -> Schema:
    return {
        "type": "object",
        "description": ClinicFile.model_fields["stages"].description,
        "properties": {name: {"$ref": refs[stage.Config]} for name, stage in catalogue.stages.items()},
        "additionalProperties": False,
    }


def _relax(schema: Schema, definitions: Schema, defaults: Node) -> None:
    """What the defaults give need not be written."""
    target = _resolved(schema, definitions)
    given = defaults.fields
    if "required" in target:
        target["required"] = [name for name in target["required"] if name not in given]
    for name, node in given.items():
        child = target.get("properties", {}).get(name)
        if child and node.fields:
            _relax(child, definitions, node)


def _rewritten(schema: Any) -> Any:
    """The same schema with references allowed for every scalar, secrets only as references, and real zones."""
    if isinstance(schema, list):
        return [_rewritten(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    if schema.get("format") == "password":
        return {**_SECRET, "description": schema.get("description", _SECRET["description"])}
    if "$ref" in schema:
        # A definition says all there is to say; what pydantic puts beside it was meant for older drafts.
        return {key: value for key, value in schema.items() if key in ("$ref", "description")}
    if schema.get("type") in _SCALARS or set(schema) <= {"enum", "const"}:
        return _scalar(schema)
    return {key: _part(key, value) for key, value in schema.items()}


def _part(key: str, value: Any) -> Any:
    """One keyword of a schema; names of properties are not schemas, and `use` takes no reference."""
    if key in ("properties", "$defs"):
        return {name: part if name == "use" else _rewritten(part) for name, part in value.items()}
    if key in ("if", "contains", "propertyNames", "default", "examples", "enum", "required"):
        return value
    return _rewritten(value) if isinstance(value, dict | list) else value


def _scalar(schema: Schema) -> Schema:
    schema = _FORMATS.get(str(schema.get("format")), dict)(schema)
    notes = {key: value for key, value in schema.items() if key in _NOTES}
    rules = {key: value for key, value in schema.items() if key not in _NOTES}
    return {**notes, "anyOf": [rules, _REFERENCE]}


def _zone(schema: Schema) -> Schema:
    return {**schema, "enum": sorted(available_timezones())}


def _date(schema: Schema) -> Schema:
    return {**schema, "pattern": r"^\d{4}-\d{2}-\d{2}$"}


_FORMATS: Mapping[str, Callable[[Schema], Schema]] = {"zoneinfo": _zone, "date": _date}
