"""The model said again, slowly and plainly: one world, one occasion after the other, every sum taken anew. No arrays, no decayed counters.

This is the executable specification of a window for scenarios without interpretation, abuse, exit, self-deletion and review desks, and
hence without appeals. People, rooms and occasions are taken as drawn, and luck as it falls. Of the timeline it knows announcements, news,
blocks, and parameters that are set, but for half-lives, notices and discovery. Compare docs/model.md, section 7.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from statistics import NormalDist

import numpy as np
from scipy.special import gammaincinv

from sim.model.delays import waits
from sim.model.ledger import Ledger, Mark, Outcome
from sim.model.luck import Purpose, luck, name_key, poisson
from sim.model.rooms import ROOM_KINDS
from sim.model.voice import Manner
from sim.model.worlds import mechanisms_of
from sim.scenario import variants
from sim.scenario.schema import ClassifierRule, Delay, DirectiveRule, Platform, ReportRule, Rule, SampleRule, Scenario
from sim.scenario.schema.sanctions import Step


@dataclass
class Said:
    """A message."""

    occasion: int
    person: int
    topic: int
    room: int
    time: float
    heat: float
    stance: float
    criticality: float
    shown: float = math.inf
    gone: float = math.inf
    rule: int = -1
    kept: bool = True
    audience: int = 0
    label: tuple[float, int] = (math.inf, -1)

    @property
    def published(self) -> bool:
        return not math.isinf(self.shown)


@dataclass
class Plain:
    """One world of one replication, in which everything happens as in `drawn` but by plain means."""

    scenario: Scenario
    drawn: Ledger
    world: str
    ranking: np.ndarray
    now: float = 0.0
    said: list[Said] = field(default_factory=list)
    reprisals: list[tuple[float, int, int, int]] = field(default_factory=list)
    cases: list[tuple[float, int, int]] = field(default_factory=list)
    answered: set[tuple[int, int, int]] = field(default_factory=set)

    def __post_init__(self) -> None:
        count = len(self.drawn.occasions)
        self.on = mechanisms_of(self.world)
        self.platform_names, self.place_names, self.topics = (
            list(names) for names in (self.scenario.platforms, self.scenario.jurisdictions, self.scenario.topics)
        )
        self.changes = [(0.0, self.scenario), *variants(self.scenario)]
        self.adopt(0.0)
        self.message: dict[int, Said] = {}
        self.venue, self.outcome, self.voice = [0] * count, [Outcome.UNSAID] * count, [Manner.SILENT] * count
        self.marks = [0] * count
        self.removal_risk, self.reprisal_risk = [0.0] * count, [0.0] * count
        self.barred_until: dict[int, float] = {}
        self.network = self.networks()

    # Time

    def run(self) -> None:
        """Window by window; whatever a window's authors believe is what had happened when it began."""
        length, times = self.scenario.window, self.drawn.occasions.time.tolist()
        for number in sorted({math.floor(time / length) for time in times}):
            start = number * length
            self.punish_until(start)
            self.adopt(start)
            before = list(self.said)
            for occasion in (i for i, time in enumerate(times) if math.floor(time / length) == number):
                self.happen(occasion, start, before)
        self.punish_until(self.scenario.horizon)
        self.collect()

    def adopt(self, now: float) -> None:
        """The parameters that hold at a time."""
        self.now = now
        self.scenario = [scenario for hour, scenario in self.changes if hour <= now][-1]
        self.platforms: list[Platform] = list(self.scenario.platforms.values())
        self.places = list(self.scenario.jurisdictions.values())
        self.rules: list[tuple[int, str, Rule]] = [(f, name, rule) for f, p in enumerate(self.platforms) for name, rule in p.rules.items()]

    def happen(self, i: int, start: float, before: list[Said]) -> None:
        """One occasion: where, whether in reach, whether free to speak, whether prompted, and then what is said."""
        self.venue[i], in_reach, around = self.place_of(i)
        barred = self.barred_until.get(self.person(i), -1.0) > self.time(i) or self.barred_by_platform(i)
        prompted, parent_in_reach = self.prompted(i)
        manner = self.choose(i, start, before) if self.venue[i] >= 0 else Manner.SILENT
        if self.venue[i] == -1 and self.parent(i) < 0:
            self.outcome[i] = Outcome.NOT_OFFERED
        elif not (in_reach and parent_in_reach) or self.venue[i] == -2:
            self.outcome[i] = Outcome.UNREACHABLE
        elif barred:
            self.outcome[i] = Outcome.BARRED
        elif not prompted:
            self.outcome[i] = Outcome.NEVER_AROSE
        elif manner == Manner.SILENT:
            self.outcome[i] = Outcome.UNSAID
        else:
            self.speak(i, manner, around)

    def prompted(self, i: int) -> tuple[bool, bool]:
        """Whether what is replied to is there to be seen, and whether it was in its author's reach."""
        parent = self.parent(i)
        if parent < 0:
            return True, True
        message, root = self.message.get(parent), self.venue[int(self.drawn.occasions.root[i])]
        ends = self.session_ends(root, self.time(parent)) if root >= 0 else math.inf
        visible = message is not None and message.shown <= self.time(i) < (math.inf if self.was_heard(message, root) else message.gone)
        return visible and self.platforms[root].kind != "survey" and self.time(i) < ends, self.outcome[parent] != Outcome.UNREACHABLE

    # Kinds of platforms

    def session_ends(self, platform: int, time: float) -> float:
        """The hour at which a meeting is next closed, that of `time` itself where it is; inf on other platforms."""
        spec, hour = self.platforms[platform], math.floor(time)
        while spec.kind == "meeting" and self.is_held(spec, hour):
            hour += 1
        return hour if spec.kind == "meeting" else math.inf

    @staticmethod
    def is_held(spec: Platform, hour: int) -> bool:
        days = {"all": range(7), "weekdays": range(5), "weekend": (5, 6), "tuesday": (1,)}
        for hours in spec.hours:
            since = (hour + spec.utc_offset - hours.start) % 24
            day = (hour + spec.utc_offset - since) // 24 % 7
            if since < ((hours.end - hours.start) % 24 or 24) and day in days[hours.days]:
                return True
        return False

    def was_heard(self, message: Said, platform: int) -> bool:
        """Whether a message was spoken in a meeting, and heard there."""
        ends = self.session_ends(platform, message.time)
        return self.platforms[platform].kind == "meeting" and message.shown < min(ends, message.gone)

    def is_direct(self, room: int) -> bool:
        return ROOM_KINDS[self.drawn.rooms.kind[room]] == "direct"

    # Access

    def place_of(self, i: int) -> tuple[int, bool, bool]:
        """Platform (-1 not offered, -2 unreachable), whether the author reaches it, and whether around a block."""
        if self.parent(i) >= 0:
            root = self.venue[int(self.drawn.occasions.root[i])]
            return (max(root, -1), *self.reaches(i, root)) if root >= 0 else (-1, True, False)
        missed = False
        for platform in self.ranking[:, self.person(i)].tolist():
            answer = (platform, self.person(i), int(self.drawn.occasions.topic[i]))
            if platform < 0 or answer in self.answered or self.session_ends(platform, self.time(i)) <= self.time(i):
                continue
            reached, around = self.reaches(i, platform)
            if reached:
                if self.platforms[platform].kind == "survey":
                    self.answered.add(answer)
                return platform, True, around
            missed = True
        return (-2 if missed else -1), True, False

    def reaches(self, i: int, platform: int) -> tuple[bool, bool]:
        if "access" not in self.on or not self.fails(self.person(i), platform):
            return True, False
        spec, name = self.platforms[platform], self.platform_names[platform]
        friction = 0.0 if spec.kind == "survey" else spec.friction
        around = self.circumvents(self.person(i), platform) and self.luck(Purpose.FRICTION, i, name_key(name)) >= friction
        return around, around

    def block(self, person: int, platform: int) -> tuple[float, float]:
        """Share of people blocked where the person lives, and share of the platform's users there whom a sudden block recruits."""
        place, name = int(self.drawn.people.resident[person]), self.platform_names[platform]
        share, recruits = self.places[place].blocks.get(name, 0.0), 0.0
        for event in sorted(self.scenario.timeline, key=lambda event: event.at):
            reach = event.block or event.unblock
            if reach is not None and event.at <= self.now and (reach.platform, reach.jurisdiction) == (name, self.place_names[place]):
                share, recruits = (reach.share, reach.recruits) if event.block else (0.0, 0.0)
        return share, recruits

    def fails(self, person: int, platform: int) -> bool:
        return self.personal_luck(Purpose.REACH, person, name_key(self.platform_names[platform])) < self.block(person, platform)[0]

    def circumvents(self, person: int, platform: int) -> bool:
        people = self.drawn.people
        recruited = self.block(person, platform)[1] if self.ranking[0, person] == platform else 0.0
        return bool(people.circumvention_luck[person] < max(people.circumvention[person], recruited))

    def room(self, i: int) -> int:
        occasions, venue = self.drawn.occasions, self.venue[i]
        if venue == occasions.home[i]:
            return int(occasions.room[i])
        root, spec = int(occasions.root[i]), self.platforms[venue]
        contacts, network = self.network.get((int(occasions.person[root]), venue), []), spec.rooms.contacts
        if network is not None and contacts and self.luck(Purpose.TO_CONTACT, root) < network.share:
            return contacts[int(self.luck(Purpose.WHICH_CONTACT, root) * len(contacts))][1]
        direct = spec.kind not in ("survey", "direct") and self.luck(Purpose.DIRECT, root) < spec.rooms.direct
        return int(self.drawn.rooms.of_person[venue, -1 if direct else occasions.seat[root], occasions.person[root]])

    def networks(self) -> dict[tuple[int, int], list[tuple[int, int]]]:
        """Contacts of people on platforms with the rooms of the two: those rooms of two in which nobody has a seat."""
        rooms, found = self.drawn.rooms, dict[tuple[int, int], list[tuple[int, int]]]()
        for room in sorted(set(range(1, len(rooms.size))) - set(rooms.of_person.ravel().tolist())):
            one, other = rooms.member[rooms.start[room] : rooms.start[room + 1]].tolist()
            for person, contact in ((one, other), (other, one)):
                found[person, int(rooms.platform[room])] = sorted([*found.get((person, int(rooms.platform[room])), []), (contact, room)])
        return found

    def contacts(self, person: int) -> set[int]:
        return {contact for platform in range(len(self.platforms)) for contact, _ in self.network.get((person, platform), [])}

    # Voice

    def choose(self, i: int, start: float, before: list[Said]) -> Manner:
        """U(manner) = benefit + climate + reactance - risk - cost; first the manner, then speaking against silence."""
        people, voice, person = self.drawn.people, self.scenario.voice, self.person(i)
        sigma, x = self.scenario.importance_sigma, self.stance(i)
        importance = math.exp(sigma * NormalDist().inv_cdf(self.luck(Purpose.IMPORTANCE, i)) - sigma**2 / 2)
        benefit, heat = float(people.benefit[person]) * importance, self.heat(i)
        removal = reprisal = noticed = 0.0
        if "fear" in self.on:
            self.removal_risk[i] = removal = self.perceived_removal(i, start, before)
            self.reprisal_risk[i] = reprisal = self.perceived_reprisal(i, start)
        if self.on & {"moderation", "surveillance"}:
            noticed = self.noticed(i, start, before)
        agreement = float(people.conformity[person]) * self.climate(i, start, before)
        risk = float(people.fear[person]) * (voice.fear_of_removal * removal + voice.fear_of_reprisal * reprisal)
        y = x + voice.softening * (1 - x)
        utility = {
            Manner.SINCERE: benefit + agreement * x + float(people.reactance[person]) * noticed - risk * heat - voice.cost,
            Manner.SOFTENED: voice.softened_value * benefit + agreement * y - risk * heat * (1 - voice.softening)
            - voice.cost - voice.softened_cost,
        }  # fmt: skip
        if self.luck(Purpose.FLUENT, i) < people.code_fluency[person]:
            evaded = risk * heat * (1 - voice.coded_evasion)
            utility[Manner.CODED] = voice.coded_value * benefit + agreement * x - evaded - voice.cost - voice.coded_cost
        top = max(utility.values())
        weights = {manner: math.exp((u - top) / voice.manner_temperature) for manner, u in utility.items()}
        inclusive = top + voice.manner_temperature * math.log(sum(weights.values()))
        if self.luck(Purpose.SPEAK, i) >= 1 / (1 + math.exp(-inclusive / voice.temperature)):
            return Manner.SILENT
        drawn = self.luck(Purpose.MANNER, i) * sum(weights.values())
        for manner, weight in weights.items():
            if drawn < weight:
                return manner
            drawn -= weight
        return manner

    # Beliefs, each a sum over everything that has happened

    def perceived_removal(self, i: int, now: float, before: list[Said]) -> float:
        spec, person, platform = self.scenario.beliefs, self.person(i), self.venue[i]
        prior = self.told("removal", person, platform, now)
        if prior is None:
            name = self.place_names[int(self.drawn.people.registered[person])]
            stated = self.platforms[platform].perceived_removal.get(name, spec.removal_prior)
            prior = 0.0 if self.platforms[platform].safeguards.rules_waived and self.believes(person, platform) else stated
        heat, acted = 0.0, 0.0
        for message in before:
            mine, heard = self.same_pair(message, i), self.same_talk(message, i)
            seen = self.decay(now - message.time, spec.removal_half_life) * message.heat
            heat += seen * (mine + spec.witness_weight * (heard and message.published))
            for time, rule, weight, learns in self.lessons(message, now):
                lesson = weight * self.decay(now - time, spec.removal_half_life) * message.heat
                own = self.weight_on_topic(message, rule, i) * learns
                acted += lesson * (own + spec.witness_weight * (heard and rule.notice == "public"))
        mean = min((spec.removal_strength * prior + acted) / (spec.removal_strength + heat), 1.0)
        spread = math.sqrt(max(mean * (1 - mean), 0.0) / (spec.removal_strength + heat + 1))
        return min(mean + spec.ambiguity_aversion * spread, 1.0)

    def lessons(self, message: Said, now: float) -> list[tuple[float, Rule, float, bool]]:
        """What has been done to a message by now: when, under which rule, its weight, and whether the author learns of it."""
        found = []
        if self.has_gone(message, now):
            rule = self.rules[message.rule][2]
            found.append((self.when(message), rule, 1.0, self.author_learns(message, rule) or bool(self.steps_after(message, now))))
        if message.label[0] <= now:
            rule = self.rules[message.label[1]][2]
            found.append((message.label[0], rule, self.scenario.beliefs.label_weight, self.author_learns(message, rule)))
        return found

    def weight_on_topic(self, message: Said, rule: Rule, i: int) -> float:
        """Of an action on a message, for what its author believes about an occasion's topic."""
        if message.person != self.person(i) or self.same_pair(message, i):
            return float(self.same_pair(message, i))
        return 0.0 if rule.reason and rule.notice != "none" else self.scenario.beliefs.spillover

    def noticed(self, i: int, now: float, before: list[Said]) -> float:
        spec, actions = self.scenario.beliefs, 0.0
        for message in before:
            mine = message.person == self.person(i)
            if mine and self.has_gone(message, now):
                actions += self.decay(now - self.when(message), spec.noticed_half_life) * len(self.steps_after(message, now))
            for time, rule, weight, learns in self.lessons(message, now):
                weight *= self.decay(now - time, spec.noticed_half_life) * (
                    spec.explained_weight if rule.reason and rule.notice != "none" else 1.0
                )
                actions += weight * (mine and learns)
                actions += weight * spec.witness_weight * (self.same_room(message, i) and rule.notice == "public")
        actions += sum(self.decay(now - time, spec.noticed_half_life) * spec.emboldening for time in self.angered(i))
        return 1 - math.exp(-actions / spec.noticed_scale)

    def angered(self, i: int) -> list[float]:
        """When members of one's rooms, or contacts, were acted against on topics on which one is a critic oneself."""
        me, stances = self.person(i), self.drawn.people.stance[self.person(i)]
        rooms = [set(np.unique(self.drawn.rooms.of_person[:, :, person]).tolist()) - {0} for person in range(len(self.drawn.people))]
        mine = self.contacts(me)
        known = [(time, topic) for time, other, topic in self.cases if other != me and (rooms[other] & rooms[me] or other in mine)]
        return [time for time, topic in known if stances[topic] < 0]

    def climate(self, i: int, now: float, before: list[Said]) -> float:
        spec = self.scenario.beliefs
        heard = [m for m in before if self.same_talk(m, i) and m.published]
        weights = [self.decay(now - m.time, spec.climate_half_life) for m in heard]
        return sum(w * m.stance for w, m in zip(weights, heard, strict=True)) / (sum(weights) + spec.climate_strength)

    def perceived_reprisal(self, i: int, now: float) -> float:
        people, person, platform = self.drawn.people, self.person(i), self.venue[i]
        home, law = int(people.resident[person]), int(people.registered[person])
        believes = self.believes(person, platform)
        distance = 1.0 if home == law else self.places[law].reprisal.abroad
        direct = self.is_direct(self.room(i))
        at_home, from_afar = self.exposure(platform, home, believes, direct), self.exposure(platform, law, believes, direct) * distance
        prior = self.told("reprisal", person, platform, now)
        if prior is None:
            prior = max(at_home * self.places[home].perceived_reprisal, from_afar * self.places[law].perceived_reprisal)
        return 1 - (1 - prior) * math.exp(-self.news(i, now) * max(at_home, from_afar))

    def exposure(self, platform: int, place: int, believes: bool, direct: bool) -> float:
        spec, name = self.platforms[platform], self.place_names[place]
        promises = spec.safeguards.anonymity or spec.safeguards.no_data_sharing
        if name in spec.perceived_exposure and not (promises and believes):
            return spec.perceived_exposure[name]
        return self.identity(platform, believes) * self.passed_on(platform, place, believes, in_public=not direct)

    def news(self, i: int, now: float) -> float:
        """Of reprisals: from the timeline, of one's own, and of people in the room."""
        spec, person, room, total = self.scenario.beliefs, self.person(i), self.room(i), 0.0
        for event in self.scenario.timeline:
            told = event.reprisal_news
            if told is not None and event.at <= now:
                place = self.place_names.index(told.jurisdiction)
                concerned = place in (self.drawn.people.registered[person], self.drawn.people.resident[person])
                hears = self.personal_luck(Purpose.HEARS_NEWS, person, name_key(repr(event.at), told.jurisdiction)) < told.reach
                total += told.weight * self.decay(now - event.at, spec.reprisal_half_life) * (concerned and hears)
        for time, target, _ in self.cases:
            weight = self.decay(now - time, spec.reprisal_half_life)
            in_room = room > 0 and room in self.drawn.rooms.of_person[:, :, target]
            total += weight * (spec.reprisal_own * (target == person) + spec.reprisal_witness * in_room)
            total += weight * spec.reprisal_witness * (person in self.contacts(target))
        return total

    def told(self, belief: str, person: int, platform: int, now: float) -> float | None:
        latest = None
        for event in sorted(self.scenario.timeline, key=lambda event: event.at):
            said = event.announce
            if said is None or event.at > now or said.belief != belief or self.platform_names.index(said.platform) != platform:
                continue
            group = list(self.scenario.groups)[int(self.drawn.people.group[person])]
            salt = name_key(repr(event.at), said.platform, belief)
            if (said.groups is None or group in said.groups) and (
                self.personal_luck(Purpose.BELIEVES_ANNOUNCEMENT, person, salt) < said.believed
            ):
                latest = said.value
        return latest

    def believes(self, person: int, platform: int) -> bool:
        return self.personal_luck(Purpose.BELIEVES_SAFEGUARDS, person) < self.platforms[platform].safeguards.believed

    # Moderation

    def speak(self, i: int, manner: Manner, around: bool) -> None:
        """The message, the rules, and the authorities."""
        voice, x = self.scenario.voice, self.stance(i)
        factor = {Manner.SINCERE: 1.0, Manner.SOFTENED: 1 - voice.softening, Manner.CODED: 1 - voice.coded_evasion}[manner]
        message = Said(
            i, self.person(i), int(self.drawn.occasions.topic[i]), self.room(i), self.time(i),
            heat=self.heat(i) * factor,
            stance=x + voice.softening * (1 - x) if manner == Manner.SOFTENED else x,
            criticality=(1 - x) / 2 * factor,
            kept=self.luck(Purpose.SAFEGUARD_KEPT, i) < self.platforms[self.venue[i]].safeguards.kept,
        )  # fmt: skip
        self.voice[i], self.outcome[i], self.message[i] = manner, Outcome.STOOD, message
        self.marks[i] |= Mark.CIRCUMVENTED if around else 0
        message.shown, message.audience = message.time, self.audience(message.room, self.venue[i])
        if "moderation" in self.on:
            self.moderate(i, message)
        self.said.append(message)
        if "surveillance" in self.on:
            for place in range(len(self.places)):
                self.watch(i, message, place)

    def moderate(self, i: int, message: Said) -> None:
        """Rules before publication, then those after it; the soonest removal counts."""
        labels: list[tuple[float, int]] = []
        numbered = [(index, *rule) for index, rule in enumerate(self.rules) if rule[0] == self.venue[i]]
        for index, _, name, rule in sorted(numbered, key=lambda entry: entry[3].action != "block"):
            flagged = self.flagged(i, message, name, rule)
            if not message.published or flagged == math.inf:
                continue
            if rule.action == "block":
                message.shown, message.rule, self.outcome[i] = math.inf, index, Outcome.BLOCKED
                continue
            at = message.time + flagged + self.wait(rule.delay, Purpose.RULE_DELAY, i, self.salt(i, name))
            if rule.action == "label":
                labels.append((at, index))
            elif at < message.gone:
                message.gone, message.rule = at, index
        if message.gone < self.scenario.horizon:
            self.outcome[i] = Outcome.REMOVED if self.rules[message.rule][2].action == "remove" else Outcome.HIDDEN
        elif self.outcome[i] == Outcome.STOOD:
            message.rule = -1
        if message.rule >= 0 and self.notice(message) != "none":
            self.marks[i] |= Mark.NOTIFIED
        if labels and min(labels)[0] < min(message.gone, self.scenario.horizon):
            message.label = at, by = min(labels)
            to_come = 0.5 ** ((at - message.time) / self.platforms[self.venue[i]].reading.half_life)
            message.audience = round(message.audience * (1 - self.rules[by][2].turns_away * to_come))
            self.marks[i] |= Mark.LABELLED

    def flagged(self, i: int, message: Said, name: str, rule: Rule) -> float:
        """Hours from publication to the flag; infinite for never."""
        if not self.covers(i, message, rule):
            return math.inf
        drawn = self.luck(Purpose.RULE, i, self.salt(i, name))
        if isinstance(rule, ReportRule):
            return self.reported(i, message, name, rule, drawn)
        if isinstance(rule, SampleRule):
            chance = rule.share
        elif isinstance(rule, DirectiveRule):
            meant = self.leans(message, rule.stance) and message.heat >= rule.heat
            chance = rule.compliance if meant else 0.0
        else:
            assert isinstance(rule, ClassifierRule)
            chance = rule.recall if message.heat >= rule.threshold else rule.false_positive_rate
        return 0.0 if drawn < chance else math.inf

    def covers(self, i: int, message: Said, rule: Rule) -> bool:
        people, platform = self.drawn.people, self.platforms[self.venue[i]]
        return (
            (rule.registered_in is None or self.place_names[int(people.registered[message.person])] in rule.registered_in)
            and (rule.resides_in is None or self.place_names[int(people.resident[message.person])] in rule.resides_in)
            and (rule.rooms is None or ROOM_KINDS[self.drawn.rooms.kind[message.room]] in rule.rooms)
            and (rule.topics is None or self.topics[message.topic] in rule.topics)
            and rule.start <= message.time < (math.inf if rule.end is None else rule.end)
            and not (platform.safeguards.rules_waived and message.kept)
        )

    def leans(self, message: Said, leaning: str) -> bool:
        return leaning == "any" or (message.stance < 0 if leaning == "critical" else message.stance > 0)

    def reported(self, i: int, message: Said, name: str, rule: ReportRule, drawn: float) -> float:
        """Reports come as people read; a brigade adds its own, all at one time."""
        reading, salt = self.platforms[self.venue[i]].reading, self.salt(i, name)
        expected = (rule.rate if message.heat >= rule.threshold else rule.false_rate) * message.audience * reading.share

        def comes(number: int) -> float:
            if number <= 0:
                return 0.0
            at = float(gammaincinv(number, drawn))
            return -reading.half_life * math.log2(1 - at / expected) if at < expected else math.inf

        alone, brigade = comes(rule.needed), rule.brigade
        if brigade is None:
            return alone
        group = list(self.scenario.groups)[int(self.drawn.people.group[message.person])]
        meant = (
            (brigade.groups is None or group in brigade.groups)
            and (brigade.topics is None or self.topics[message.topic] in brigade.topics)
            and self.leans(message, brigade.stance)
        )
        found = meant and self.luck(Purpose.BRIGADE, i, salt) < brigade.share
        added = int(poisson(np.array([brigade.reports if found else 0.0]), np.array([self.luck(Purpose.BRIGADE_REPORTS, i, salt)]))[0])
        return min(alone, max(self.wait(brigade.delay, Purpose.BRIGADE_DELAY, i, salt), comes(rule.needed - added)))

    def has_gone(self, message: Said, now: float) -> bool:
        """Whether a rule has acted on it by now."""
        return message.rule >= 0 and self.when(message) <= now and self.when(message) < self.scenario.horizon

    def when(self, message: Said) -> float:
        return message.gone if message.published else message.time

    def notice(self, message: Said) -> str:
        return self.rules[message.rule][2].notice

    def author_learns(self, message: Said, rule: Rule) -> bool:
        return rule.notice != "none" or self.luck(Purpose.DISCOVERY, message.occasion) < self.scenario.beliefs.discovery

    # Sanctions

    def steps(self, person: int, platform: int, now: float) -> list[tuple[float, Said, Step]]:
        """Steps that an account has met with by now: points of the window that reach a step not taken within the window."""
        spec, taken = self.platforms[platform].sanctions, list[tuple[float, Said, Step]]()
        theirs = [m for m in self.said if m.person == person and self.venue[m.occasion] == platform and self.has_gone(m, now)]
        for message in sorted(theirs, key=self.when) if spec else ():
            time = self.when(message)
            points = sum(self.rules[m.rule][2].severity for m in theirs if time - spec.window < self.when(m) <= time)
            recent = [step for when, _, step in taken if when > time - spec.window]
            taken += [(time, message, step) for step in spec.ladder if points >= step.points and step not in recent]
        return taken

    def steps_after(self, message: Said, now: float) -> list[Step]:
        """Steps that the action on a message led to."""
        return [step for _, cause, step in self.steps(message.person, self.venue[message.occasion], now) if cause is message]

    def barred_by_platform(self, i: int) -> bool:
        if "moderation" not in self.on or self.venue[i] < 0:
            return False
        steps = self.steps(self.person(i), self.venue[i], self.time(i))
        ends = [time + (math.inf if step.lasts is None else step.lasts) for time, _, step in steps if step.action != "warn"]
        return max(ends, default=-1.0) > self.time(i)

    # Surveillance

    def watch(self, i: int, message: Said, place: int) -> None:
        """Passed on, identified, acted against: each by its chance."""
        people, spec = self.drawn.people, self.places[place]
        at_home = int(people.resident[message.person]) == place
        if not (at_home or int(people.registered[message.person]) == place):
            return
        heat = spec.sensitivity.get(self.topics[message.topic], 0.0) * message.criticality
        salt, venue = name_key(self.place_names[place]), self.venue[i]
        in_public = message.published and not self.is_direct(message.room)
        passed = self.passed_on(venue, place, message.kept, in_public)
        if self.luck(Purpose.AUTHORITY_SEES, i, salt) < heat * passed and (
            self.luck(Purpose.IDENTIFIED, i, salt) < self.identity(venue, message.kept)
        ):
            self.marks[i] |= Mark.IDENTIFIED
            hazard = spec.reprisal.hazard * heat * (1.0 if at_home else spec.reprisal.abroad)
            if self.luck(Purpose.REPRISAL, i, salt) < hazard:
                at = message.time + self.wait(spec.reprisal.delay, Purpose.REPRISAL_DELAY, i, salt)
                self.reprisals.append((at, message.person, place, message.topic))

    def passed_on(self, platform: int, place: int, promise: bool, in_public: bool) -> float:
        spec = self.platforms[platform]
        shared = spec.shares_with.get(self.place_names[place], 0.0)
        shared = 0.0 if promise and spec.safeguards.no_data_sharing else shared
        watched = self.places[place].watches_public if spec.kind == "feed" and in_public else 0.0
        return 1 - (1 - watched) * (1 - shared)

    def identity(self, platform: int, promise: bool) -> float:
        spec = self.platforms[platform]
        return spec.anonymous_identity if promise and spec.safeguards.anonymity else spec.identity

    def punish_until(self, now: float) -> None:
        """Reprisals that are due, in order of time; who is silenced already is left alone."""
        due = sorted(case for case in self.reprisals if case[0] < now)
        self.reprisals = [case for case in self.reprisals if case[0] >= now]
        for time, person, place, topic in due:
            if self.barred_until.get(person, 0.0) <= time:
                self.barred_until[person] = time + self.places[place].reprisal.silence
                self.cases.append((time, person, topic))

    # The convenor and other readers

    def collect(self) -> None:
        """Count what can be seen at the visit after it was said; see what some member read, or what was counted."""
        spec = self.scenario.convenor
        for i, message in self.message.items():
            visit = min(spec.start + spec.every * (math.floor((message.time - spec.start) / spec.every) + 1), self.scenario.horizon)
            coded = self.voice[i] == Manner.CODED and self.luck(Purpose.COMPREHENSION, i) >= spec.comprehends_coded
            collected = self.platform_names[self.venue[i]] in spec.collects and message.time >= spec.start
            live = self.platforms[self.venue[i]].kind == "meeting"
            found = self.was_heard(message, self.venue[i]) if live else message.shown <= visit < message.gone
            if collected and found and not coded:
                self.marks[i] |= Mark.COUNTED | Mark.SEEN
            if self.luck(Purpose.READ, i) < 1 - math.exp(-self.readers(i, message)):
                self.marks[i] |= Mark.SEEN

    def readers(self, i: int, message: Said) -> float:
        if not message.published:
            return 0.0
        reading = self.platforms[self.venue[i]].reading
        if self.platforms[self.venue[i]].kind == "meeting":
            return message.audience * reading.share * self.was_heard(message, self.venue[i])
        visible = min(message.gone, self.scenario.horizon) - message.shown
        return message.audience * reading.share * (1 - 0.5 ** (visible / reading.half_life))

    def audience(self, room: int, platform: int) -> int:
        """Others in the room who can reach it."""
        rooms = self.drawn.rooms
        members = rooms.member[rooms.start[room] : rooms.start[room + 1]].tolist() if room > 0 else []
        if "access" in self.on:
            members = [member for member in members if not self.fails(member, platform) or self.circumvents(member, platform)]
        return max(len(members) - 1, 0)

    # Small things

    def person(self, i: int) -> int:
        return int(self.drawn.occasions.person[i])

    def parent(self, i: int) -> int:
        return int(self.drawn.occasions.parent[i])

    def time(self, i: int) -> float:
        return float(self.drawn.occasions.time[i])

    def stance(self, i: int) -> float:
        return float(self.drawn.people.stance[self.person(i), self.drawn.occasions.topic[i]])

    def heat(self, i: int) -> float:
        people, topic = self.drawn.people, self.topics[int(self.drawn.occasions.topic[i])]
        laws = (int(people.resident[self.person(i)]), int(people.registered[self.person(i)]))
        return max(self.places[law].sensitivity.get(topic, 0.0) for law in laws) * (1 - self.stance(i)) / 2

    def same_pair(self, message: Said, i: int) -> bool:
        return message.person == self.person(i) and message.topic == self.drawn.occasions.topic[i]

    def same_room(self, message: Said, i: int) -> bool:
        return message.room == self.room(i) and message.room > 0

    def same_talk(self, message: Said, i: int) -> bool:
        return self.same_room(message, i) and message.topic == self.drawn.occasions.topic[i]

    def salt(self, i: int, rule: str) -> int:
        return name_key("rule", self.platform_names[self.venue[i]], rule)

    def luck(self, purpose: Purpose, i: int, salt: int = 0) -> float:
        return float(luck(purpose, self.drawn.occasions.key[i : i + 1], salt)[0])

    def personal_luck(self, purpose: Purpose, person: int, salt: int = 0) -> float:
        return float(luck(purpose, self.drawn.people.key[person : person + 1], salt)[0])

    def wait(self, delay: Delay, purpose: Purpose, i: int, salt: int) -> float:
        return float(waits(delay, np.array([self.luck(purpose, i, salt)]))[0])

    @staticmethod
    def decay(hours: float, half_life: float) -> float:
        return float(0.5 ** (hours / half_life))
