"""The schema for editors validates what the loader validates."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from jsonschema import Draft202012Validator

from core.config.catalogue import Catalogue
from core.config.json_schema import clinic_schema
from core.config.source import parse
from core.plugins import load_catalogue

if TYPE_CHECKING:
    from tests.unit.config.conftest import ClinicFolder

ROOT = Path(__file__).parents[3]
CRM_SECRET = "whsec_" + "b3BlbnNl" * 4
CRM = '{url: "https://crm.example/deskbell", secret: "${env:CRM_SECRET}"}'


@pytest.fixture(scope="module")
def validator(catalogue: Catalogue) -> Draft202012Validator:
    schema = json.loads(json.dumps(clinic_schema(catalogue)))
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema)


def plain(text: str) -> Any:
    node, _ = parse(text, "clinic.yml")
    assert node is not None
    return node.plain()


def accepted(clinics: ClinicFolder, text: str) -> bool:
    clinics.write(text)
    return not clinics.load().errors


GOOD_CHANGES = [
    ("", ""),
    ("hours:", "wording: {greeting: 'Hi from {clinic}!'}\nhours:"),
    ("cents: 1300", "cents: '${env:CENTS}'"),
    ('"09:00-17:00"', '"9:00 - 12:00", "13:00-24:00", {opens: "12:00", closes: "13:00"}'),
    ("2026-12-25", "'${env:HOLIDAY}'"),
    ("cents: 1300", "cents: 1300, starting_at: '${env:TRUTH}'"),
    ("use: pigeon", "use: pigeon, deadline_seconds: 4"),
    ("America/New_York", "${env:ZONE}"),
    ("knowledge: {use: notes}", "knowledge: {use: notes, folder: docs}"),
    ("knowledge: {use: notes}", "stages: {sms_format: {max_segments: 2}}"),
    ("knowledge: {use: notes}", "burst: {text: 1.5s}\npipeline: staff_books"),
    (
        "knowledge: {use: notes}",
        "pipeline: [sms_format, output_guard, consent, card_guard, emergency, assistant]\nsending: {attempts: 3}",
    ),
    ("knowledge: {use: notes}", "quiet_hours: {kinds: {missed_call: {end: '07:00'}}}"),
    ("knowledge: {use: notes}", f"subscribers: {{crm: {CRM}}}"),
    ("knowledge: {use: notes}", f"subscribers: {{crm: {CRM.replace('https://crm.example', 'http://127.0.0.1:90')}}}"),
    ("knowledge: {use: notes}", f"subscribers: {{crm: {CRM[:-1]}, types: [opt_out], phone: true}}}}"),
]

BAD_CHANGES = [
    ("knowledge: {use: notes}", "quiet_hours: {kinds: {missed_call: {end: '7'}}}"),
    ("languages: [en]", "langauges: [en]"),
    ("  phone: ", "  telephone: "),
    ('"+12125550134"', '"2125550134"'),
    ("America/New_York", "America/Boston"),
    ("09:00-17:00", "nine to five"),
    ("2026-12-25", "Christmas"),
    ("cents: 1300", "cents: 13.5"),
    ("cents: 1300", 'cents: "1300"'),
    ("cents: 1300", "cents: true"),
    ("cents: 1300", "cents: -5"),
    ("[name, service, when]", "[name, servce]"),
    ("{cents: 5000}", "{cents: 5000, currency: dollars}"),
    ("use: pigeon", "use: pidgeon"),
    ("use: pigeon, ", ""),
    ("use: pigeon", "use: pigeon, colour: grey"),
    ("use: pigeon", "use: pigeon, deadline_seconds: 90"),
    ("use: pigeon", "use: pigeon, loud: loudly"),
    ('number: "+12125550142", ', ""),
    ("${env:PIGEON_KEY}", "a-plain-key"),
    ("${env:PIGEON_KEY}", "x${env:PIGEON_KEY}"),
    ("  main:", "  Main:"),
    ("  main: ", "  # main: "),
    ("use: notes", "use: noets"),
    ("knowledge: {use: notes}", "knowlege: {use: notes}"),
    ("knowledge: {use: notes}", "burst: {text: 3}"),
    ("knowledge: {use: notes}", "sending: {retries: 3}"),
    ("knowledge: {use: notes}", "pipeline: staff_book"),
    ("knowledge: {use: notes}", "pipeline: [assistant]"),
    ("knowledge: {use: notes}", "stages: {sms_format: {max_segments: 99}}"),
    ("knowledge: {use: notes}", "stages: {sms_fromat: {max_segments: 3}}"),
    ("knowledge: {use: notes}", f"subscribers: {{crm: {CRM.replace('https', 'http')}}}"),
    ("knowledge: {use: notes}", f"subscribers: {{crm: {CRM.replace('${env:CRM_SECRET}', 'plain')}}}"),
    ("knowledge: {use: notes}", f"subscribers: {{crm: {CRM[:-1]}, types: [opt-out]}}}}"),
    ("knowledge: {use: notes}", f"subscribers: {{crm: {CRM[:-1]}, types: []}}}}"),
    ("knowledge: {use: notes}", f"subscribers: {{Crm: {CRM}}}"),
]


@pytest.mark.parametrize(("before", "after"), GOOD_CHANGES)
def test_what_the_loader_takes_the_schema_takes(
    before: str, after: str, clinics: ClinicFolder, validator: Draft202012Validator
) -> None:
    assert before in clinics.good
    text = clinics.good.replace(before, after, 1)
    clinics.environment |= {"CENTS": "1300", "HOLIDAY": "2026-12-25", "TRUTH": "true", "ZONE": "America/Chicago"}
    clinics.environment["CRM_SECRET"] = CRM_SECRET
    assert accepted(clinics, text)
    assert list(validator.iter_errors(plain(text))) == []


@pytest.mark.parametrize(("before", "after"), BAD_CHANGES)
def test_what_the_loader_refuses_the_schema_refuses(
    before: str, after: str, clinics: ClinicFolder, validator: Draft202012Validator
) -> None:
    assert before in clinics.good
    text = clinics.good.replace(before, after, 1)
    clinics.environment["CRM_SECRET"] = CRM_SECRET
    assert not accepted(clinics, text)
    assert not validator.is_valid(plain(text))


def test_no_definition_is_missing_or_unused(catalogue: Catalogue) -> None:
    text = json.dumps(clinic_schema(catalogue))
    for name in json.loads(text)["$defs"]:
        if not name.endswith("Config"):
            assert f'"#/$defs/{name}"' in text
    for ref in {part.split('"')[0] for part in text.split('"#/$defs/')[1:]}:
        assert ref in json.loads(text)["$defs"]


def test_a_catalogue_without_plugins_gives_a_schema_too() -> None:
    Draft202012Validator.check_schema(clinic_schema(load_catalogue([])))


@pytest.mark.parametrize("file", sorted((ROOT / "clinics").glob("*/clinic.yml")), ids=lambda file: file.parent.name)
def test_the_shipped_clinics_are_valid(file: Path) -> None:
    validator = Draft202012Validator(clinic_schema(load_catalogue()))
    assert [error.message for error in validator.iter_errors(plain(file.read_text("utf-8")))] == []
