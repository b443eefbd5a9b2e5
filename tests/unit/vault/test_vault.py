"""The vault: what goes in comes out for whom it belongs to and with a key of ours, and for nobody else."""

from __future__ import annotations

import asyncio
import stat
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from core.config.errors import ConfigErrors
from core.config.settings import load_runtime
from core.vault import FILE, KeysUnusable, Vault, open_vault
from deskbell import Misconfigured

OLD, NEW = Fernet.generate_key().decode(), Fernet.generate_key().decode()
#: Of the right alphabet and the wrong length, and a typing mistake.
NO_KEYS = ["c2hvcnQ=", OLD[:-1], f"{OLD[:10]}!{OLD[11:]}", "hunter2-hunter2", f"{OLD}{NEW}"]


@given(st.text(), st.text(), st.text())
def test_what_is_sealed_for_a_binding_opens_for_it(secret: str, clinic: str, binding: str) -> None:
    sealed = Vault([OLD]).seal(secret, clinic=clinic, binding=binding)
    assert Vault([OLD]).open(sealed.ciphertext, clinic=clinic, binding=binding) == secret


@pytest.mark.parametrize(("clinic", "binding"), [("sierra", "harbor-till"), ("harbor", "harbor-other")])
def test_moved_to_another_row_it_does_not_open(clinic: str, binding: str) -> None:
    sealed = Vault([OLD]).seal("opensesame", clinic="harbor", binding="harbor-till")
    with pytest.raises(Misconfigured, match="belongs to another") as refused:
        Vault([OLD]).open(sealed.ciphertext, clinic=clinic, binding=binding)
    assert refused.value.code == "moved"
    assert "opensesame" not in str(refused.value)


def test_the_first_key_seals_and_every_key_opens() -> None:
    old = Vault([OLD]).seal("opensesame", clinic="harbor", binding="till")
    both = Vault([NEW, OLD])
    assert both.open(old.ciphertext, clinic="harbor", binding="till") == "opensesame"
    fresh = both.seal("opensesame", clinic="harbor", binding="till")
    assert Vault([NEW]).open(fresh.ciphertext, clinic="harbor", binding="till") == "opensesame"
    assert (old.key_id, fresh.key_id) == (Vault([OLD]).key_id, Vault([NEW]).key_id)


def test_without_its_key_nothing_opens_and_the_variable_is_named() -> None:
    sealed = Vault([OLD]).seal("opensesame", clinic="harbor", binding="till")
    for ciphertext in (sealed.ciphertext, sealed.ciphertext[:-4], ""):
        with pytest.raises(Misconfigured, match="DESKBELL_SECRET_KEYS"):
            Vault([NEW]).open(ciphertext, clinic="harbor", binding="till")


def test_neither_a_vault_nor_what_it_seals_shows_a_key_or_a_secret() -> None:
    vault = Vault([OLD, NEW])
    sealed = vault.seal("opensesame", clinic="harbor", binding="till")
    shown = f"{vault!r} {vault} {sealed!r} {sealed.key_id}"
    assert [secret for secret in (OLD, NEW, "opensesame", sealed.ciphertext) if secret in shown] == []
    assert not any(vault.key_id in key for key in (OLD, NEW))


@pytest.mark.parametrize("wrong", NO_KEYS, ids=["short", "cut", "typo", "words", "no comma"])
def test_a_malformed_key_is_refused_by_its_place_and_not_shown(wrong: str) -> None:
    with pytest.raises(KeysUnusable, match="Key 2 of 2 is no Fernet key") as refused:
        Vault([OLD, wrong])
    assert wrong not in str(refused.value)
    with pytest.raises(ConfigErrors, match="DESKBELL_SECRET_KEYS must be Fernet keys") as told:
        load_runtime({"DESKBELL_SECRET_KEYS": f"{OLD}, {wrong}"})
    assert wrong not in str(told.value)
    assert OLD not in str(told.value)


def test_a_list_without_a_key_is_refused() -> None:
    with pytest.raises(ConfigErrors, match="holds none"):
        load_runtime({"DESKBELL_SECRET_KEYS": " , "})
    with pytest.raises(KeysUnusable):
        Vault([])


def test_the_keys_of_the_environment_win_and_no_file_is_made(tmp_path: Path) -> None:
    keys = load_runtime({"DESKBELL_SECRET_KEYS": f" {NEW} ,{OLD}"}).secret_keys
    assert open_vault(keys, tmp_path).key_id == Vault([NEW]).key_id
    assert list(tmp_path.iterdir()) == []


def test_without_keys_a_private_file_has_one_that_stays(tmp_path: Path) -> None:
    home = tmp_path / "home"
    made = open_vault(None, home)
    assert stat.S_IMODE((home / FILE).stat().st_mode) == 0o600
    assert open_vault(None, home).key_id == made.key_id
    assert [file.name for file in home.iterdir()] == [FILE]


async def test_processes_that_start_together_agree_on_one_key(tmp_path: Path) -> None:
    vaults = await asyncio.gather(*(asyncio.to_thread(open_vault, None, tmp_path) for _ in range(16)))
    assert len({vault.key_id for vault in vaults}) == 1


def test_a_key_put_on_top_of_the_file_is_the_one_that_seals(tmp_path: Path) -> None:
    (tmp_path / FILE).write_text(f"{NEW}\n{OLD}\n")
    assert open_vault(None, tmp_path).key_id == Vault([NEW]).key_id


@pytest.mark.parametrize("content", [b"", b"hunter2\n", b"\xff\xfe"])
def test_a_file_that_holds_something_else_is_kept_and_named(tmp_path: Path, content: bytes) -> None:
    (tmp_path / FILE).write_bytes(content)
    with pytest.raises(KeysUnusable, match=FILE) as refused:
        open_vault(None, tmp_path)
    assert "hunter2" not in str(refused.value)
    assert (tmp_path / FILE).read_bytes() == content


def test_settings_do_not_show_keys() -> None:
    settings = load_runtime({"DESKBELL_SECRET_KEYS": OLD})
    assert OLD not in repr(settings)
    assert settings.secret_keys == SecretStr(OLD)
