"""The one tool that every model answers with: its schema, and what a call of it says. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from deskbell import Draft, Found, ModelMalformed, storable

#: The tool's name.
REPLY = "reply"
PURPOSE = "Answer the patient. Call it exactly once; it is the only way in which your words reach anybody."


def schema(fields: Mapping[str, str]) -> dict[str, Any]:
    """The tool's input as a JSON Schema; `fields` are the facts it may report, with a description each."""
    properties: dict[str, Any] = {
        "words": {"type": "string", "description": "The text message that the patient is to read."},
        "wants_person": {
            "type": "boolean",
            "description": "Whether the patient asks for a person, a call, or to complain.",
        },
    }
    if fields:
        names = {"type": "string", "enum": list(fields)}
        properties["facts"] = {"type": "array", "items": _fact(names), "description": _facts(fields)}
        properties["asks"] = {**names, "description": "What your words ask the patient for. Leave out if nothing."}
    return {"type": "object", "properties": properties, "required": ["words", "wants_person"]}


def read(call: object, fields: Mapping[str, str]) -> Draft:
    """The draft in a call's input; what it cost is the caller's to add.

    Facts and questions about what is no field are dropped, and so are facts without evidence: they are a model's
    invention, and the rest is still good. Raises `ModelMalformed` where the shape itself is another.
    """
    if not isinstance(call, Mapping):
        raise ModelMalformed(code="wrong_shape")
    words, facts = call.get("words"), call.get("facts") or []
    asks, wants_person = call.get("asks"), call.get("wants_person") or False
    if not (isinstance(words, str) and isinstance(facts, list) and isinstance(wants_person, bool)):
        raise ModelMalformed(code="wrong_shape")
    text = storable(words).strip()
    if not text:
        raise ModelMalformed("The model's answer has no words.", code="no_words")
    return Draft(
        text=text,
        found=tuple(_found(facts, fields)),
        asks=asks if isinstance(asks, str) and asks in fields else None,
        wants_person=wants_person,
    )


def _fact(names: dict[str, Any]) -> dict[str, Any]:
    properties = {
        "name": names,
        "value": {"type": "string", "description": "The value, short and in plain words."},
        "evidence": {"type": "string", "description": "The patient's own words that say so, copied letter by letter."},
    }
    return {"type": "object", "properties": properties, "required": list(properties)}


def _facts(fields: Mapping[str, str]) -> str:
    lines = "\n".join(f"- {name}: {description}" for name, description in fields.items())
    return f"What the patient's texts say of these, and nothing that they do not say:\n{lines}"


def _found(facts: list[object], fields: Mapping[str, str]) -> Iterator[Found]:
    for fact in facts:
        if not isinstance(fact, Mapping):
            continue
        name, value, evidence = fact.get("name"), fact.get("value"), fact.get("evidence")
        if not (isinstance(name, str) and name in fields and isinstance(evidence, str) and evidence.strip()):
            continue
        if isinstance(value, str) and value.strip():
            yield Found(name, storable(value).strip(), storable(evidence).strip())
        elif isinstance(value, bool | int | float):
            yield Found(name, value, storable(evidence).strip())
