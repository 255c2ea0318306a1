"""Figures that a scenario is to meet, or is to be held against: what each says, of which measure, and how sure it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from sim.scenario.tree import Place

Use = Literal["calibrate", "validate"]

NORMAL_95 = 1.96
"""Half-width of a 95 % interval, in standard deviations."""

WEAK_LEVELS = ("recalled", "machine_extracted", "not_found")
"""Levels of a source at which nobody has read the figure in it."""


_NOWHERE = Place("")


class Key(NamedTuple):
    """Which figure of a run."""

    world: str
    measure: str
    split: str
    level: str


@dataclass(frozen=True)
class Target:
    """A published figure, and what in the simulation should be like it.

    Attributes:
        name: its name in the file.
        key: the figure of a run.
        value: as published, in the unit of the measure.
        sd: standard deviation of the published value.
        use: what the file says that it may be used for.
        fitted: whether the parameters are fitted to it; it is held against the outcome otherwise.
        source: where it is from.
        source_level: how near whoever wrote it down has come to the source; empty if not said.
        assumed: whether the file states no uncertainty, so that one was assumed.
        setting: values by path that hold where it was measured.
        against: values by path of another setting; the target is then the difference between the two.
        place: where it was written.
    """

    name: str
    key: Key
    value: float
    sd: float
    use: Use = "calibrate"
    fitted: bool = True
    source: str = ""
    source_level: str = ""
    assumed: bool = False
    setting: Mapping[str, object] = field(default_factory=dict)
    against: Mapping[str, object] | None = None
    place: Place = _NOWHERE

    @property
    def settings(self) -> tuple[Mapping[str, object], ...]:
        """The settings in which the scenario is run for it."""
        return (self.setting,) if self.against is None else (self.setting, self.against)

    @property
    def is_weak(self) -> bool:
        """Whether nobody has read the figure in its source."""
        return self.source_level in WEAK_LEVELS


@dataclass(frozen=True)
class Fit:
    """What a parameter is to be fitted over: as the file says it, and where it does."""

    stated: Mapping[str, object]
    place: Place


@dataclass(frozen=True)
class Targets:
    """What a file of targets holds.

    Attributes:
        file: its name.
        text: all that is in it.
        targets: those to fit to, and those to hold against the outcome.
        fit: the parameters that it names, by path.
    """

    file: str
    text: str
    targets: tuple[Target, ...]
    fit: Mapping[str, Fit] = field(default_factory=dict)

    @property
    def fitted(self) -> tuple[Target, ...]:
        """Those that the parameters are fitted to."""
        return tuple(target for target in self.targets if target.fitted)
