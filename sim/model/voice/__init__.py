"""Voice models: one file each, one interface; a scenario names one of them."""

from sim.model.voice.logit import LogitVoice
from sim.model.voice.reinforcement import ReinforcementVoice
from sim.model.voice.situation import AnyVoiceModel, Choice, Manner, Manners, Situation, VoiceModel, expressed_heat, expressed_stance
from sim.model.voice.spiral import SpiralVoice
from sim.model.voice.strategic import StrategicVoice
from sim.model.voice.threshold import ThresholdVoice

VOICE_MODELS: dict[str, type[AnyVoiceModel]] = {
    "logit": LogitVoice,
    "strategic": StrategicVoice,
    "threshold": ThresholdVoice,
    "spiral": SpiralVoice,
    "reinforcement": ReinforcementVoice,
}

__all__ = [
    "VOICE_MODELS",
    "AnyVoiceModel",
    "Choice",
    "Manner",
    "Manners",
    "ReinforcementVoice",
    "Situation",
    "SpiralVoice",
    "StrategicVoice",
    "ThresholdVoice",
    "VoiceModel",
    "expressed_heat",
    "expressed_stance",
]
