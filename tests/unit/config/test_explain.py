"""What a setting is, and who said so."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from core.config.explain import MASK, NoSuchSetting, explain

if TYPE_CHECKING:
    from tests.unit.config.conftest import ClinicFolder


def told(clinics: ClinicFolder, path: str, **options: object) -> tuple[str, str]:
    [entry] = explain(clinics.load(**options), "harbor", path)  # type: ignore[arg-type]
    return entry.value, entry.origin


def test_a_written_value_comes_from_its_line(clinics: ClinicFolder) -> None:
    clinics.write()
    value, origin = told(clinics, "services.0.price.cents")
    assert value == "1300"
    assert origin.endswith("harbor/clinic.yml:12:20")


def test_a_default_comes_from_the_defaults_file(clinics: ClinicFolder) -> None:
    clinics.write(clinics.good + "burst: {text: 3s}\n")
    assert told(clinics, "burst.text")[1].endswith("clinic.yml:22:15")
    value, origin = told(clinics, "burst.cap")
    assert value == "10s"
    assert "config/defaults.yml:" in origin


def test_a_default_of_a_provider_names_its_config(clinics: ClinicFolder) -> None:
    clinics.write()
    assert told(clinics, "channels.main.deadline_seconds") == ("8.0", "default of PigeonConfig")
    assert told(clinics, "wording.fallback")[1] == "default of Wording"
    assert told(clinics, "stages.sms_format.max_segments") == ("3", "default of FormatConfig")


def test_a_secret_is_masked_and_its_variable_named(clinics: ClinicFolder) -> None:
    clinics.write()
    value, origin = told(clinics, "channels.main.key")
    assert value == MASK
    assert origin.startswith("${env:PIGEON_KEY} (")


def test_an_override_is_told_as_one(clinics: ClinicFolder) -> None:
    clinics.write()
    overrides = {"pigeon": {"base_url": "http://127.0.0.1:8100", "key": "sandbox-key"}}
    value, origin = told(clinics, "channels.main.base_url", overrides=overrides)
    assert value == "http://127.0.0.1:8100"
    assert origin.startswith("sandbox override")
    assert told(clinics, "channels.main.key", overrides=overrides)[0] == MASK


def test_a_named_pipeline_is_told_stage_by_stage(clinics: ClinicFolder) -> None:
    clinics.write()
    stages = explain(clinics.load(), "harbor", "pipeline")
    assert [stage.value for stage in stages][:2] == ["sms_format", "output_guard"]
    assert all("config/defaults.yml" in stage.origin for stage in stages)


def test_a_section_is_told_leaf_by_leaf(clinics: ClinicFolder) -> None:
    clinics.write()
    entries = explain(clinics.load(), "harbor", "hours")
    assert ("hours.monday.0", "09:00-17:00") in [(entry.path, entry.value) for entry in entries]


def test_a_clinic_with_errors_is_told_as_it_is_written(clinics: ClinicFolder) -> None:
    clinics.write(clinics.good.replace("name: Facial", "nam: Facial").replace("${env:PARROT_KEY}", "literal-secret"))
    assert told(clinics, "services.1.nam")[0] == "Facial"
    assert told(clinics, "models.first.key")[0] == MASK


@pytest.mark.parametrize(
    ("path", "near"), [("brust.cap", "burst.cap"), ("channels.main.nubmer", "channels.main.number")]
)
def test_a_path_that_leads_nowhere_names_the_nearest(path: str, near: str, clinics: ClinicFolder) -> None:
    clinics.write()
    with pytest.raises(NoSuchSetting) as raised:
        explain(clinics.load(), "harbor", path)
    assert raised.value.nearest == near


def test_an_unknown_clinic_names_the_nearest(clinics: ClinicFolder) -> None:
    clinics.write()
    with pytest.raises(NoSuchSetting) as raised:
        explain(clinics.load(), "habror", "")
    assert raised.value.nearest == "harbor"
