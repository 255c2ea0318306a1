"""Contacts: graphs against theory, pairs, edge lists, and what is refused."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy import stats

from sim.model.access import rank_platforms
from sim.model.contacts import Contacts
from sim.model.people import People, draw_people
from sim.model.rooms import DIRECT, Rooms, draw_rooms
from sim.scenario.schema import Scenario
from tests.model.small import RICH, scenario
from tests.scenario_files import BASE, LINES, loaded, problem, problems

GRAPHS = ("random", "small-world", "scale-free", "communities")
MANY = {"groups": {"locals": {"size": 2000}, "abroad": {"size": 800}, "others": {"size": 1200}}}
FEW_HABITS = {"habits": {"others": 0.0}}


def networked(graph: str, size: bool = True, platform: dict[str, Any] | None = None, **spec: Any) -> Scenario:
    contacts = {"graph": graph, **spec}
    return scenario(**(MANY if size else {}), platforms={"chat": {**(platform or {}), "rooms": {"contacts": contacts}}})


def drawn(what: Scenario, replications: tuple[int, ...] = (0,)) -> tuple[People, Rooms, Contacts]:
    people = draw_people(what, replications)
    rooms = draw_rooms(what, people, rank_platforms(what, people))
    assert rooms.contacts is not None
    return people, rooms, rooms.contacts


def links(people: People, contacts: Contacts, platform: int = 0) -> np.ndarray:
    """(2L, 2) both directions of every link."""
    everyone = np.arange(len(people))
    one, other = contacts.of(np.full(len(people), platform), everyone)
    return np.stack([one, other], axis=1)


def degrees(what: Scenario) -> np.ndarray:
    people, _, contacts = drawn(what)
    return contacts.count(np.zeros(len(people), np.int64), np.arange(len(people)))


@pytest.mark.parametrize("degree", [3.0, 8.0])
@pytest.mark.parametrize("graph", GRAPHS)
def test_every_two_contacts_share_one_room_of_two(graph: str, degree: float) -> None:
    people, rooms, contacts = drawn(networked(graph, platform=FEW_HABITS, degree=degree, rewiring=0.3), (0, 1))
    both = links(people, contacts)
    assert (both[:, 0] != both[:, 1]).all()
    assert len(np.unique(both, axis=0)) == len(both)
    assert {tuple(pair) for pair in both.tolist()} == {tuple(pair) for pair in both[:, ::-1].tolist()}
    assert (people.replication[both[:, 0]] == people.replication[both[:, 1]]).all()
    assert not (people.group[both] == 2).any()
    pairs = np.flatnonzero((rooms.kind == DIRECT) & (rooms.platform == 0))
    assert (rooms.size[pairs] == 2).all()
    members = rooms.member[rooms.start[pairs][:, None] + np.arange(2)]
    assert {tuple(pair) for pair in members.tolist()} == {tuple(pair) for pair in both.tolist() if pair[0] < pair[1]}
    seated = np.sort(rooms.member[rooms.start[contacts.room][:, None] + np.arange(2)], axis=1)
    assert np.array_equal(seated, np.sort(both, axis=1))


@pytest.mark.parametrize("graph", GRAPHS)
def test_a_network_is_the_same_alone_and_in_company(graph: str) -> None:
    what = networked(graph, degree=7.0, rewiring=0.3)
    (some, _, alone), (all_, _, stacked) = drawn(what, (2,)), drawn(what, (0, 1, 2))
    mine, theirs = links(some, alone), links(all_, stacked)
    last = theirs[all_.replication[theirs[:, 0]] == 2]
    assert np.array_equal(some.key[mine], all_.key[last])
    first = theirs[all_.replication[theirs[:, 0]] == 0]
    assert not np.array_equal(first, mine)


@pytest.mark.statistical
def test_degrees_of_a_random_network_are_binomial() -> None:
    """Chi-square at 1e-4, 4000 people. Control: another degree."""
    found = np.bincount(degrees(networked("random", degree=6.0)), minlength=16)
    assert chi_square(found, stats.binom(3999, 6 / 3999).pmf(np.arange(40))) > 1e-4
    assert chi_square(found, stats.binom(3999, 6.5 / 3999).pmf(np.arange(40))) < 1e-4


@pytest.mark.statistical
def test_degrees_of_a_small_world_are_those_of_watts_and_strogatz() -> None:
    """Four links each of one's own; of four that point here, those not rewired stay, and rewired ones come as to anybody. At 1e-4.

    Control: as though none were rewired to oneself.
    """
    found = np.bincount(degrees(networked("small-world", degree=8.0, rewiring=0.3)))
    stays, comes = stats.binom(4, 0.7).pmf(np.arange(5)), stats.poisson(4 * 0.3).pmf(np.arange(36))
    assert chi_square(found, np.concatenate([np.zeros(4), np.convolve(stays, comes)])) > 1e-4
    assert chi_square(found, np.concatenate([np.zeros(4), stays])) < 1e-4
    ring = degrees(networked("small-world", degree=8.0, rewiring=0.0))
    assert (ring == 8).all()


@pytest.mark.statistical
def test_degrees_of_a_scale_free_network_follow_the_power_law() -> None:
    """P(k) = 2m(m+1) / (k(k+1)(k+2)) (Dorogovtsev et al. 2000), each share within 5 binomial standard errors. Control: a random network."""
    wanted = np.array([2 * 3 * 4 / (k * (k + 1) * (k + 2)) for k in range(3, 12)])

    def deviations(graph: str) -> np.ndarray:
        found = degrees(networked(graph, degree=6.0))
        shares = np.array([(found == k).mean() for k in range(3, 12)])
        deviation: np.ndarray = (shares - wanted) / np.sqrt(wanted * (1 - wanted) / len(found))
        return np.abs(deviation)

    found = degrees(networked("scale-free", degree=6.0))
    assert found.min() == 3
    assert found.max() > 60
    assert found.sum() == 2 * (3 * len(found) - 6)
    assert deviations("scale-free").max() < 5 < deviations("random").max()


@pytest.mark.statistical
def test_a_share_of_links_is_between_communities() -> None:
    """Within 5 standard errors of the share and of the degree. Control: other shares."""
    people, _, contacts = drawn(networked("communities", degree=6.0, mixing=0.25))
    both = links(people, contacts)
    crossing = people.community[both[:, 0]] != people.community[both[:, 1]]
    error = np.sqrt(0.25 * 0.75 / (len(both) / 2))
    assert abs(crossing.mean() - 0.25) < 5 * error < abs(crossing.mean() - 0.35)
    assert abs(len(both) / len(people) - 6) < 5 * np.sqrt(6 * 2 / len(people))
    sealed, _, apart = drawn(networked("communities", degree=6.0, mixing=0.0))
    both = links(sealed, apart)
    assert (sealed.community[both[:, 0]] == sealed.community[both[:, 1]]).all()


def chi_square(found: np.ndarray, probability: np.ndarray) -> float:
    """p of counts by number of contacts; rare ones are taken together."""
    wanted = probability[: len(found)] * found.sum()
    often = wanted >= 5
    observed = np.append(found[: len(wanted)][often], found.sum() - found[: len(wanted)][often].sum())
    expected = np.append(wanted[often], found.sum() - wanted[often].sum())
    if expected[-1] < 1:
        observed, expected = (
            observed[:-1] if observed[-1] == 0 else observed,
            expected[:-1] if observed[-1] == 0 else np.maximum(expected, 0.1),
        )
    expected *= observed.sum() / expected.sum()
    return float(stats.chisquare(observed, expected).pvalue)


@pytest.mark.parametrize("graph", GRAPHS)
@pytest.mark.parametrize("size", [1, 2, 3, 5])
def test_few_people_have_as_many_contacts_as_there_are(graph: str, size: int) -> None:
    groups = {"locals": {"size": size}, "abroad": None, "others": None}
    contacts = {"graph": graph, "degree": 40.0, "rewiring": 0.0, "mixing": 0.0}
    what = scenario(groups=groups, platforms={"chat": {"rooms": {"contacts": contacts}, "rules": None, "appeals": None}}, timeline=[])
    people = draw_people(what, (0, 1))
    rooms = draw_rooms(what, people, rank_platforms(what, people))
    found = 0 if rooms.contacts is None else len(rooms.contacts.person)
    ring = size - 1 if size % 2 else size - 2
    assert found == 2 * size * (ring if graph == "small-world" else size - 1)


@pytest.mark.statistical
def test_a_share_of_what_people_begin_goes_to_each_contact_alike() -> None:
    """Within 5 binomial standard errors, and chi-square at 1e-4. Control: another share."""
    people, rooms, contacts = drawn(networked("random", size=False, degree=10.0, share=0.3))
    person = int(np.argmax(contacts.count(np.zeros(len(people), np.int64), np.arange(len(people)))))
    keys = np.random.default_rng(4).integers(0, 2**63, 40_000).astype(np.uint64)
    nought = np.zeros(len(keys), np.int64)
    room = rooms.begun_in(nought, nought, np.full(len(keys), person), keys)
    usual = rooms.of_person[0, 0, person]
    away = (room != usual).mean()
    error = np.sqrt(0.3 * 0.7 / len(keys))
    assert abs(away - 0.3) < 5 * error < abs(away - 0.35)
    counts = np.unique(room[room != usual], return_counts=True)[1]
    assert len(counts) == contacts.count(nought[:1], np.array([person]))[0]
    assert stats.chisquare(counts).pvalue > 1e-4


def test_the_mean_over_contacts_is_theirs() -> None:
    people, _, contacts = drawn(networked("scale-free", size=False, degree=4.0), (0, 1))
    quantity = np.random.default_rng(5).random((len(people), 2))
    everyone = np.arange(len(people))
    mean = contacts.mean(quantity, np.zeros(len(people), np.int64), everyone)
    both = links(people, contacts)
    for person in (0, 7, len(people) - 1):
        theirs = both[both[:, 0] == person, 1]
        assert mean[person] == pytest.approx(quantity[theirs].mean(axis=0))
    assert not contacts.mean(quantity, np.ones(1, np.int64), everyone[:1]).any()


EDGES = BASE.replace("    kind: group\n", "    kind: group\n    rooms: {contacts: {graph: file, file: e.csv}}\n")
WHERE = f"s.yaml:{LINES - 5}:37: platforms.chat.rooms.contacts.file: "


def with_edges(folder: Path, edges: str, text: str = EDGES) -> list[str]:
    (folder / "e.csv").write_text(edges)
    return problems(folder, text)


def test_an_edge_list_links_whom_it_names(tmp_path: Path) -> None:
    (tmp_path / "e.csv").write_text("# a ring\nother,author\npeople:1,people:2\npeople:2,people:3\npeople:3,people:1\npeople:2,people:1\n")
    people, _, contacts = drawn(loaded(tmp_path, EDGES), (0, 1))
    assert sorted(map(tuple, links(people, contacts).tolist())) == [
        *((a, b) for a in (0, 1, 2) for b in (0, 1, 2) if a != b),
        *((a, b) for a in (100, 101, 102) for b in (100, 101, 102) if a != b),
    ]


def test_an_edge_list_may_name_the_authors_of_a_trace(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("time,author,topic\n1,zoe,climate\n2,bob,climate\n")
    (tmp_path / "e.csv").write_text("author,other\nbob,zoe\nzoe,people:9\n")
    people, rooms, contacts = drawn(loaded(tmp_path, EDGES + "trace: {file: t.csv, platform: chat}\n"))
    assert sorted(map(tuple, links(people, contacts).tolist())) == [(0, 1), (0, 8), (1, 0), (8, 0)]
    assert contacts.share.tolist() == [0.0]
    assert rooms.size[-2:].tolist() == [2, 2]


@pytest.mark.parametrize(
    ("edges", "lines"),
    [
        ("author\nx\n", ["e.csv:1: other: a column that is required, and got none"]),
        ("author,other\n", ["e.csv:1: at least one pair, and got none"]),
        ("author,other\npeople:1,\n", ["e.csv:2: other: the name of a participant, and got none"]),
        ("author,other\npeople:1,people:1\n", ["e.csv:2: other: somebody else than the author, and got again 'people:1'"]),
        (
            "author,other\npeople:1,people:01\n",
            [WHERE + "two participants on line 2 of the file, and got 'people:1 and people:01, who are one'"],
        ),
        (
            "author,other\npeople:1,people:101\n",
            [WHERE + "a participant from people:1 to people:100 on line 2 of the file, and got 'people:101'"],
        ),
        (
            "author,other\npeople:1,people:0\n",
            [WHERE + "a participant from people:1 to people:100 on line 2 of the file, and got 'people:0'"],
        ),
        (
            "author,other\npeple:1,people:2\n",
            [WHERE + "a participant of a group of this scenario (did you mean 'people'?) on line 2 of the file, and got 'peple:1'"],
        ),
        (
            "author,other\nann,2\n",
            [WHERE + f"a participant such as people:1 on line 2 of the file, and got '{name}'" for name in ("ann", "2")],
        ),
    ],
)
def test_what_is_wrong_with_an_edge_list_is_said_in_one_line(tmp_path: Path, edges: str, lines: list[str]) -> None:
    assert with_edges(tmp_path, edges) == lines


def test_problems_of_an_edge_list_are_bounded(tmp_path: Path) -> None:
    assert len(with_edges(tmp_path, "author,other\n" + "a,b\n" * 10_000)) < 110


def test_files_and_graphs_go_together(tmp_path: Path) -> None:
    (tmp_path / "e.csv").write_text("author,other\npeople:1,people:2\n")
    rule = "contacts have a file with the graph file, and with no other"
    assert rule in problem(tmp_path, EDGES.replace("graph: file", "graph: random"))
    assert rule in problem(tmp_path, EDGES.replace(", file: e.csv", ""))
    assert "a degree of at least 2" in problem(tmp_path, EDGES.replace("graph: file, file: e.csv", "graph: scale-free, degree: 1.5"))
    survey = BASE.replace("  chat:\n", "  poll: {kind: survey, rooms: {contacts: {}}}\n  chat:\n")
    assert "platforms.poll.rooms.contacts: no contacts on a survey, which has no rooms, and got 'small-world'" in problem(tmp_path, survey)


def test_contacts_come_after_all_rooms_that_there_are_without_them() -> None:
    """What there is without a network is left as it is."""
    people, rooms, _ = drawn(networked("random", size=False, degree=5.0), (0, 1))
    plain = draw_rooms(scenario(RICH), people, rank_platforms(scenario(RICH), people))
    assert plain.contacts is None
    assert np.array_equal(plain.of_person, rooms.of_person)
    for name in ("size", "platform", "kind", "start", "member", "activity"):
        before = getattr(plain, name)
        assert np.array_equal(before, getattr(rooms, name)[: len(before)])
