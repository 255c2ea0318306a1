"""Voice models: one file each, one interface; a scenario names one of them."""

from sim.model.voice.logit import choose as _logit
from sim.model.voice.situation import Manner, Manners, Situation, VoiceModel, expressed_heat, expressed_stance

VOICE_MODELS: dict[str, VoiceModel] = {"logit": _logit}

__all__ = ["VOICE_MODELS", "Manner", "Manners", "Situation", "VoiceModel", "expressed_heat", "expressed_stance"]
