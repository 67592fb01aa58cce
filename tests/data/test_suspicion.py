from dataclasses import replace

import numpy as np
import pytest

from core.data.audit import audit
from core.data.builtin import read_digits
from core.data.likeness import look_at
from core.data.splits import split
from core.data.suspicion import NEIGHBOURS, neighbours, suspicious


@pytest.fixture(scope="module")
def digits():
    return read_digits()


@pytest.fixture(scope="module")
def looks(digits):
    return [look_at(digits.read(index)) for index in range(len(digits))]


def test_wrong_labels_are_mostly_found_and_few_right_ones_doubted(digits, looks):
    chance = np.random.default_rng(0)
    changed = chance.choice(len(digits), 17, replace=False)
    labels = digits.labels.copy()
    labels[changed] = (labels[changed] + chance.integers(1, 10, 17)) % 10
    doubted = {each.files[0] for each in suspicious(replace(digits, labels=labels), looks)}
    planted = {digits.files[index] for index in changed}
    assert len(doubted & planted) >= 10
    assert len(doubted - planted) <= 3


def test_where_neighbours_tell_nothing_nothing_is_said(digits, looks):
    mixed = replace(digits, labels=np.random.default_rng(0).permutation(digits.labels))
    assert list(suspicious(mixed, looks)) == []


def test_a_handful_of_pictures_is_too_few_to_doubt_any(digits, looks):
    few = replace(digits, labels=digits.labels[:10])
    assert list(suspicious(few, looks[:10])) == []


def test_no_picture_is_its_own_neighbour():
    thumbnails = np.random.default_rng(0).normal(size=(700, 8)).astype(np.float32)
    found = neighbours(thumbnails)
    assert found.shape == (700, NEIGHBOURS)
    assert not (found == np.arange(700)[:, None]).any()


def test_an_audit_tells_of_doubts_without_calling_them_faults(digits):
    labels = digits.labels.copy()
    labels[:3] = (labels[:3] + 5) % 10
    doubts = [
        each for each in audit(replace(digits, labels=labels), split(digits)).findings if each.kind == "suspicious"
    ]
    assert {"digits/00000", "digits/00001"} <= {each.files[0] for each in doubts}
    assert {each.severity for each in doubts} == {"info"}
    assert "is called '5', but the pictures most like it are all called '0'" in doubts[0].message
