"""The clinic of the bench: Harbor as it ships, with its texts going to our carrier and no waiting for a burst."""

from __future__ import annotations

import shutil
from pathlib import Path

import yaml

from bench.texts import CLINIC_NUMBER
from core.config.defaults import load_defaults

#: What the bench's clinic needs in its environment, without the public key.
API_KEY = "KEY-of-the-bench"
#: Secrets stand in no file, not even these.
SECRETS = {"BENCH_AWS_KEY": "AKIABENCHBENCHBENCH1", "BENCH_AWS_SECRET": "secret-of-the-bench"}
#: The bench has more patients in an hour than a clinic in a year.
_NO_CAPS = {
    "most_an_hour": 500,
    "most_a_day": 500,
    "clinic_most_a_day": 20_000,
    "same_text": 12,
    "too_fast": 50,
    "turns_a_minute": 200,
}
_NO_BUDGET = {"tokens_a_day": 10**9, "texts_a_day": 10**6}
_MODEL = {
    "use": "bedrock",
    "region": "us-east-1",
    "model": "us.anthropic.claude-haiku-4-5-20251001-v1:0",
    "aws_access_key": "${env:BENCH_AWS_KEY}",
    "aws_secret_key": "${env:BENCH_AWS_SECRET}",
}


def copy_clinic(
    source: Path, target: Path, carrier_url: str, *, slow_seconds: float | None = None, model_url: str | None = None
) -> None:
    """Copies the folder `source` to `target`/harbor and changes what stands between the bench and its figures.

    Burst windows become zero, for every patient here sends one text; the one channel is Telnyx at `carrier_url`. With
    `slow_seconds`, a stage that takes that long stands before the innermost one. The texts are worded by the model at
    `model_url`, or by the rules.
    """
    folder = target / "harbor"
    shutil.copytree(source, folder)
    file = folder / "clinic.yml"
    clinic = yaml.safe_load(file.read_text())
    clinic["burst"] = dict.fromkeys(("fragment", "text", "question", "cap"), "0s")
    # A text back must not wait for the morning that it happens to be measured in.
    clinic["quiet_hours"] = {"begin": "00:00", "end": "00:00"}
    clinic["channels"] = {
        "main": {
            "use": "telnyx",
            "number": CLINIC_NUMBER,
            "api_key": "${env:TELNYX_API_KEY}",
            "public_key": "${env:TELNYX_PUBLIC_KEY}",
            "base_url": carrier_url,
        }
    }
    stages = clinic.setdefault("stages", {})
    stages["pace"] = _NO_CAPS
    stages["assistant"] = {"budget": _NO_BUDGET}
    clinic.pop("models", None)
    # Nobody is asked for a deposit here: what is measured is a text and its answer.
    clinic.pop("payments", None)
    if model_url:
        clinic["models"] = {"claude": _MODEL | {"base_url": model_url}}
    if slow_seconds is not None:
        order = _stages(clinic.get("pipeline", "staff_books"))
        clinic["pipeline"] = [*order[:-1], "slow", order[-1]]
        stages["slow"] = {"seconds": slow_seconds}
    file.write_text(yaml.safe_dump(clinic, allow_unicode=True, sort_keys=False))


def _stages(pipeline: str | list[str]) -> list[str]:
    """The stages of a pipeline that is written out, or that ships under a name."""
    if not isinstance(pipeline, str):
        return pipeline
    return [str(item.value) for item in load_defaults().pipelines[pipeline].items]
