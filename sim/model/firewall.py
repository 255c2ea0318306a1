"""The access layer: which platforms a place blocks because a domain that they need is on its blocklist."""

from __future__ import annotations

from datetime import date

import numpy as np

from sim.model.luck import Floats
from sim.scenario.domain_blocks import blocked_domains, is_blocked
from sim.scenario.inputs import domain_blocks
from sim.scenario.schema import Jurisdiction, Platform, Scenario


def blocked_shares(scenario: Scenario) -> Floats:
    """(J, F) share of people in each place who cannot reach each platform: what `blocks` says of it, else what the blocklist does."""
    return np.array([_shares(scenario, place) for place in scenario.jurisdictions.values()])


def _shares(scenario: Scenario, place: Jurisdiction) -> list[float]:
    listed = _listed(scenario, place) if place.blocklist is not None else frozenset()
    by_list = {name: place.blocklist_share for name, platform in scenario.platforms.items() if _is_stopped(platform, listed)}
    return [place.blocks.get(name, by_list.get(name, 0.0)) for name in scenario.platforms]


def _listed(scenario: Scenario, place: Jurisdiction) -> frozenset[str]:
    assert place.blocklist is not None
    day = date.fromisoformat(scenario.date) if scenario.date is not None else None
    return blocked_domains(domain_blocks(place.blocklist, scenario.inputs), day)


def _is_stopped(platform: Platform, listed: frozenset[str]) -> bool:
    return any(is_blocked(domain, listed) for domain in platform.domains)
