"""From a folder of clinics to plans, or to every reason why not."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from core.config.clinics import load_clinics
from core.config.errors import ConfigErrors
from core.plugins import load_catalogue
from deskbell import Channel, Money, hookimpl

if TYPE_CHECKING:
    from tests.unit.config.conftest import ClinicFolder

LIST = "pipeline: [sms_format, output_guard, consent, card_guard, emergency, assistant]\n"


def test_a_good_clinic_becomes_a_plan(clinics: ClinicFolder) -> None:
    clinics.write()
    loaded = clinics.load()
    loaded.require()
    plan = loaded.plans["harbor"]
    assert plan.clinic.id == "harbor"
    assert plan.clinic.timezone.key == "America/New_York"
    assert plan.clinic.booking.ask == ("name", "service", "when")
    assert plan.channels["main"].id == "harbor-main"
    assert plan.channels["main"].config.key.get_secret_value() == "coo-coo-7712"  # type: ignore[attr-defined]
    assert plan.knowledge is not None
    assert plan.knowledge.id == "harbor-knowledge"
    assert plan.clinic.deposit is not None
    assert plan.clinic.deposit.money == Money(5000, "USD")
    assert plan.folder == clinics.root / "harbor"


def test_what_is_not_written_comes_from_the_defaults(clinics: ClinicFolder) -> None:
    clinics.write(clinics.good + "burst: {fragment: 9s}\n")
    plan = clinics.load().plans["harbor"]
    assert [stage.stage.name for stage in plan.pipeline][:2] == ["sms_format", "output_guard"]
    assert plan.burst.fragment == timedelta(seconds=9)
    assert plan.burst.text == timedelta(seconds=2)
    assert plan.sending.max_age == timedelta(hours=24)


def test_the_pipeline_may_be_a_list_and_its_stages_have_settings(clinics: ClinicFolder) -> None:
    clinics.write(clinics.good + LIST + "stages: {sms_format: {max_segments: 2}}\n")
    pipeline = clinics.load().plans["harbor"].pipeline
    assert len(pipeline) == 6
    assert pipeline[0].config.max_segments == 2  # type: ignore[attr-defined]


def test_one_kind_of_text_has_quiet_hours_of_its_own_where_it_says_otherwise(clinics: ClinicFolder) -> None:
    clinics.write(clinics.good + "quiet_hours: {kinds: {missed_call: {begin: '22:00'}, broadcast: {then: drop}}}\n")
    hours = clinics.load().plans["harbor"].quiet_hours
    assert [
        (f"{one.begin:%H}", f"{one.end:%H}", one.then) for one in map(hours.of, ("missed_call", "broadcast", ""))
    ] == [
        ("22", "08", "defer"),
        ("20", "08", "drop"),
        ("20", "08", "defer"),
    ]


def test_the_ladder_of_models_keeps_its_written_order(clinics: ClinicFolder) -> None:
    more = '  zeta: {use: parrot, key: "${env:PARROT_KEY}"}\n  alpha: {use: parrot, key: "${env:PARROT_KEY}"}\n'
    clinics.write(clinics.good.replace("knowledge:", more + "knowledge:"))
    assert list(clinics.load().plans["harbor"].models) == ["first", "zeta", "alpha"]


@pytest.mark.parametrize(
    ("before", "after", "path", "kind"),
    [
        ("languages: [en]", "langauges: [en]", "clinic.langauges", "unknown_key"),
        ("hours:", "hour:", "hour", "unknown_key"),
        ("  phone: ", "  phon: ", "clinic.phone", "missing"),
        ('"+12125550134"', '"212-555-0134"', "clinic.phone", "invalid"),
        ('"+12125550134"', "12125550134", "clinic.phone", "invalid"),
        ("America/New_York", "America/Boston", "clinic.timezone", "invalid"),
        ("09:00-17:00", "9 to 5", "hours.monday.0", "invalid"),
        ("09:00-17:00", "17:00-09:00", "hours.monday.0", "invalid"),
        ("2026-12-25", "2026-13-25", "hours.closed_on.0", "invalid"),
        ("cents: 1300", "cents: 13.50", "services.0.price.cents", "invalid"),
        ("cents: 1300", 'cents: "1300"', "services.0.price.cents", "invalid"),
        ("cents: 1300", "cents: true", "services.0.price.cents", "invalid"),
        ("cents: 1300", "cents: -1", "services.0.price.cents", "invalid"),
        ("- name: Facial", "- name: Tox", "services", "invalid"),
        ("[name, service, when]", "[name, service, name]", "booking", "invalid"),
        ("[name, service, when]", "[name, servce]", "booking.ask.1", "invalid"),
        ("{cents: 5000}", "{cents: 5000, currency: dollars}", "deposit.currency", "invalid"),
        ("use: pigeon", "use: pidgeon", "channels.main.use", "unknown_name"),
        ("use: pigeon, ", "", "channels.main.use", "missing"),
        ("use: pigeon", "use: 5", "channels.main.use", "invalid"),
        ("use: pigeon", "use: pigeon, colour: grey", "channels.main.colour", "unknown_key"),
        ("use: pigeon", "use: pigeon, deadline_seconds: 90", "channels.main.deadline_seconds", "invalid"),
        ("use: pigeon", "use: pigeon, loud: 'yes'", "channels.main.loud", "invalid"),
        ('number: "+12125550142", ', "", "channels.main.number", "missing"),
        ("${env:PIGEON_KEY}", "${env:PIGEON_KAY}", "channels.main.key", "reference"),
        ("${env:PIGEON_KEY}", "plain-key-1", "channels.main.key", "secret"),
        ("${env:PIGEON_KEY}", "key ${env:PIGEON_KEY}", "channels.main.key", "secret"),
        ("  main:", "  Main:", "channels.Main", "key"),
        ("  first:", "  main:", "models.main", "duplicate_key"),
        ("use: notes", "use: notes, folder: 5", "knowledge.folder", "invalid"),
        ("knowledge: {use: notes}", "knowledge: notes", "knowledge", "invalid"),
    ],
)
def test_one_slip_is_one_error_at_its_place(
    before: str, after: str, path: str, kind: str, clinics: ClinicFolder
) -> None:
    assert before in clinics.good
    text = clinics.good.replace(before, after, 1)
    found = [error for error in clinics.errors(text) if error.path == path]
    assert [error.kind for error in found] == [kind]
    [error] = found
    assert error.clinic == "harbor"
    assert error.place is not None
    assert error.place.source.name.endswith("harbor/clinic.yml")
    changed = [number for number, line in enumerate(text.splitlines(), 1) if line not in clinics.good.splitlines()]
    assert error.place.line in (*changed, *(number - 1 for number in changed), 1, 9)
    assert clinics.load().plans == {}


@pytest.mark.parametrize(
    ("added", "path"),
    [
        ("burst: {fragment: 4}\n", "burst.fragment"),
        ("burst: {text: 20s}\n", "burst"),
        ("burst:\n", "burst"),
        ("turns: {deadline: 0s}\n", "turns"),
        ("turns: {attempts: 0}\n", "turns.attempts"),
        ("sending: {first_retry: 10m}\n", "sending"),
        ("sending: {retries: 3}\n", "sending.retries"),
        ("pipeline: staff_book\n", "pipeline"),
        ("pipeline: []\n", "pipeline"),
        ("pipeline: 5\n", "pipeline"),
        ("stages: {sms_format: {max_segments: 99}}\n", "stages.sms_format.max_segments"),
        ("stages: {sms_format: {segments: 9}}\n", "stages.sms_format.segments"),
        ("stages: {sms_fromat: {max_segments: 3}}\n", "stages.sms_fromat"),
        ("stages: {takeover: 5}\n", "stages.takeover"),
        ("pipelines: {mine: [assistant]}\n", "pipelines"),
        (LIST + "stages: {takeover: {}}\n", "stages.takeover"),
        ("quiet_hours: {kinds: {missed_cal: {end: '07:00'}}}\n", "quiet_hours.kinds.missed_cal"),
        ("quiet_hours: {kinds: {missed_call: {end: '7'}}}\n", "quiet_hours.kinds.missed_call.end"),
        (LIST + "quiet_hours: {kinds: {missed_call: {end: '07:00'}}}\n", "quiet_hours.kinds.missed_call"),
    ],
)
def test_the_sections_with_defaults_are_checked_too(added: str, path: str, clinics: ClinicFolder) -> None:
    assert path in {error.path for error in clinics.errors(clinics.good + added)}


def test_all_errors_of_all_clinics_are_told_at_once(clinics: ClinicFolder) -> None:
    clinics.write(clinics.good.replace("America/New_York", "Mars").replace("cents: 1300", "cents: x"))
    clinics.write(clinics.good.replace("use: pigeon", "use: dove"), "sierra")
    clinics.write("clinic: [\n", "delta")
    errors = clinics.load().errors
    assert {error.clinic for error in errors} == {"harbor", "sierra", "delta"}
    assert len([error for error in errors if error.clinic == "harbor"]) == 2


def test_an_error_in_one_clinic_does_not_touch_another(clinics: ClinicFolder) -> None:
    clinics.write(clinics.good.replace("hours:", "houres:"))
    clinics.write(clinics.good.replace("0142", "0143"), "sierra")
    assert list(clinics.load().plans) == ["sierra"]


def test_a_wrong_key_comes_with_the_right_one(clinics: ClinicFolder) -> None:
    error = clinics.error(clinics.good.replace("languages: [en]", "langauges: [en]"))
    assert error.nearest == "languages"
    assert "timezone" in error.allowed


def test_an_unsafe_pipeline_is_refused_with_rule_and_line(clinics: ClinicFolder) -> None:
    text = clinics.good + "pipeline:\n  - sms_format\n  - output_guard\n  - assistant\n  - consent\n  - card_guard\n"
    errors = clinics.errors(text)
    assert {error.kind for error in errors} == {"policy"}
    lines = {error.problem.split("'")[1]: error.place and error.place.line for error in errors}
    start = len(clinics.good.splitlines())
    assert lines == {"consent": start + 5, "card_guard": start + 6, "emergency": start + 1}


def test_an_empty_variable_is_a_missing_one(clinics: ClinicFolder) -> None:
    clinics.environment["PIGEON_KEY"] = ""
    assert clinics.error(clinics.good).kind == "reference"


def test_missing_references_can_be_let_pass(clinics: ClinicFolder) -> None:
    clinics.write(clinics.good.replace('"+12125550142"', '"${env:PIGEON_NUMBER}"').replace("17:00", "5pm"))
    loaded = clinics.load(environment={}, skip_missing=True)
    assert [error.path for error in loaded.errors] == ["hours.monday.0"]


def test_a_clinic_with_a_reference_let_pass_where_a_value_is_needed_has_no_plan(clinics: ClinicFolder) -> None:
    clinics.write(clinics.good.replace('"+12125550142"', '"${env:PIGEON_NUMBER}"'))
    loaded = clinics.load(skip_missing=True)
    assert (loaded.errors, dict(loaded.plans)) == ((), {})


def test_what_a_reference_brings_is_converted_and_checked(clinics: ClinicFolder) -> None:
    text = clinics.good.replace("use: pigeon", "use: pigeon, deadline_seconds: '${env:SECONDS}'")
    clinics.environment["SECONDS"] = "4.5"
    clinics.write(text)
    assert clinics.load().plans["harbor"].channels["main"].config.deadline_seconds == 4.5  # type: ignore[attr-defined]
    clinics.environment["SECONDS"] = "forty-five"
    error = clinics.error(text)
    assert error.given == "${env:SECONDS}"
    assert "forty-five" not in str(error)


def test_overrides_win_before_references_resolve(clinics: ClinicFolder) -> None:
    clinics.write()
    overrides = {"pigeon": {"key": "sandbox", "base_url": "http://127.0.0.1:8100"}, "parrot": {"key": "sandbox"}}
    loaded = clinics.load(overrides, environment={})
    loaded.require()
    config: Any = loaded.plans["harbor"].channels["main"].config
    assert config.key.get_secret_value() == "sandbox"
    assert config.base_url == "http://127.0.0.1:8100"
    assert config.number == "+12125550142"


def test_the_digest_changes_with_settings_secrets_and_files(clinics: ClinicFolder) -> None:
    folder = clinics.write()
    digests = [clinics.load().plans["harbor"].digest]
    assert clinics.load().plans["harbor"].digest == digests[0]
    clinics.environment["PIGEON_KEY"] = "another-key"
    digests.append(clinics.load().plans["harbor"].digest)
    (folder / "knowledge").mkdir()
    (folder / "knowledge" / "prices.md").write_text("# Prices")
    digests.append(clinics.load().plans["harbor"].digest)
    (folder / "knowledge" / "prices.md").write_text("# Hours!")
    digests.append(clinics.load().plans["harbor"].digest)
    clinics.write(clinics.good + "burst: {text: 3s}\n")
    digests.append(clinics.load().plans["harbor"].digest)
    assert len(set(digests)) == 5


def test_hidden_files_do_not_change_the_digest(clinics: ClinicFolder) -> None:
    folder = clinics.write()
    before = clinics.load().plans["harbor"].digest
    (folder / ".clinic.yml.swp").write_text("editing")
    assert clinics.load().plans["harbor"].digest == before


def test_a_folder_without_a_file_is_an_error_and_hidden_folders_are_none(clinics: ClinicFolder) -> None:
    clinics.write()
    for name in ("empty", ".git", "__pycache__"):
        (clinics.root / name).mkdir()
    loaded = clinics.load()
    assert [error.clinic for error in loaded.errors] == ["empty"]
    assert list(loaded.plans) == ["harbor"]


def test_no_folder_and_no_clinic_are_errors(clinics: ClinicFolder) -> None:
    assert len(clinics.load().errors) == 1
    clinics.root.mkdir()
    (clinics.root / "readme.md").write_text("nothing here")
    loaded = clinics.load()
    with pytest.raises(ConfigErrors):
        loaded.require()


def test_a_folder_whose_name_cannot_be_an_id_is_an_error(clinics: ClinicFolder) -> None:
    clinics.write(name="Harbor Skin")
    [error] = clinics.load().errors
    assert error.given == "Harbor Skin"


def test_two_clinics_cannot_share_a_number_and_the_number_is_masked(clinics: ClinicFolder) -> None:
    clinics.write()
    clinics.write(name="sierra")
    clinics.write(clinics.good.replace("0142", "0143"), "delta")
    loaded = clinics.load()
    assert [error.clinic for error in loaded.errors] == ["harbor", "sierra"]
    assert all(error.kind == "conflict" and error.place and error.place.line == 18 for error in loaded.errors)
    assert not any("+12125550142" in str(error) for error in loaded.errors)
    assert list(loaded.plans) == ["delta"]


def test_no_call_may_ring_a_number_that_is_answered_here(clinics: ClinicFolder) -> None:
    clinics.write(clinics.good.replace("key: ", 'forward_to: "+12125550143", key: ', 1))
    assert not clinics.load().errors
    clinics.write(clinics.good.replace("0142", "0143"), "delta")
    [error] = clinics.load().errors
    assert (error.clinic, error.path, error.kind) == ("harbor", "channels.main.forward_to", "conflict")
    assert error.place
    assert "+12125550143" not in str(error)


def test_one_clinic_cannot_bind_a_number_twice(clinics: ClinicFolder) -> None:
    second = '  second: {use: pigeon, number: "+12125550142", key: "${env:PIGEON_KEY}"}\nmodels:'
    clinics.write(clinics.good.replace("models:", second))
    assert {error.kind for error in clinics.load().errors} == {"conflict"}


def test_two_bindings_cannot_have_one_id(clinics: ClinicFolder) -> None:
    clinics.write(clinics.good.replace("  main:", "  north-main:"), "harbor")
    clinics.write(clinics.good.replace("0142", "0143").replace("  first:", "  second:"), "harbor-north")
    loaded = clinics.load()
    assert [error.clinic for error in loaded.errors] == ["harbor", "harbor-north"]
    assert all("harbor-north-main" in error.problem for error in loaded.errors)


def test_a_clinic_that_names_a_broken_plugin_is_disabled_and_the_others_run(
    clinics: ClinicFolder, aviary: object
) -> None:
    class Ostrich(Channel[Any]):
        name = "ostrich"

    class Broken:
        plugin_name = "big-birds"

        @hookimpl
        def register_channels(self) -> list[Any]:
            return [Ostrich]

    clinics.write()
    clinics.write(clinics.good.replace("use: pigeon", "use: ostrich"), "savanna")
    clinics.write(clinics.good.replace("use: pigeon", "use: pidgeon"), "typo")
    loaded = load_clinics(clinics.root, load_catalogue([aviary, Broken()]), environment=clinics.environment)
    assert list(loaded.plans) == ["harbor"]
    assert list(loaded.disabled) == ["savanna"]
    assert "big-birds" in loaded.disabled["savanna"].problem
    assert [error.clinic for error in loaded.errors] == ["typo"]


def test_a_broken_defaults_file_is_an_error_of_its_own(clinics: ClinicFolder) -> None:
    clinics.write()
    defaults = clinics.root / "defaults.yml"
    defaults.write_text("burst: {text: 1s}\nburst: {text: 2s}\n")
    loaded = clinics.load(defaults=defaults)
    assert loaded.plans == {}
    assert any(error.kind == "duplicate_key" and error.clinic is None for error in loaded.errors)
