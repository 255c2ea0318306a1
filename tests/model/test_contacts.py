"""Contacts at work: whom news of a reprisal reaches, whom people take for neighbours, and what stays as it is without them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from sim.model.reprisal import Case, reprisal
from sim.model.voice import Manner
from sim.model.voice.aloud import Aloud
from sim.model.world import World
from sim.scenario.schema import Scenario
from tests.model.small import PLAIN, columns, differing, merged, run, scenario

SIZE = 12
RING = "author,other\n" + "".join(f"locals:{k + 1},locals:{(k + 1) % SIZE + 1}\n" for k in range(SIZE))
ALONE: dict[str, Any] = {"groups": {"locals": {"size": SIZE}}, "platforms": {"chat": {"rooms": {"median_size": 2.0, "size_sigma": 0.0}}}}


def ring(**contacts: Any) -> Scenario:
    """Everybody is linked to the next and the last."""
    spec = {"rooms": {"contacts": {"graph": "file", "file": "inputs/ring.csv", **contacts}}}
    data = merged(merged(PLAIN, ALONE), {"platforms": {"chat": spec}})
    return Scenario.model_validate(data, context={"inputs": {"inputs/ring.csv": RING.encode()}})


def afraid_of_what_happened_to(person: int, what: Scenario) -> dict[int, float]:
    """By how much perceived reprisal has risen, outside of rooms, in the second replication of a stack; nobody else was told anything."""
    world = World(what, (3, 4), ("full",))
    everybody = np.arange(len(world.people))[:, None]
    worlds, nowhere = np.array([0]), np.zeros((len(everybody), 1), np.int64)
    priors = world.beliefs.priors(everybody, nowhere)
    world.env.process(reprisal(world, Case(SIZE + person, 0, 0, 0, 0.0)))
    world.env.run(until=1e-6)
    rise = (world.beliefs.perceived_reprisal(priors, everybody, nowhere, worlds, world.env.now) - priors.reprisal)[:, 0]
    assert not rise[:SIZE].any()
    return {int(k): float(rise[SIZE + k]) for k in np.flatnonzero(rise[SIZE:])}


def test_news_of_a_reprisal_reaches_exactly_the_contacts() -> None:
    rises = afraid_of_what_happened_to(5, ring())
    assert set(rises) == {4, 5, 6}
    assert rises[4] == rises[6] < rises[5]
    assert set(afraid_of_what_happened_to(0, ring())) == {SIZE - 1, 0, 1}
    assert set(afraid_of_what_happened_to(5, scenario(merged(PLAIN, ALONE)))) == {5}


def test_news_is_told_on_to_contacts_of_contacts_once() -> None:
    rises = afraid_of_what_happened_to(5, ring(retold=1.0))
    assert set(rises) == {3, 4, 5, 6, 7}
    assert rises[3] == rises[4] == rises[7]
    some = [len(afraid_of_what_happened_to(k, ring(retold=0.5))) for k in range(SIZE)]
    assert set(some) <= {3, 4, 5}
    assert 3 * SIZE < sum(some) < 5 * SIZE


def looks_over(retold: float, monkeypatch: pytest.MonkeyPatch) -> set[int]:
    """Who looks over what they have said when person 5 is acted against."""
    world, asked = World(ring(retold=retold), (0,), ("full",)), set()
    monkeypatch.setattr(world.self_deletion, "reconsider", lambda people, column: asked.update(people.tolist()))
    world.env.process(reprisal(world, Case(5, 0, 0, 0, 0.0)))
    world.env.run(until=1e-6)
    return asked


def test_whoever_hears_of_a_reprisal_looks_over_what_they_have_said(monkeypatch: pytest.MonkeyPatch) -> None:
    """Also those who have it from a contact of a contact; control: where nobody tells on, they do not hear of it."""
    in_the_room = looks_over(0.0, monkeypatch) - {4, 5, 6}
    assert {3, 7} - in_the_room
    assert looks_over(1.0, monkeypatch) == in_the_room | {3, 4, 5, 6, 7}


def test_what_contacts_say_is_heard_by_the_two_alone() -> None:
    """All that is begun goes to a contact; every message of a conversation is by one of the two."""
    ledger = run(ring(share=1.0), (0, 1), ("free",))
    occasions, rooms = ledger.occasions, ledger.rooms
    assert (rooms.size[occasions.room] == 2).all()
    author, other = occasions.person[occasions.root], occasions.person
    step = (other - author) % SIZE
    assert set(step.tolist()) == {0, 1, SIZE - 1}
    assert (ledger.audience[np.isfinite(ledger.shown)] == 1).all()


def test_a_network_that_nobody_uses_changes_nothing() -> None:
    """Without a share of what is said, and without reprisals of which contacts hear; the control has both."""
    contacts = {"platforms": {"chat": {"rooms": {"contacts": {"graph": "scale-free", "share": 0.0}}}}}
    unaware = {"beliefs": {"reprisal_witness": 0.0, "emboldening": 0.0, "self_deletion": 0.0}}
    short = {"horizon": "3 d", "timeline": [], **unaware}
    plain, unused = run(scenario(**short)), run(scenario(**contacts, **short))
    for world in plain.worlds:
        assert not differing(columns(plain, world), columns(unused, world)), world
    contacts["platforms"]["chat"]["rooms"]["contacts"]["share"] = 0.5
    assert differing(columns(plain, "full"), columns(run(scenario(**contacts, **short)), "full"))


@pytest.mark.parametrize("model", ["spiral", "threshold", "reinforcement"])
def test_contacts_are_the_neighbours_of_voice_models(model: str) -> None:
    """Neighbours and those of them who are heard, counted one by one; with rooms for neighbourhoods another model comes of it."""
    spec = {"graph": "random", "degree": 4.0, "share": 0.3}
    changes: dict[str, Any] = {"voice": {"model": model}, "platforms": {"chat": {"rooms": {"contacts": spec}}}}
    world = World(scenario(PLAIN, **changes), (0,), ("free", "full"))
    heard: list[tuple[int, int]] = []
    counted = Aloud.others

    def checked(aloud: Aloud, at: Any) -> Any:
        allies, opponents = counted(aloud, at)
        heard.extend(count_heard(world, aloud, at, allies, opponents))
        return allies, opponents

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Aloud, "others", checked)
        world.run()
    assert len(heard) > 500
    assert sum(count for count, _ in heard) > 50
    assert any(room != count for count, room in heard)
    assert (world.ledger.voice[:, 1] == Manner.SINCERE).any()


def count_heard(world: World, aloud: Aloud, at: Any, allies: Any, opponents: Any) -> list[tuple[int, int]]:
    """Checks the counts of a window; contacts who are heard, and others in the room who are, by occasion and world."""
    contacts, found = world.rooms.contacts, []
    assert contacts is not None
    place = aloud._place.reshape(len(world.people), world.people.topics, 2)
    company = aloud.company(at)
    for row, column in np.ndindex(*allies.shape):
        person, topic, room = int(at.person[row, 0]), int(at.pair[row, 0]) % world.people.topics, int(at.room[row, column])
        neighbours = contacts.everybody_of(person)
        own = 0 if at.stance[row, 0] < 0 else 1
        places = [int(place[contact, topic, column]) for contact in neighbours]
        assert int(allies[row, column]) == sum(p > 1 and p % 2 == own for p in places)
        assert int(opponents[row, column]) == sum(p > 1 and p % 2 != own for p in places)
        assert company[row, column] == max(len(neighbours), 1)
        members = world.rooms.member[world.rooms.start[room] : world.rooms.start[room + 1]]
        found.append((sum(p > 1 for p in places), sum(int(place[m, topic, column]) // 2 == room for m in members if m != person)))
    return found
