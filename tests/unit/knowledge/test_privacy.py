"""What tells of one patient is found in documents, and what a clinic says of itself is not."""

from __future__ import annotations

from pathlib import Path

import pytest

from deskbell import patient_data
from plugins.knowledge.entries import Own, read_folder

OWN = ("+12125550134", "+12125550142")
SITE = "https://www.harborskin.example/home"
CLINICS = Path(__file__).parents[3] / "clinics"


def kinds(text: str) -> list[str]:
    return [found.kind for found in patient_data(text, phones=OWN, website=SITE)]


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Call Dana back at (310) 555-0177", "phone number"),
        ("cell 310.555.0177", "phone number"),
        ("text +1 310 555 0177 after 5", "phone number"),
        ("3105550177", "phone number"),
        ("+44 20 7946 0018 is her sister", "phone number"),
        ("dana.cole@gmail.com", "e-mail address"),
        ("send it to d_cole+spa@mail.example.org.", "e-mail address"),
        ("info.dana@gmail.com", "e-mail address"),
        ("DOB: 04/12/1988", "date of birth"),
        ("D.O.B. 1988-04-12", "date of birth"),
        ("date of birth is April 12th, 1988", "date of birth"),
        ("born on 12 April 1988", "date of birth"),
        ("fecha de nacimiento: 12/04/1988", "date of birth"),
        ("birth_date: 1988-04-12", "date of birth"),
        ("card 4242 4242 4242 4242", "card number"),
        ("4111-1111-1111-1111 exp 04/29", "card number"),
        ("her social is 219-09-9998", "social security number"),
        ("Patient: Dana Cole", "record"),
        ("- Patient name: Dana Cole", "record"),
        ("patient_id: 10442", "record"),
        ("Client: Dana", "record"),
        ("Pt's name: Dana", "record"),
        ("MRN: 0044120", "record"),
        ("Diagnosis: rosacea", "record"),
        ("Member ID: XZA10442", "record"),
    ],
)
def test_what_tells_of_a_patient_is_found(text: str, kind: str) -> None:
    assert kinds(f"We are open daily.\n\n{text}\n") == [kind]
    assert patient_data(f"We are open daily.\n\n{text}\n", phones=OWN, website=SITE)[0].line == 3


@pytest.mark.parametrize(
    "text",
    [
        "Call us at (212) 555-0134 or text 212-555-0142.",
        "CareCredit answers at 1-800-677-0718.",
        "Write to info@harbor-mail.example or front.desk@harborskin.example",
        "Dr. Ortiz: ortiz@harborskin.example, billing@pay.harborskin.example",
        "Patients of 18 and over; new patient specials are $99.",
        "Patient forms: https://harborskin.example/forms",
        "We ask for your date of birth and a photo ID.",
        "DOB: month, day and year",
        "Born in 1988, our studio has grown since.",
        "Open since 04/12/1988, closed on 12/25/2026 and 2027-01-01.",
        "Botox is $13 a unit, 20 to 40 units, $260 to $520; packages 3 for 2.",
        "Order number 4242 4242 4242 4241, version 2026.11.23",
        "18 Wharf Street, New York, NY 10038-4412",
        "Client: ",
        "Which client forms do you need? Mon-Fri 9-5, suites 100-110",
    ],
)
def test_what_a_clinic_says_of_itself_passes(text: str) -> None:
    assert kinds(text) == []


def test_nobody_knows_whose_a_number_is_without_the_clinics_own() -> None:
    assert patient_data("(310) 555-0177") == []


def test_a_clinic_may_name_addresses_of_its_own() -> None:
    assert patient_data("Write to HarborSkin@gmail.com", emails=("harborskin@gmail.com",)) == []
    assert len(patient_data("Write to dana@gmail.com", emails=("harborskin@gmail.com",))) == 1


def test_what_is_found_is_not_repeated() -> None:
    [found] = patient_data("dana.cole@gmail.com")
    assert "dana" not in repr(found)


@pytest.mark.parametrize("hostile", ["9" * 20_000, "@" * 20_000, "born " * 4_000, "a" * 20_000 + "@", "1-" * 10_000])
def test_hostile_lines_come_to_an_end(hostile: str) -> None:
    patient_data(hostile, phones=OWN)


@pytest.mark.parametrize(
    ("clinic", "phones"),
    [("harbor", ("+12125550134", "+12125550142")), ("sierra", ("+13105550161", "+13105550142"))],
)
def test_the_demo_clinics_tell_of_nobody(clinic: str, phones: tuple[str, ...]) -> None:
    assert read_folder(CLINICS / clinic / "knowledge", Own(phones)).refused == ()
