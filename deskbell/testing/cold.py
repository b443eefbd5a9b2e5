"""``python -m deskbell.testing.cold <file> <class>``: a contract's `cold_start` in a process that has loaded nothing.

What a channel loads late is already there in a test run that has used it once; only a fresh process shows whether
loading it holds up the event loop.
"""

from __future__ import annotations

import asyncio
import json
import sys
from importlib.util import module_from_spec, spec_from_file_location
from operator import attrgetter


def main(file: str, qualified_name: str) -> None:
    spec = spec_from_file_location("contract_under_test", file)
    if spec is None or spec.loader is None:
        raise SystemExit(f"{file} is not a Python module")
    module = module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    hold_ups = asyncio.run(attrgetter(qualified_name)(module)().cold_start())
    sys.stdout.write(json.dumps(hold_ups) + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
