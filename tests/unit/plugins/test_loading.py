"""Loading plugins: each by itself, each fault with its reason."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from core.config.catalogue import PluginInfo
from core.plugins import load_catalogue

if TYPE_CHECKING:
    from tests.unit.plugins.conftest import WritePlugin

REGISTER = """
    @hookimpl
    def register_channels():
        return [Pigeon]
"""
STAGE = """
    class Greeter(Stage):
        name = "greeter"
        async def __call__(self, turn, call_next): pass
"""


def loaded(*plugins: object) -> tuple[PluginInfo, ...]:
    return load_catalogue(plugins).plugins


def test_a_plugin_brings_what_its_hooks_return(write_plugin: WritePlugin) -> None:
    plugin = write_plugin(
        STAGE
        + REGISTER
        + """
    @hookimpl
    def register_stages(): return [Greeter]

    @hookimpl
    def register_commands(): return [("coo", print)]

    @hookimpl
    def register_pages(): return ["a blueprint"]
"""
    )
    catalogue = load_catalogue([plugin])
    assert catalogue.channels == {"pigeon": plugin.Pigeon}
    assert catalogue.stages == {"greeter": plugin.Greeter}
    assert catalogue.commands == {"coo": print}
    assert catalogue.pages == ("a blueprint",)
    [info] = catalogue.plugins
    assert (info.name, info.state, info.error) == ("pigeon_post", "ok", "")
    assert info.brings["channels"] == ("pigeon",)
    assert info.location == plugin.__file__


def test_a_misspelt_hook_is_an_error_that_names_the_nearest(
    write_plugin: WritePlugin, line_of: Callable[[str], str]
) -> None:
    [info] = loaded(write_plugin(REGISTER.replace("register_channels", "register_chanels")))
    assert info.state == "broken"
    assert "'register_channels'" in info.error
    assert line_of("@hookimpl") in info.error


def test_a_hook_with_arguments_of_its_own_is_an_error(write_plugin: WritePlugin) -> None:
    [info] = loaded(write_plugin(REGISTER.replace("register_channels()", "register_channels(server)")))
    assert info.state == "broken"
    assert "server" in info.error


def test_a_hook_that_nobody_marked_is_an_error(write_plugin: WritePlugin) -> None:
    [info] = loaded(write_plugin(REGISTER.replace("@hookimpl", "")))
    assert info.state == "broken"
    assert "register_channels" in info.error


def test_a_plugin_without_hooks_is_an_error(write_plugin: WritePlugin) -> None:
    assert loaded(write_plugin("pass_on = 1"))[0].state == "broken"


def test_a_registration_hook_must_be_a_plain_function(write_plugin: WritePlugin, line_of: Callable[[str], str]) -> None:
    [info] = loaded(write_plugin(REGISTER.replace("def ", "async def ")))
    assert info.state == "broken"
    assert line_of("@hookimpl") in info.error


def test_an_observer_hook_must_be_async(write_plugin: WritePlugin) -> None:
    observer = "\n    @hookimpl\n    async def on_message_sent(message): pass\n"
    assert loaded(write_plugin(observer))[0].state == "ok"
    assert loaded(write_plugin(observer.replace("async def", "def")))[0].state == "broken"


def test_a_wrapper_is_no_registration(write_plugin: WritePlugin) -> None:
    code = "\n    @hookimpl(wrapper=True)\n    def register_channels():\n        return (yield)\n"
    assert loaded(write_plugin(code))[0].state == "broken"


@pytest.mark.parametrize("returned", ["None", "Pigeon", "'pigeon'", "(Pigeon for _ in [1])", "{'pigeon': Pigeon}"])
def test_a_hook_must_return_a_list(returned: str, write_plugin: WritePlugin) -> None:
    assert loaded(write_plugin(REGISTER.replace("[Pigeon]", returned)))[0].state == "broken"


@pytest.mark.parametrize("failure", ["1 / 0", "raise SystemExit(3)", "import no_such_module"])
def test_a_hook_that_fails_breaks_its_plugin_and_no_other(failure: str, write_plugin: WritePlugin) -> None:
    bad = write_plugin(REGISTER.replace("return [Pigeon]", failure), "bad_plugin")
    good = write_plugin(REGISTER)
    catalogue = load_catalogue([bad, good])
    assert [plugin.state for plugin in catalogue.plugins] == ["broken", "ok"]
    assert "bad_plugin.py:" in catalogue.plugins[0].error
    assert list(catalogue.channels) == ["pigeon"]


def test_of_two_plugins_with_one_name_the_later_is_broken_and_both_are_named(write_plugin: WritePlugin) -> None:
    first = write_plugin(REGISTER, "first_post")
    second = write_plugin(REGISTER, "second_post")
    catalogue = load_catalogue([first, second])
    assert [plugin.state for plugin in catalogue.plugins] == ["ok", "broken"]
    assert "first_post" in catalogue.plugins[1].error
    assert "second_post" in catalogue.plugins[1].error
    assert catalogue.channels["pigeon"] is first.Pigeon


def test_one_plugin_with_one_name_twice_is_broken(write_plugin: WritePlugin) -> None:
    assert loaded(write_plugin(REGISTER.replace("[Pigeon]", "[Pigeon, Pigeon]")))[0].state == "broken"


def test_the_same_plugin_twice_is_loaded_once(write_plugin: WritePlugin) -> None:
    plugin = write_plugin("\n    @hookimpl\n    async def on_message_sent(message): pass\n")
    assert [info.state for info in loaded(plugin, plugin)] == ["ok", "broken"]


def test_nothing_of_a_broken_plugin_is_used(write_plugin: WritePlugin) -> None:
    plugin = write_plugin(
        STAGE.replace("async def", "def")
        + REGISTER
        + "\n    @hookimpl\n    def register_stages(): return [Greeter]\n"
        + "\n    @hookimpl\n    async def on_message_sent(message): pass\n"
    )
    catalogue = load_catalogue([plugin])
    assert (catalogue.channels, catalogue.stages) == ({}, {})
    assert catalogue.manager.hook.on_message_sent.get_hookimpls() == []
    assert catalogue.plugins[0].brings == {"channels": ("pigeon",), "stages": ("greeter",)}


def test_a_command_is_a_name_and_something_to_run(write_plugin: WritePlugin) -> None:
    for returned in ("[print]", "[('coo',)]", "[('coo', 5)]", "[(5, print)]"):
        code = f"\n    @hookimpl\n    def register_commands(): return {returned}\n"
        assert loaded(write_plugin(code))[0].state == "broken"


def entry_points(folder: Path, distribution: str, lines: str) -> None:
    metadata = folder / f"{distribution}-1.5.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {distribution}\nVersion: 1.5\n")
    (metadata / "entry_points.txt").write_text(f"[deskbell]\n{lines}\n")


def test_installed_plugins_are_found_with_distribution_and_version(write_plugin: WritePlugin, tmp_path: Path) -> None:
    write_plugin(REGISTER)
    entry_points(tmp_path, "pigeon-post", "post = pigeon_post")
    [info] = [plugin for plugin in load_catalogue().plugins if plugin.distribution == "pigeon-post"]
    assert (info.name, info.module, info.version, info.state) == ("post", "pigeon_post", "1.5", "ok")


@pytest.mark.parametrize("code", ["import no_such_module", "1 / 0", "raise SystemExit(3)", "x ="])
def test_a_plugin_that_cannot_be_imported_is_told_and_harms_nobody(
    code: str, write_plugin: WritePlugin, tmp_path: Path
) -> None:
    write_plugin(REGISTER)
    (tmp_path / "torn_post.py").write_text(code)
    entry_points(tmp_path, "post-office", "torn = torn_post\nwhole = pigeon_post\ngone = no_such_plugin")
    found = {plugin.name: plugin for plugin in load_catalogue().plugins if plugin.distribution == "post-office"}
    assert {name: plugin.state for name, plugin in found.items()} == {"torn": "broken", "whole": "ok", "gone": "broken"}
    assert "torn_post" in found["torn"].error
    assert found["torn"].brings == {}
    assert "no_such_plugin" in found["gone"].error


def test_our_own_plugins_come_first(write_plugin: WritePlugin, tmp_path: Path) -> None:
    write_plugin(REGISTER.replace("[Pigeon]", "[type('Telnyx', (Pigeon,), {'name': 'telnyx'})]"))
    entry_points(tmp_path, "aaa-first-in-the-alphabet", "telnyx = pigeon_post")
    catalogue = load_catalogue()
    assert catalogue.channels["telnyx"].__module__.startswith("plugins.")
    [intruder] = [plugin for plugin in catalogue.plugins if plugin.module == "pigeon_post"]
    assert intruder.state == "broken"
