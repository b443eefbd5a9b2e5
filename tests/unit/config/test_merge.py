"""Laying a clinic's file over the defaults."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from core.config.node import Node, merge
from core.config.place import Place, Source
from core.config.source import parse

BASE, OVER = Place(Source("defaults.yml")), Place(Source("clinic.yml"))

scalars = st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=5))
trees = st.dictionaries(
    st.sampled_from("abc"),
    st.recursive(
        scalars,
        lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.sampled_from("abc"), inner)),
        max_leaves=8,
    ),
)


def node(value: Any, place: Place) -> Node:
    if isinstance(value, dict):
        return Node({key: node(item, place) for key, item in value.items()}, place)
    if isinstance(value, list):
        return Node(tuple(node(item, place) for item in value), place)
    return Node(value, place)


def expected(base: Any, over: Any) -> Any:
    if not (isinstance(base, dict) and isinstance(over, dict)):
        return over
    keys = [*base, *(key for key in over if key not in base)]
    return {
        key: expected(base[key], over[key]) if key in base and key in over else over.get(key, base.get(key))
        for key in keys
    }


@given(trees, trees)
def test_mappings_merge_and_everything_else_replaces(base: dict[str, Any], over: dict[str, Any]) -> None:
    merged = merge(node(base, BASE), node(over, OVER))
    assert merged.plain() == expected(base, over)
    assert list(merged.plain()) == list(expected(base, over))


@given(trees)
def test_nothing_laid_over_changes_nothing(base: dict[str, Any]) -> None:
    assert merge(node(base, BASE), node({}, OVER)).plain() == base


@given(trees, trees)
def test_every_leaf_comes_from_the_file_that_has_it(base: dict[str, Any], over: dict[str, Any]) -> None:
    merged = merge(node(base, BASE), node(over, OVER))
    for path, leaf in merged.leaves():
        if leaf.value not in ({}, ()):
            written = node(over, OVER).find(path)
            assert leaf.place is (OVER if written is not None else BASE)


def test_a_list_replaces_a_list() -> None:
    base, _ = parse("days: [mon, tue]\nkeep: 1\n", "defaults.yml")
    over, _ = parse("days: []\n", "clinic.yml")
    assert base is not None
    assert over is not None
    assert merge(base, over).plain() == {"days": [], "keep": 1}
