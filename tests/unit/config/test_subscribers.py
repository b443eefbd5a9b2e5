"""The `subscribers` section: systems outside, and how their secrets are kept."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

import pytest
from pydantic import SecretStr, ValidationError

from core.config.errors import ConfigErrors
from core.config.explain import MASK, explain
from core.config.subscribers import Subscriber, wanted
from deskbell import ANNOUNCEMENT_TYPES

if TYPE_CHECKING:
    from tests.unit.config.conftest import ClinicFolder

SECRET = "whsec_" + base64.b64encode(b"zanzibar-99-quetzal-7731").decode()
OTHER = "whsec_" + base64.b64encode(b"o" * 64).decode()
URL = "https://crm.example.com/deskbell?clinic=harbor"
GOOD = f'subscribers: {{crm: {{url: "{URL}", secret: "${{env:CRM_SECRET}}", types: [deposit.paid, opt_out]}}}}\n'


def test_a_subscriber_is_read_with_its_secret_from_the_environment(clinics: ClinicFolder) -> None:
    clinics.environment["CRM_SECRET"] = SECRET
    clinics.write(clinics.good + GOOD)
    loaded = clinics.load()
    loaded.require()
    crm = loaded.plans["harbor"].subscribers["crm"]
    assert (crm.url, crm.types, crm.phone) == (URL, ("deposit.paid", "opt_out"), False)
    assert crm.secrets == (SecretStr(SECRET),)


def test_a_clinic_without_the_section_tells_nobody(clinics: ClinicFolder) -> None:
    clinics.write()
    assert clinics.load().plans["harbor"].subscribers == {}


def test_a_new_secret_makes_another_plan(clinics: ClinicFolder) -> None:
    digests = set()
    for secret in (SECRET, OTHER):
        clinics.environment["CRM_SECRET"] = secret
        clinics.write(clinics.good + GOOD)
        digests.add(clinics.load().plans["harbor"].digest)
    assert len(digests) == 2


def test_a_misspelt_type_is_told_with_its_place_and_the_nearest(clinics: ClinicFolder) -> None:
    clinics.environment["CRM_SECRET"] = SECRET
    error = clinics.error(clinics.good + GOOD.replace("deposit.paid", "deposit.payed"))
    assert error.place is not None
    assert (error.path, error.place.line, error.nearest) == ("subscribers.crm.types.0", 22, "deposit.paid")
    assert set(error.allowed) == ANNOUNCEMENT_TYPES


def test_an_unknown_key_is_told_with_the_nearest(clinics: ClinicFolder) -> None:
    clinics.environment["CRM_SECRET"] = SECRET
    error = clinics.error(clinics.good + GOOD.replace("types:", "typs:"))
    assert (error.kind, error.nearest) == ("unknown_key", "types")


@pytest.mark.parametrize("key", ["CRM", "-crm", "cr m"])
def test_a_subscribers_key_is_a_word(key: str, clinics: ClinicFolder) -> None:
    clinics.environment["CRM_SECRET"] = SECRET
    assert clinics.error(clinics.good + GOOD.replace("{crm:", f'{{"{key}":')).path.startswith("subscribers")


@pytest.mark.parametrize(
    "written",
    [
        GOOD.replace("${env:CRM_SECRET}", SECRET),
        GOOD.replace("${env:CRM_SECRET}", f"x {SECRET} ${{env:CRM_SECRET}}"),
        GOOD.replace("types:", f'former_secret: "{SECRET}", types:'),
        GOOD.replace("secret:", "secrt:").replace("${env:CRM_SECRET}", SECRET),
        f'subscribers: ["{SECRET}"]\n',
        f'subscribers: "{SECRET}"\n',
        f'subscribers: {{crm: "{SECRET}"}}\n',
    ],
)
def test_a_secret_that_stands_in_the_file_is_refused_and_never_shown(written: str, clinics: ClinicFolder) -> None:
    clinics.environment["CRM_SECRET"] = OTHER
    clinics.write(clinics.good + written)
    loaded = clinics.load()
    errors = ConfigErrors(loaded.errors)
    assert errors.errors
    said = f"{errors} {errors!r} {errors.as_json()} {loaded!r} {explain(loaded, 'harbor', '')}"
    assert SECRET not in said
    assert OTHER not in said


def test_a_literal_secret_is_told_to_stand_in_the_environment(clinics: ClinicFolder) -> None:
    error = clinics.error(clinics.good + GOOD.replace("${env:CRM_SECRET}", SECRET))
    assert (error.kind, error.path) == ("secret", "subscribers.crm.secret")
    assert "${env:CRM_SECRET}" in error.advice


def test_a_secret_of_another_form_is_an_error_that_does_not_show_it(clinics: ClinicFolder) -> None:
    clinics.environment["CRM_SECRET"] = "zanzibar-99-quetzal"
    error = clinics.error(clinics.good + GOOD)
    assert error.path == "subscribers.crm.secret"
    assert "whsec_" in error.problem
    assert "zanzibar" not in str(error)


def test_explain_masks_the_secret_and_names_its_variable(clinics: ClinicFolder) -> None:
    clinics.environment["CRM_SECRET"] = SECRET
    clinics.write(clinics.good + GOOD)
    [entry] = explain(clinics.load(), "harbor", "subscribers.crm.secret")
    assert (entry.value, entry.origin.split(" ")[0]) == (MASK, "${env:CRM_SECRET}")
    [phone] = explain(clinics.load(), "harbor", "subscribers.crm.phone")
    assert phone.origin == "default of Subscriber"


def subscriber(**changes: Any) -> Subscriber:
    return Subscriber.model_validate({"url": URL, "secret": SECRET} | changes)


@pytest.mark.parametrize(
    "url",
    [
        "https://crm.example.com",
        "http://127.0.0.1:9/hook",
        "http://localhost/hook",
        "http://[::1]:80/",
        "https://a.b/?c",
    ],
)
def test_where_a_subscriber_may_be(url: str) -> None:
    assert subscriber(url=url).url == url


@pytest.mark.parametrize(
    "url",
    [
        "http://crm.example.com/",
        "http://127.0.0.1.example.com/",
        "ftp://crm.example.com/",
        "crm.example.com",
        "https://",
        "https://user:word@crm.example.com/",
        "https://user@crm.example.com/",
        "https://crm.example.com/#part",
        "https://crm.example.com:99999/",
        "https://crm.example.com\\@10.0.0.7/",
        "https://crm.example.com/a b",
        "https://crm_example.com/",
        "https://crm.example.com/\r\nx: y",
    ],
)
def test_where_it_may_not_be(url: str) -> None:
    with pytest.raises(ValidationError):
        subscriber(url=url)


@pytest.mark.parametrize(
    "secret",
    [
        "",
        "whsec_",
        base64.b64encode(bytes(32)).decode(),
        "whsec_" + base64.b64encode(bytes(23)).decode(),
        "whsec_" + base64.b64encode(bytes(65)).decode(),
        "whsec_" + "*" * 44,
        "whsec_" + base64.b64encode(bytes(32)).decode() + "\n",
    ],
)
def test_a_secret_has_the_form_and_the_length_of_the_standard(secret: str) -> None:
    for field in ("secret", "former_secret"):
        with pytest.raises(ValidationError):
            subscriber(**{field: secret})


def test_an_empty_list_of_types_is_a_slip() -> None:
    with pytest.raises(ValidationError):
        subscriber(types=[])


def test_what_is_wanted_is_what_any_of_them_wants() -> None:
    assert wanted({}) == frozenset()
    some = {"crm": subscriber(types=["opt_out"]), "books": subscriber(types=["deposit.paid", "opt_out"])}
    assert wanted(some) == {"opt_out", "deposit.paid"}
    assert wanted({**some, "all": subscriber()}) == ANNOUNCEMENT_TYPES
