"""What rules that read texts go by."""

from __future__ import annotations

from dataclasses import dataclass

from sim.model.arrays import Ints
from sim.model.luck import Keys
from sim.model.moderation.phrasebook import Phrasebook
from sim.model.moderation.submissions import Submissions
from sim.model.moderation.trace_texts import TraceTexts
from sim.model.moderation.variants import FirstUses
from sim.model.people import People, languages
from sim.scenario.schema import Scenario


@dataclass(frozen=True)
class Texts:
    """The texts of a stack of replications.

    Attributes:
        phrasebook: the texts.
        uses: the first uses of coded variants so far.
        replication: (people,) position in the stack.
        replications: (R,) luck keys.
        learned: whether any list learns coded variants.
    """

    phrasebook: Phrasebook
    uses: FirstUses
    replication: Ints
    replications: Keys
    learned: bool

    def note(self, messages: Submissions) -> None:
        """Take note of messages that were said, as far as lists learn from them."""
        if not self.learned:
            return
        replication = self.replication[messages.person]
        self.uses.note(messages.platform, messages.phrase, messages.world, replication, messages.time)


def texts_of(scenario: Scenario, people: People, worlds: int) -> Texts:
    """The texts of a scenario, none of them used so far."""
    phrasebook = _phrasebook(scenario, people)
    uses = FirstUses(phrasebook, len(scenario.platforms), worlds, len(people.replication_key))
    rules = [rule for platform in scenario.platforms.values() for rule in platform.rules.values()]
    learned = any(getattr(rule, "learning", None) is not None for rule in rules)
    return Texts(phrasebook, uses, people.replication, people.replication_key, learned)


def _phrasebook(scenario: Scenario, people: People) -> Phrasebook:
    if scenario.trace is not None and (traced := TraceTexts(scenario, people)).texts:
        return traced
    return Phrasebook(scenario.phrasebook, list(scenario.topics), languages(scenario), scenario.inputs)
