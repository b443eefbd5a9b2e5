"""Reloading while clinics run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.config.clinics import LoadedClinics
from core.config.conflicts import conflicts
from core.config.reload import Reloaded, decide, reload

if TYPE_CHECKING:
    from tests.unit.config.conftest import ClinicFolder


def again(clinics: ClinicFolder, current: LoadedClinics) -> Reloaded:
    return reload(current, clinics.root, clinics.catalogue, environment=clinics.environment)


def numbered(clinics: ClinicFolder, last: int) -> str:
    return clinics.good.replace("+12125550142", f"+121255501{last:02}")


def test_nothing_changed_keeps_the_very_plans(clinics: ClinicFolder) -> None:
    clinics.write()
    current = clinics.load()
    after = again(clinics, current)
    assert after.plans["harbor"] is current.plans["harbor"]
    assert (after.changed, after.kept, after.removed, after.errors) == ((), (), (), ())


def test_a_changed_clinic_is_swapped_and_the_others_stay(clinics: ClinicFolder) -> None:
    clinics.write()
    clinics.write(numbered(clinics, 43), "sierra")
    current = clinics.load()
    clinics.write(clinics.good.replace("Harbor Skin", "Harbour Skin"))
    after = again(clinics, current)
    assert after.changed == ("harbor",)
    assert after.plans["harbor"].clinic.name == "Harbour Skin Studio"
    assert after.plans["sierra"] is current.plans["sierra"]


def test_a_bad_file_keeps_the_old_plan_and_says_so(clinics: ClinicFolder) -> None:
    clinics.write()
    clinics.write(numbered(clinics, 43), "sierra")
    current = clinics.load()
    clinics.write("clinic: [")
    clinics.write(numbered(clinics, 44), "sierra")
    after = again(clinics, current)
    assert after.kept == ("harbor",)
    assert after.plans["harbor"] is current.plans["harbor"]
    assert [error.clinic for error in after.errors] == ["harbor"]
    assert after.changed == ("sierra",)


def test_a_repaired_file_is_taken_up_at_the_next_reload(clinics: ClinicFolder) -> None:
    clinics.write()
    broken = clinics.load()
    clinics.write("clinic: [")
    kept = again(clinics, broken)
    clinics.write(clinics.good.replace("Harbor Skin", "Harbour Skin"))
    after = again(clinics, kept.current)
    assert (after.changed, after.kept, after.errors) == (("harbor",), (), ())


def test_a_new_clinic_is_added_and_a_gone_folder_removed(clinics: ClinicFolder) -> None:
    folder = clinics.write()
    current = clinics.load()
    clinics.write(numbered(clinics, 43), "sierra")
    (folder / "clinic.yml").unlink()
    assert again(clinics, current).kept == ("harbor",)
    folder.rmdir()
    after = again(clinics, current)
    assert (after.changed, after.removed, list(after.plans)) == (("sierra",), ("harbor",), ["sierra"])


def test_a_new_clinic_that_is_bad_does_not_start(clinics: ClinicFolder) -> None:
    clinics.write()
    current = clinics.load()
    clinics.write("clinic: [", "sierra")
    after = again(clinics, current)
    assert (list(after.plans), after.kept) == (["harbor"], ())
    assert after.errors


def test_when_the_whole_folder_is_gone_everything_runs_on(clinics: ClinicFolder) -> None:
    folder = clinics.write()
    current = clinics.load()
    (folder / "clinic.yml").unlink()
    folder.rmdir()
    clinics.root.rmdir()
    after = again(clinics, current)
    assert after.kept == ("harbor",)
    assert after.removed == ()
    assert after.errors


def test_a_number_is_not_taken_from_a_clinic_that_was_kept(clinics: ClinicFolder) -> None:
    clinics.write(numbered(clinics, 42), "harbor")
    clinics.write(numbered(clinics, 43), "sierra")
    current = clinics.load()
    clinics.write("clinic: [", "sierra")
    clinics.write(numbered(clinics, 43), "harbor")
    after = again(clinics, current)
    assert after.kept == ("harbor", "sierra")
    assert after.plans == current.plans
    assert {error.clinic for error in after.errors} == {"harbor", "sierra"}


def test_a_missing_secret_keeps_the_old_plan(clinics: ClinicFolder) -> None:
    clinics.write()
    current = clinics.load()
    del clinics.environment["PIGEON_KEY"]
    assert again(clinics, current).kept == ("harbor",)


NAMES = ["alpha", "beta", "gamma"]
worlds = st.dictionaries(st.sampled_from(NAMES), st.one_of(st.none(), st.integers(42, 44)), min_size=1)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(history=st.lists(worlds, min_size=2, max_size=4))
def test_whatever_the_files_become_running_clinics_never_share_a_number(
    history: list[dict[str, int | None]], clinics: ClinicFolder
) -> None:
    current = LoadedClinics()
    for world in history:
        for name in NAMES:
            file = clinics.root / name / "clinic.yml"
            if file.exists():
                file.unlink()
                file.parent.rmdir()
        for name, last in world.items():
            clinics.write("clinic: [" if last is None else numbered(clinics, last), name)
        fresh = clinics.load()
        after = decide(current, fresh)
        assert not list(conflicts(after.plans.values(), {}))
        assert set(after.plans) <= set(world)
        for name, plan in current.plans.items():
            assert name in after.plans or name in after.removed
            if name in world and world[name] is None:
                assert after.plans[name] is plan
        for name in after.changed:
            assert after.plans[name] is fresh.plans[name]
        current = after.current
