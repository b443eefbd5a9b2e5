"""The `assistant` stage. `learning`: what is understood; `wording`: who says it; `outcome`: what is done about it."""

from core.stages.assistant.config import AssistantConfig
from core.stages.assistant.stage import AssistantStage

__all__ = ["AssistantConfig", "AssistantStage"]
