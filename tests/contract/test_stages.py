"""Every stage that ships, through the same door as everybody's stages."""

from __future__ import annotations

from core.stages import register_stages
from deskbell.testing import StageContract

for _stage in register_stages():
    _name = f"Test{_stage.__name__}"
    globals()[_name] = type(_name, (StageContract,), {"stage": _stage, "__module__": __name__})
