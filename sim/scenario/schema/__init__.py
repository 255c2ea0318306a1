"""The scenario format: one file per noun, every field with its unit, meaning and evidence."""

from sim.scenario.schema.beliefs import Beliefs
from sim.scenario.schema.delay import Delay
from sim.scenario.schema.desk import Desk
from sim.scenario.schema.experiment import Experiment
from sim.scenario.schema.jurisdiction import Jurisdiction
from sim.scenario.schema.people import Group, Stance, Topic
from sim.scenario.schema.platform import Platform
from sim.scenario.schema.rules import ClassifierRule, DirectiveRule, KeywordRule, ReportRule, Rule, SampleRule
from sim.scenario.schema.scenario import Convenor, Evidence, Scenario
from sim.scenario.schema.timeline import Event
from sim.scenario.schema.voice import Logit, Reinforcement, Spiral, Strategic, Threshold, Voice

__all__ = [
    "Beliefs",
    "ClassifierRule",
    "Convenor",
    "Delay",
    "Desk",
    "DirectiveRule",
    "Event",
    "Evidence",
    "Experiment",
    "Group",
    "Jurisdiction",
    "KeywordRule",
    "Logit",
    "Platform",
    "Reinforcement",
    "ReportRule",
    "Rule",
    "SampleRule",
    "Scenario",
    "Spiral",
    "Stance",
    "Strategic",
    "Threshold",
    "Topic",
    "Voice",
]
