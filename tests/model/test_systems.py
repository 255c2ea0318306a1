"""The systems of the case: every shipped scenario loses its point if the rule that distinguishes its system is ignored.

Each test runs a scenario at a small size, and again with one rule taken away or altered. Both runs share people, wishes and luck, so the
direction in which a measure moves is exact, not statistical.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from sim.model.ledger import Ledger, Mark, Outcome
from sim.scenario import load
from sim.scenario.schema import Scenario
from tests.model.small import run

SCENARIOS = Path(__file__).parents[2] / "scenarios"
SMALL = {
    "citizens-mainland": 120, "experts-mainland": 2, "civil-society-mainland": 2, "citizens-diaspora": 60, "experts-diaspora": 2,
    "civil-society-diaspora": 2, "citizens-world": 60, "experts-world": 2, "civil-society-world": 2,
}  # fmt: skip
MAINLAND, DIASPORA, WORLD = "citizens-mainland", "citizens-diaspora", "citizens-world"
PRE = "groups.citizens-"

Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class Case:
    """A run of a scenario, seen in the world in which everything is on."""

    scenario: Scenario
    ledger: Ledger

    def here(self, platform: str | None = None, group: str | None = None) -> Flags:
        """Which occasions were taken by a platform, and are of a group."""
        ledger, mask = self.ledger, np.ones(len(self.ledger.occasions.time), np.bool_)
        if platform is not None:
            mask &= self.column(ledger.venue) == list(self.scenario.platforms).index(platform)
        if group is not None:
            mask &= ledger.people.group[ledger.occasions.person] == list(self.scenario.groups).index(group)
        return mask

    def count(self, what: Outcome | Mark, platform: str | None = None, group: str | None = None) -> int:
        """How many occasions ended so, or bear a mark."""
        found = self.column(self.ledger.outcome) == what if isinstance(what, Outcome) else self.column(self.ledger.marks) & what > 0
        return int(np.count_nonzero(found & self.here(platform, group)))

    def column(self, values: np.ndarray) -> np.ndarray:
        """What a table says of the full world."""
        return values[:, self.ledger.worlds.index("full")]

    def answers(self, platform: str) -> int:
        """The most occasions of one person on one topic that a platform takes."""
        rows, occasions = np.flatnonzero(self.here(platform)), self.ledger.occasions
        _, counts = np.unique(np.stack([occasions.person[rows], occasions.topic[rows]]), axis=1, return_counts=True)
        return int(counts.max(initial=0))

    def silent(self, group: str = MAINLAND) -> int:
        """Occasions of a group that were left unsaid."""
        return self.count(Outcome.UNSAID, group=group)

    def reprisal(self, group: str = MAINLAND) -> float:
        """Mean reprisal risk that a group perceives when it has something to say."""
        return float(self.ledger.reprisal_risk[self.here(group=group) & (self.column(self.ledger.venue) >= 0), -1].mean())


@cache
def case(name: str, *changes: str) -> Case:
    """A shipped scenario at a small size, with some parameters set."""
    sizes = [f"groups.{group}.size={size}" for group, size in SMALL.items()]
    talk = [f"groups.{group}.{key}" for group in SMALL for key in ("messages_per_day=3", "activity_sigma=0.5")]
    scenario = load(SCENARIOS / f"{name}.yaml", [*sizes, *talk, "horizon=7 d", "window=3 h", *changes])
    return Case(scenario, run(scenario, worlds=("full",)))


FILTER = "platforms.wechat-group.rules.keyword-filter"


def test_wechat_filters_accounts_registered_in_china_wherever_their_owners_live() -> None:
    usual = case("un75-wechat")
    assert usual.count(Outcome.BLOCKED, group=MAINLAND) > 0
    assert usual.count(Outcome.BLOCKED, group=DIASPORA) > 0
    assert usual.count(Outcome.BLOCKED, group=WORLD) == 0


def test_the_same_accounts_registered_elsewhere_are_not_filtered_on_wechat() -> None:
    moved = case("un75-wechat", f"{PRE}diaspora.registered_in=elsewhere", f"{PRE}mainland.registered_in=elsewhere")
    assert moved.count(Outcome.BLOCKED, group=DIASPORA) == moved.count(Outcome.BLOCKED, group=MAINLAND) == 0
    assert moved.count(Outcome.REMOVED, group=DIASPORA) == 0


def test_without_the_scope_of_registration_everybody_would_be_filtered_on_wechat() -> None:
    chinese = f"{PRE}world.language=zh"
    assert case("un75-wechat", chinese).count(Outcome.BLOCKED, group=WORLD) == 0
    assert case("un75-wechat", chinese, f"{FILTER}.registered_in=null").count(Outcome.BLOCKED, group=WORLD) > 0


def test_wechat_tells_nobody_that_it_blocks() -> None:
    """With a notice people would know, and reckon with more."""
    silent, told = case("un75-wechat"), case("un75-wechat", f"{FILTER}.notice=author")
    blocked = np.flatnonzero(silent.column(silent.ledger.outcome) == Outcome.BLOCKED)
    assert not (silent.column(silent.ledger.marks)[blocked] & Mark.NOTIFIED).any()
    assert told.count(Mark.NOTIFIED) > silent.count(Mark.NOTIFIED)
    assert told.ledger.removal_risk.mean() > silent.ledger.removal_risk.mean()


def test_wechat_keeps_fewer_combinations_for_direct_chats(tmp_path: Path) -> None:
    """With a list of which every row is for groups nothing is blocked one to one; without the scope, much is."""
    for scope in ("group", ""):
        rows = "".join(f"{text},{scope}\n" for text in ("疫情", "口罩", "医生"))
        (tmp_path / f"{scope or 'both'}.csv").write_text(f"combination,scope\n{rows}", encoding="utf-8")
    usual, both = (
        case(
            "un75-wechat",
            *(f"platforms.wechat-{kind}.rules.keyword-filter.rule_list={tmp_path}/{name}.csv" for kind in ("group", "direct")),
        )
        for name in ("group", "both")
    )
    assert usual.count(Outcome.BLOCKED, "wechat-group") > 0
    assert usual.count(Outcome.BLOCKED, "wechat-direct") == 0
    assert both.count(Outcome.BLOCKED, "wechat-direct") > 0


def test_the_desk_on_wechat_takes_down_what_the_filter_misses() -> None:
    assert case("un75-wechat").count(Outcome.REMOVED, "wechat-group") > 0
    assert case("un75-wechat", "platforms.wechat-group.rules.desk-removal=null").count(Outcome.REMOVED, "wechat-group") == 0


FRANK = (f"{PRE}mainland.interests={{human-rights: 20, press-freedom: 20, minorities: 20}}", "voice.fear_of_reprisal=0")
"""More of what interpreters drop, in a small run."""


def test_interpretation_in_meetings_leaves_out_what_its_list_has_and_nobody_is_told() -> None:
    usual, open_ = case("un75-meeting", *FRANK), case("un75-meeting", *FRANK, "platforms.tencent-meeting.interpretation=null")
    assert usual.count(Mark.UNINTERPRETED, "tencent-meeting") > 0
    assert open_.count(Mark.UNINTERPRETED) == 0
    assert usual.count(Mark.COUNTED, "tencent-meeting", MAINLAND) < open_.count(Mark.COUNTED, "tencent-meeting", MAINLAND)
    assert usual.count(Mark.NOTIFIED) == 0


def test_a_convenor_that_reads_chinese_needs_no_interpretation() -> None:
    usual, both = case("un75-meeting", *FRANK), case("un75-meeting", *FRANK, "convenor.languages=[en, zh]")
    left_out = usual.column(usual.ledger.marks) & Mark.UNINTERPRETED > 0
    assert both.count(Mark.COUNTED, group=MAINLAND) > usual.count(Mark.COUNTED, group=MAINLAND)
    assert (both.column(both.ledger.marks)[left_out & both.here(group=MAINLAND)] & Mark.COUNTED).any()


def test_meetings_are_held_in_the_evening_and_take_nothing_else() -> None:
    usual, always = case("un75-meeting"), case("un75-meeting", "platforms.tencent-meeting.hours=[{start: 0, end: 24}]")
    hours = (usual.ledger.occasions.time[usual.here("tencent-meeting") & (usual.ledger.occasions.parent < 0)] + 8) % 24
    assert (hours.min(), hours.max()) >= (19.0, 19.0)
    assert hours.max() < 22
    assert np.count_nonzero(always.here("tencent-meeting")) > 2 * np.count_nonzero(usual.here("tencent-meeting"))


@pytest.mark.parametrize(
    ("name", "platform"), [("un75-meeting", "tencent-meeting"), ("un75-work-chat", "work-chat"), ("un75-weibo", "weibo")]
)
def test_people_who_are_registered_by_name_are_afraid(name: str, platform: str) -> None:
    usual, nameless = case(name), case(name, f"platforms.{platform}.identity=0.1")
    assert nameless.reprisal() < usual.reprisal()
    assert nameless.silent() < usual.silent()


def test_work_chat_has_two_silent_lists() -> None:
    """The filter stops messages of accounts registered in China; interpretation leaves others out for readers of another language."""
    usual = case("un75-work-chat", *FRANK)
    unfiltered = case("un75-work-chat", *FRANK, "platforms.work-chat.rules.keyword-filter=null")
    uninterpreted = case("un75-work-chat", *FRANK, "platforms.work-chat.interpretation=null")
    assert usual.count(Outcome.BLOCKED, "work-chat") > 0
    assert unfiltered.count(Outcome.BLOCKED, "work-chat") == 0
    assert usual.count(Outcome.BLOCKED, "work-chat", WORLD) == 0
    assert usual.count(Mark.UNINTERPRETED, "work-chat") > 0
    assert uninterpreted.count(Mark.UNINTERPRETED) == 0
    assert usual.count(Mark.NOTIFIED) == 0


@pytest.mark.parametrize(
    ("name", "platform"),
    [("un75-website-survey", "un75-survey"), ("un75-two-track", "un75-mirror"), ("un75-google", "google-forms"), ("un75-kahoot", "kahoot")],
)
def test_surveys_take_one_answer_from_each_person_on_each_topic(name: str, platform: str) -> None:
    assert case(name).answers(platform) == 1
    assert case(name, f"platforms.{platform}.kind=feed").answers(platform) > 1


@pytest.mark.parametrize(
    ("name", "platform"), [("un75-website-survey", "un75-survey"), ("un75-two-track", "un75-mirror"), ("un75-kahoot", "kahoot")]
)
def test_surveys_without_names_are_answered_frankly(name: str, platform: str) -> None:
    """The same survey under names, in the hands of an authority, as people see it."""
    reach = [f"jurisdictions.china.blocks.{platform}=0"]
    named = [f"platforms.{platform}.{change}" for change in ("identity=0.95", "shares_with.china=1", "perceived_exposure.china=0.95")]
    assert case(name, *reach, *named).silent() > case(name, *reach).silent()


def test_the_uns_own_survey_cannot_be_reached_by_most_in_china() -> None:
    usual, open_ = case("un75-website-survey"), case("un75-website-survey", "jurisdictions.china.blocks.un75-survey=0")
    assert usual.count(Outcome.UNREACHABLE, group=MAINLAND) > 3 * np.count_nonzero(usual.here("un75-survey", MAINLAND))
    assert usual.count(Outcome.UNREACHABLE, group=WORLD) == usual.count(Outcome.UNREACHABLE, group=DIASPORA) == 0
    assert open_.count(Outcome.UNREACHABLE) == 0


def test_the_mirror_is_reached_in_china_where_the_survey_is_not() -> None:
    tracks = case("un75-two-track")
    assert tracks.count(Outcome.UNREACHABLE) == 0
    assert np.count_nonzero(tracks.here("un75-mirror", MAINLAND)) > 5 * np.count_nonzero(
        case("un75-website-survey").here("un75-survey", MAINLAND)
    )
    assert np.count_nonzero(tracks.here("un75-mirror", WORLD)) == 0
    assert case("un75-two-track", "jurisdictions.china.blocks.un75-mirror=1").count(Outcome.UNREACHABLE, group=MAINLAND) > 0


def test_the_mirrors_promise_counts_as_far_as_it_is_believed_and_kept() -> None:
    promise = "platforms.un75-mirror.safeguards"
    usual = case("un75-two-track")
    assert case("un75-two-track", f"{promise}.believed=1").silent() < usual.silent()
    assert case("un75-two-track", f"{promise}.believed=0").silent() > usual.silent()
    kept, broken = (case("un75-two-track", f"{promise}.kept={share}") for share in (1, 0))
    assert kept.count(Mark.IDENTIFIED, "un75-mirror") == 0
    assert broken.count(Mark.IDENTIFIED, "un75-mirror") > 0


BEHIND = [
    ("un75-western-platforms", "twitter"),
    ("un75-western-platforms", "facebook"),
    ("un75-google", "google-forms"),
    ("un75-google", "google-meet"),
    ("un75-messenger", "messenger"),
]


@pytest.mark.parametrize(("name", "platform"), BEHIND)
def test_only_who_circumvents_the_firewall_reaches_what_is_behind_it(name: str, platform: str) -> None:
    usual = case(name)
    around = usual.column(usual.ledger.marks) & Mark.CIRCUMVENTED > 0
    said = usual.here(platform, MAINLAND) & (usual.column(usual.ledger.outcome) > Outcome.UNSAID)
    assert around[said].all()
    assert usual.count(Outcome.UNREACHABLE, group=WORLD) < usual.count(Outcome.UNREACHABLE, group=MAINLAND) / 10
    for change in ("jurisdictions.china.blocklist=null", f"platforms.{platform}.domains=[example.org]"):
        assert np.count_nonzero(case(name, change).here(platform, MAINLAND)) > 5 * np.count_nonzero(usual.here(platform, MAINLAND))


def test_kahoot_is_on_no_blocklist_and_its_reach_is_to_be_swept() -> None:
    half, nobody, everybody = (case("un75-kahoot", f"jurisdictions.china.blocks.kahoot={share}") for share in (0.5, 1, 0))
    assert everybody.count(Outcome.UNREACHABLE) == 0
    assert 0 < half.count(Outcome.UNREACHABLE, group=MAINLAND) < nobody.count(Outcome.UNREACHABLE, group=MAINLAND)
    assert case("un75-kahoot", "jurisdictions.china.blocks.kahoot=null").count(Outcome.UNREACHABLE) == 0


HASTY = "rules.classifier.share=0.3"


@pytest.mark.parametrize("platform", ["twitter", "facebook"])
def test_western_platforms_tell_authors_count_strikes_and_hear_appeals(platform: str) -> None:
    """With far more false alarms than there are, so that strikes add up in a small run."""
    name, hasty = "un75-western-platforms", f"platforms.{platform}.{HASTY}"
    usual = case(name, hasty)
    assert usual.count(Mark.NOTIFIED, platform) > 0
    assert usual.count(Mark.REVERSED, platform) > 0
    assert usual.count(Mark.REINSTATED, platform) > 0
    assert case(name, hasty, f"platforms.{platform}.appeals=null").count(Mark.APPEALED) == 0
    unpunished = case(name, hasty, f"platforms.{platform}.sanctions=null")
    assert len(unpunished.ledger.sanctioned) < len(usual.ledger.sanctioned)
    assert unpunished.count(Outcome.BARRED) < usual.count(Outcome.BARRED)


def test_the_rules_of_western_platforms_do_not_follow_the_line_of_a_state() -> None:
    """What is most critical of the authorities is removed no more than the rest: silence the false alarms, and nothing is."""
    quiet = [
        f"platforms.{platform}.rules.{rule}" for platform in ("twitter", "facebook") for rule in ("classifier.share=0", "reports.rate=1")
    ]
    free = case("un75-western-platforms", "jurisdictions.china.blocklist=null", *quiet, "platforms.twitter.rules.reports.false_rate=0",
                "platforms.facebook.rules.reports.false_rate=0")  # fmt: skip
    assert np.count_nonzero(free.here("twitter", MAINLAND)) > 100
    assert free.count(Outcome.REMOVED) == 0


@pytest.mark.parametrize("platform", ["twitter", "facebook"])
def test_readers_of_western_platforms_report_abuse_where_there_is_any(platform: str) -> None:
    """With readers who report more than they do, so that it shows in a small run. Control: nobody is hostile."""
    hostile = ["groups.citizens-world.hostile=0.3", "groups.citizens-world.targeted=0.7", "abuse.rate=0.5"]
    changes = [f"platforms.{platform}.rules.{rule}" for rule in ("classifier.share=0", "reports.rate=1", "reports.false_rate=0")]
    abused, peaceful = (case("un75-western-platforms", *changes, *more) for more in (hostile, []))
    taken = abused.ledger.occasions.is_abuse() & abused.here(platform) & (abused.column(abused.ledger.outcome) == Outcome.REMOVED)
    assert taken.any()
    assert peaceful.count(Outcome.REMOVED, platform) == 0


ORDER = "platforms.weibo.rules.covid-order"


def test_the_order_on_weibo_takes_critical_posts_on_its_topic_while_it_lasts() -> None:
    usual, unordered = case("un75-weibo"), case("un75-weibo", f"{ORDER}=null")
    taken = usual.column(usual.ledger.rule) == list(usual.scenario.platforms["weibo"].rules).index("covid-order")
    occasions = usual.ledger.occasions
    assert np.count_nonzero(taken) > 0
    assert set(occasions.topic[taken]) == {list(usual.scenario.topics).index("health-covid")}
    assert occasions.time[taken].min() >= 120
    assert unordered.count(Outcome.REMOVED, "weibo") < usual.count(Outcome.REMOVED, "weibo")
    assert case("un75-weibo", f"{ORDER}.compliance=0.3").count(Outcome.REMOVED, "weibo") < usual.count(Outcome.REMOVED, "weibo")


def test_weibo_holds_posts_in_silence_until_a_desk_looks_at_them() -> None:
    usual, unheld = case("un75-weibo"), case("un75-weibo", "platforms.weibo.rules.keyword-hold=null")
    late = (
        (usual.column(usual.ledger.shown) > usual.ledger.occasions.time)
        & np.isfinite(usual.column(usual.ledger.shown))
        & usual.here("weibo")
    )
    assert usual.count(Outcome.WITHHELD, "weibo") > 0
    assert late.any()
    assert unheld.count(Outcome.WITHHELD) == 0
    assert usual.count(Outcome.BLOCKED) == 0


def test_the_desk_on_weibo_is_slow_by_night() -> None:
    """What is held at night waits for the morning; with reviewers around the clock it does not."""
    usual, awake = case("un75-weibo"), case("un75-weibo", "platforms.weibo.desks.content-review.roster=[{reviewers: 3}]")
    waits = []
    for this in (usual, awake):
        shown, time = this.column(this.ledger.shown), this.ledger.occasions.time
        night = ((time + 8) % 24 > 2) & ((time + 8) % 24 < 7) & (shown > time) & np.isfinite(shown) & this.here("weibo")
        waits.append(float((shown - time)[night].mean()))
    assert waits[0] > 1.0 > waits[1]


def test_weibo_is_read_in_public() -> None:
    usual, unwatched = case("un75-weibo"), case("un75-weibo", "jurisdictions.china.watches_public=0")
    assert unwatched.count(Mark.IDENTIFIED, "weibo") < usual.count(Mark.IDENTIFIED, "weibo")


def test_removals_on_weibo_add_up_to_sanctions() -> None:
    strict = "platforms.weibo.rules.later-removal.recall=1"
    assert case("un75-weibo", strict).ledger.sanctioned
    assert not case("un75-weibo", strict, "platforms.weibo.sanctions=null").ledger.sanctioned


def test_the_encrypted_messenger_has_no_rules_and_nothing_to_pass_on() -> None:
    open_ = "jurisdictions.china.blocklist=null"
    usual = case("un75-messenger", open_)
    assert np.count_nonzero(usual.here("messenger", MAINLAND)) > 100
    assert not [outcome for outcome in (Outcome.BLOCKED, Outcome.WITHHELD, Outcome.REMOVED, Outcome.HIDDEN) if usual.count(outcome)]
    assert usual.count(Mark.IDENTIFIED, "messenger") == 0
    leaky = case("un75-messenger", open_, "platforms.messenger.shares_with.china=0.6", "platforms.messenger.perceived_exposure=null")
    assert leaky.count(Mark.IDENTIFIED, "messenger") > 0
    assert leaky.silent() > usual.silent()
