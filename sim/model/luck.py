"""Keyed random numbers: every decision is a pure function of (seed, replication, purpose, who or what it concerns).

The same occasion therefore has the same luck in every world and in every scenario that shares the seed and the people,
and no result can depend on the number of workers, on order, on batching or on a resume.
"""

from __future__ import annotations

import functools
import hashlib
from enum import IntEnum, auto

import numpy as np
from numpy.typing import NDArray
from scipy.special import pdtr

from sim.model.arrays import Ints

Keys = NDArray[np.uint64]
Floats = NDArray[np.float64]

_GOLDEN = 0x9E3779B97F4A7C15
_MASK = 0xFFFFFFFFFFFFFFFF
_M1, _M2 = np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)
_S30, _S27, _S31, _S11 = np.uint64(30), np.uint64(27), np.uint64(31), np.uint64(11)
_ODD = np.uint64(1)
"""Makes 53 bits odd: never 0, never 1 after scaling, and exact as a float."""


class Purpose(IntEnum):
    """What a random number decides. Each is used at one place only, so that no two decisions share their luck."""

    RATE = auto()
    BENEFIT = auto()
    FEAR = auto()
    STANCE_COMMON = auto()
    STANCE_TOPIC = auto()
    CIRCUMVENTS = auto()
    HABIT = auto()
    BELIEVES_SAFEGUARDS = auto()
    BELIEVES_ANNOUNCEMENT = auto()
    HEARS_NEWS = auto()
    COMMUNITY = auto()
    ROOM_SEAT = auto()
    ROOM_SIZE = auto()
    DAY_COUNT = auto()
    SURGE_COUNT = auto()
    SURGE_THIN = auto()
    HOUR = auto()
    TOPIC = auto()
    IMPORTANCE = auto()
    ROOM = auto()
    REPLY_COUNT = auto()
    REPLY_DELAY = auto()
    REPLIER = auto()
    FLUENT = auto()
    SPEAK = auto()
    MANNER = auto()
    PHRASE = auto()
    REACH = auto()
    FRICTION = auto()
    RULE = auto()
    RULE_DELAY = auto()
    SERVICE = auto()
    REVIEW_ERROR = auto()
    DISCOVERY = auto()
    SAFEGUARD_KEPT = auto()
    AUTHORITY_SEES = auto()
    IDENTIFIED = auto()
    REPRISAL = auto()
    REPRISAL_DELAY = auto()
    READ = auto()
    COMPREHENSION = auto()
    BRIGADE = auto()
    BRIGADE_REPORTS = auto()
    BRIGADE_DELAY = auto()
    DIRECT = auto()
    INTERPRETATION = auto()
    APPEAL = auto()
    APPEAL_DELAY = auto()
    APPEAL_SERVICE = auto()
    APPEAL_RULING = auto()
    TRACE_GROUP = auto()
    TRACE_TOPIC = auto()
    LISTED = auto()
    SPELL = auto()
    SPELL_REST = auto()
    VARIANT_LISTED = auto()
    VARIANT_LAG = auto()
    THRESHOLD = auto()
    SHYNESS = auto()
    CONFIDENCE = auto()
    ANSWER = auto()
    HOSTILE = auto()
    TARGETED = auto()
    ABUSE_COUNT = auto()
    ABUSE_DELAY = auto()
    ABUSER = auto()
    ABUSE_READ = auto()
    LEAVES = auto()
    SELF_DELETES = auto()
    SELF_DELETION_DELAY = auto()
    SURVEY_ARM = auto()
    LIST_ITEM = auto()
    LIST_SHADING = auto()
    NONRESPONSE = auto()
    REPORT_LOST = auto()
    CONTACT_ORDER = auto()
    CONTACTS = auto()
    CONTACT = auto()
    CONTACT_MORE = auto()
    REWIRED = auto()
    TO_CONTACT = auto()
    WHICH_CONTACT = auto()
    RETELLS = auto()


def _mix_int(value: int) -> int:
    value &= _MASK
    value = ((value ^ (value >> 30)) * int(_M1)) & _MASK
    value = ((value ^ (value >> 27)) * int(_M2)) & _MASK
    return value ^ (value >> 31)


@functools.lru_cache(maxsize=4096)
def _offset(purpose: Purpose, salt: int) -> np.uint64:
    return np.uint64(_mix_int(int(purpose) * _GOLDEN + salt))


def _mix(keys: Keys) -> Keys:
    """The finaliser of SplitMix64 (Steele, Lea & Flood 2014), in place."""
    keys ^= keys >> _S30
    keys *= _M1
    keys ^= keys >> _S27
    keys *= _M2
    keys ^= keys >> _S31
    return keys


def name_key(*parts: str | int) -> int:
    """A 64-bit key of names and numbers; different parts cannot run into one another."""
    text = "\x1f".join(f"{type(part).__name__}:{part}" for part in parts)
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "little")


def child_keys(parents: Keys, numbers: NDArray[np.integer] | int) -> Keys:
    """Keys of the `numbers`-th child of each parent, shape of the broadcast; numbers may be negative, as days before hour 0 are."""
    step = np.multiply(np.asarray(numbers).astype(np.uint64) + np.uint64(1), np.uint64(_GOLDEN), dtype=np.uint64)
    mixed: Keys = _mix(np.atleast_1d(parents + step))
    return mixed


def luck(purpose: Purpose, keys: Keys, salt: int = 0) -> Floats:
    """Uniform numbers in (0, 1), one a key; `salt` tells apart several decisions of one purpose (rules, platforms)."""
    mixed = _mix(keys + _offset(purpose, salt))
    mixed >>= _S11
    mixed |= _ODD
    draws = mixed.astype(np.float64)
    draws *= 2.0**-53
    return draws


def poisson(mean: Floats, uniform: Floats) -> Ints:
    """Poisson counts by inversion, so that each is a function of its own uniform number."""
    count = np.zeros(len(mean), np.int32)
    left = np.flatnonzero(uniform > np.exp(-mean))
    k = 0
    while len(left):
        k += 1
        count[left] = k
        left = left[uniform[left] > pdtr(k, mean[left])]
    return count


def children(keys: Keys, counts: Ints) -> tuple[Keys, Ints]:
    """Keys of `counts` children of each key, and the index of their parent."""
    person = np.repeat(np.arange(len(keys), dtype=np.int32), counts)
    number = np.arange(len(person)) - np.repeat(np.cumsum(counts) - counts, counts)
    return child_keys(keys[person], number), person
