"""What a class must be to enter the catalogue."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

from core.plugin_rules import class_faults

if TYPE_CHECKING:
    from tests.unit.plugins.conftest import WritePlugin

STAGE = """
    class Greeter(Stage):
        name = "greeter"
        async def __call__(self, turn, call_next): pass
"""


def faults(plugin: Any, kind: str = "channels", name: str = "Bird") -> str:
    return "\n".join(class_faults(kind, getattr(plugin, name)))


def test_a_sound_class_has_no_fault(write_plugin: WritePlugin) -> None:
    plugin = write_plugin(STAGE)
    assert class_faults("channels", plugin.Pigeon) == []
    assert class_faults("stages", plugin.Greeter) == []


@pytest.mark.parametrize("thing", ["a pigeon", int, None, object()])
def test_what_is_no_class_of_the_kind_is_refused(thing: object) -> None:
    assert len(class_faults("channels", thing)) == 1


def test_an_instance_is_no_class(write_plugin: WritePlugin) -> None:
    plugin = write_plugin("bird = Pigeon(PigeonConfig(key='k'), ProviderContext('c', 'b'))")
    assert len(class_faults("channels", plugin.bird)) == 1
    assert "'k'" not in faults(plugin, name="bird")


def test_a_stage_that_is_not_async_is_refused_with_its_file_and_line(
    write_plugin: WritePlugin, line_of: Callable[[str], str]
) -> None:
    plugin = write_plugin(STAGE.replace("async def", "def"))
    [fault] = class_faults("stages", plugin.Greeter)
    assert line_of("def __call__") in fault
    assert "async def __call__" in fault


@pytest.mark.parametrize("generator", ["yield", "yield 1"])
def test_an_async_generator_is_not_awaitable(generator: str, write_plugin: WritePlugin) -> None:
    plugin = write_plugin(STAGE.replace("pass", generator))
    assert len(class_faults("stages", plugin.Greeter)) == 1


@pytest.mark.parametrize(
    "method", ["receive(self, r)", "send(self, t)", "open(self)", "check(self)", "look_up(self, t)"]
)
def test_every_method_that_is_awaited_must_be_async(method: str, write_plugin: WritePlugin) -> None:
    plugin = write_plugin(
        f"class Bird(Pigeon):\n    def {method}: pass\n".replace("class", "\n    class").replace(
            "    def", "        def"
        )
    )
    assert f"'{method.split('(')[0]}' must be async" in faults(plugin)


@pytest.mark.parametrize("missing", ["receive", "send", "address"])
def test_what_has_no_default_must_be_written(missing: str, write_plugin: WritePlugin) -> None:
    plugin = write_plugin(f"""
    members = {{name: vars(Pigeon)[name] for name in ("receive", "send", "address") if name != {missing!r}}}
    Bird = type("Bird", (Channel,), {{"name": "bird", "Config": PigeonConfig, **members}})
    """)
    assert f"'{missing}' must be written" in faults(plugin)


def test_abstract_leftovers_are_refused(write_plugin: WritePlugin) -> None:
    plugin = write_plugin("""
    import abc

    class Bird(Pigeon, abc.ABC):
        name = "bird"
        @abc.abstractmethod
        def sing(self): ...
    """)
    assert "'sing' is abstract" in faults(plugin)


@pytest.mark.parametrize("name", ["'Pigeon Post'", "''", "'9lives'", "None", "5", "property(lambda self: 'x')"])
def test_a_name_must_be_a_lower_case_word(name: str, write_plugin: WritePlugin) -> None:
    plugin = write_plugin(f"\n    class Bird(Pigeon):\n        name = {name}\n")
    assert "`name`" in faults(plugin)


def test_a_name_must_be_there(write_plugin: WritePlugin) -> None:
    plugin = write_plugin(STAGE.replace('name = "greeter"', ""))
    assert "`name`" in faults(plugin, "stages", "Greeter")


@pytest.mark.parametrize(
    ("config", "word"),
    [
        ("class Config(BaseModel):\n            pass", "subclass of deskbell.Settings"),
        ("Config = dict", "subclass of deskbell.Settings"),
        ("Config = PigeonConfig(key='k')", "subclass of deskbell.Settings"),
        ("class Config(ChannelConfig):\n            colour: str = 'grey'", "'colour'"),
        ("class Config(ChannelConfig, extra='allow'):\n            pass", "forbid unknown keys"),
        ("class Config(ChannelConfig, frozen=False):\n            pass", "frozen"),
    ],
)
def test_settings_must_be_frozen_strict_and_described(config: str, word: str, write_plugin: WritePlugin) -> None:
    plugin = write_plugin(f"\n    class Bird(Pigeon):\n        {config}\n")
    assert word in faults(plugin)


def test_all_faults_of_a_class_are_told_at_once(write_plugin: WritePlugin) -> None:
    plugin = write_plugin("""
    class Bird(Channel):
        name = "Bird"
        class Config(ChannelConfig):
            colour: str = "grey"
        def receive(self, request): return []
    """)
    assert len(class_faults("channels", plugin.Bird)) == 5
