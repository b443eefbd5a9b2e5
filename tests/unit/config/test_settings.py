"""The operator's settings."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.config.errors import ConfigErrors
from core.config.settings import Runtime, load_runtime, read_environment

DATABASE = "postgresql://deskbell:hunter2@db.example:5432/deskbell"


def test_with_nothing_set_everything_has_a_default() -> None:
    runtime = load_runtime({})
    assert (runtime.host, runtime.port, runtime.sandbox_port) == ("127.0.0.1", 8000, 8100)
    assert (runtime.home, runtime.clinics) == (Path(".deskbell"), Path("clinics"))
    assert runtime.database_url is None
    assert runtime.database_shown == "embedded"


def test_every_setting_is_a_variable() -> None:
    runtime = load_runtime(
        {
            "DESKBELL_HOST": "0.0.0.0",  # noqa: S104 - only a value here
            "DESKBELL_PORT": "9000",
            "DESKBELL_PUBLIC_URL": "https://texts.example.com/",
            "DESKBELL_DATABASE_URL": DATABASE,
            "DESKBELL_LOG": "json",
        }
    )
    assert runtime.port == 9000
    assert runtime.public_url == "https://texts.example.com"
    assert runtime.database_url is not None
    assert runtime.database_url.get_secret_value() == DATABASE
    assert runtime.log == "json"


def test_all_wrong_settings_are_told_at_once() -> None:
    wrong = {
        "DESKBELL_PORT": "http",
        "DESKBELL_SANDBOX_PORT": "99999",
        "DESKBELL_PUBLIC_URL": "texts.example.com",
        "DESKBELL_LOG": "xml",
        "DESKBELL_PROT": "9000",
    }
    with pytest.raises(ConfigErrors) as raised:
        load_runtime(wrong)
    assert {error.path for error in raised.value} == set(wrong)
    assert {error.nearest for error in raised.value} == {"DESKBELL_PORT", None}


def test_an_empty_variable_counts_as_not_set() -> None:
    assert load_runtime({"DESKBELL_PORT": "", "DESKBELL_DATABASE_URL": ""}) == load_runtime({})


def test_variables_of_others_are_left_alone() -> None:
    assert load_runtime({"PORT": "1", "DESKBELL_HARBOR_SECRET": "x"}) == Runtime()


@pytest.mark.parametrize(
    "wrong", ["mysql://u:hunter2@h/d", "u:hunter2@h", "postgresql://u:hunter2@h", "postgresql://[:hunter2"]
)
def test_the_password_of_a_wrong_database_address_is_not_told(wrong: str) -> None:
    with pytest.raises(ConfigErrors) as raised:
        load_runtime({"DESKBELL_DATABASE_URL": wrong})
    assert "hunter2" not in f"{raised.value} {raised.value.as_json()}"


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        (DATABASE, "postgresql://deskbell:***@db.example:5432/deskbell"),
        ("postgresql:///deskbell?host=/run/pg&password=hunter2", "postgresql:///deskbell"),
        ("postgres://db.example/deskbell", "postgres://db.example/deskbell"),
    ],
)
def test_the_database_is_shown_without_its_password(address: str, shown: str) -> None:
    runtime = load_runtime({"DESKBELL_DATABASE_URL": address})
    assert runtime.database_shown == shown
    assert "hunter2" not in repr(runtime)


def test_the_file_is_read_and_the_environment_wins(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text(
        "# ours\nexport DESKBELL_PORT=9001\nDESKBELL_LOG='json'\nTOKEN=a b # c\nEMPTY=\nBARE\n"
    )
    environment = read_environment(tmp_path, {"DESKBELL_PORT": "9002"})
    assert environment == {"DESKBELL_PORT": "9002", "DESKBELL_LOG": "json", "TOKEN": "a b", "EMPTY": "", "BARE": ""}


def test_without_a_file_there_is_the_environment(tmp_path: Path) -> None:
    assert read_environment(tmp_path, {"A": "b"}) == {"A": "b"}


def test_a_line_that_is_none_is_told_without_its_words(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("A=1\nTOKEN='hunter2\nB=2\n")
    with pytest.raises(ConfigErrors) as raised:
        read_environment(tmp_path, {})
    assert "2" in str(raised.value).replace("hunter2", "")
    assert "hunter2" not in str(raised.value)


@pytest.mark.parametrize(
    ("name", "wrong", "right"),
    [
        ("REDIS_URL", "http://redis.example", "rediss://user:pass@redis.example:6379/0"),
        ("REDIS_URL", "redis://", "unix:///run/redis.sock?db=1"),
        ("SMTP_URL", "mail.example", "smtps://bell:sesame@mail.example:465"),
        ("SMTP_URL", "smtp://mail.example:99999", "smtp://mail.example"),
        ("MAIL_FROM", "Deskbell", "Deskbell <bell@desk.example>"),
        ("MAIL_FROM", "a@b.example\r\nBcc: all@x.example", "bell@desk.example"),
    ],
)
def test_addresses_of_servers_are_checked_and_their_secrets_not_shown(name: str, wrong: str, right: str) -> None:
    with pytest.raises(ConfigErrors) as raised:
        load_runtime({f"DESKBELL_{name}": wrong})
    (error,) = raised.value
    assert error.path == f"DESKBELL_{name}"
    assert (error.given is None) == (name != "MAIL_FROM")
    assert load_runtime({f"DESKBELL_{name}": right}) is not None
