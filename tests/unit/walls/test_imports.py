"""What importing costs: no module of ours loads a provider's SDK before a binding opens."""

from __future__ import annotations

import subprocess
import sys

SDKS = ("telnyx", "twilio", "square", "anthropic", "boto3", "langchain", "chromadb", "redis", "wordllama")

_LOAD = """
import sys
from core.plugins import load_catalogue
catalogue = load_catalogue()
assert {"telnyx", "twilio"} <= set(catalogue.channels), catalogue.plugins
import core.cli.serve, core.runtime.runtime
print(*(name for name in sys.argv[1:] if name in sys.modules))
"""


def test_loading_every_plugin_loads_no_providers_sdk() -> None:
    loaded = subprocess.run(
        [sys.executable, "-c", _LOAD, *SDKS], capture_output=True, text=True, check=True, timeout=60
    ).stdout
    assert loaded.strip() == ""


def test_the_sdk_stands_alone() -> None:
    code = "import sys, deskbell; print(*[name for name in ('core', 'plugins', 'sanic') if name in sys.modules])"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60).stdout
    assert loaded.strip() == ""
