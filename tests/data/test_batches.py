"""Batches: every picture once, chance at an address, and never a thread left behind."""

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as drawn
from PIL import Image

from core.catalog.augmentations import AUGMENTATIONS
from core.data.batches import AHEAD, MIX, ORDER, PICTURE, STEP, TURN, Varied, cut, draw, in_turns, order_of, prefetched
from core.data.pixels import Canvases, Preparation
from core.data.source import Source

SEEDS = drawn.integers(0, 2**32 - 1)
Ready = Callable[[Callable[[np.ndarray], int], list[np.ndarray], int], Iterator[int]]
LABELS = drawn.lists(drawn.integers(0, 4), min_size=1, max_size=60).map(np.array)


def stream(*address: int) -> tuple[int, ...]:
    return tuple(draw(*address).integers(2**62, size=4))


@given(
    drawn.sampled_from([ORDER, PICTURE, STEP, MIX]), SEEDS, SEEDS, drawn.integers(0, 2**44 - 1), drawn.integers(0, 1000)
)
def test_an_address_is_the_same_draw_and_any_other_is_another(
    purpose: int, seed: int, epoch: int, place: int, view: int
):
    here = stream(purpose, seed, epoch, place, view)
    assert here == stream(purpose, seed, epoch, place, view)
    neighbours = {
        stream((purpose + 1) % 4, seed, epoch, place, view),
        stream(purpose, seed ^ 1, epoch, place, view),
        stream(purpose, seed, epoch ^ 1, place, view),
        stream(purpose, seed, epoch, place ^ 1, view),
        stream(purpose, seed, epoch, place, view ^ 1),
    }
    assert len(neighbours | {here}) == 6


@pytest.mark.parametrize("seed", [0, 2**31 - 1, 2**31, 2**32 - 1])
def test_the_largest_seeds_know_their_epochs_too(seed: int):
    assert len({stream(ORDER, seed, epoch, 0) for epoch in range(20)}) == 20


def test_seed_and_epoch_are_not_confused():
    assert stream(ORDER, 1, 0, 0) != stream(ORDER, 0, 1, 0)
    assert stream(PICTURE, 0, 0, 1, 0) != stream(PICTURE, 0, 0, 0, 1)


@given(LABELS, SEEDS, drawn.integers(0, 1000))
def test_an_epoch_shows_every_picture_once(labels: np.ndarray, seed: int, epoch: int):
    assert sorted(order_of(labels, seed, epoch, balanced=False)) == list(range(len(labels)))


@pytest.mark.parametrize("balanced", [False, True])
def test_the_order_is_another_in_each_epoch_and_for_each_seed(balanced: bool):
    labels = np.arange(50) % 5
    orders = {tuple(order_of(labels, seed, epoch, balanced)) for seed in range(5) for epoch in range(5)}
    assert len(orders) == 25
    assert tuple(order_of(labels, 0, 0, balanced)) in orders


def test_balanced_draws_every_class_equally_often():
    labels = np.repeat([0, 1, 2], [900, 90, 10])
    drawn_labels = np.concatenate([labels[order_of(labels, 0, epoch, balanced=True)] for epoch in range(10)])
    assert len(drawn_labels) == 10 * len(labels)
    assert np.bincount(drawn_labels) / len(drawn_labels) == pytest.approx([1 / 3] * 3, abs=0.02)


def test_balanced_passes_over_classes_that_have_no_picture():
    labels = np.array([0, 0, 0, 4])
    assert set(order_of(labels, 0, 0, balanced=True)) <= {0, 1, 2, 3}


@given(drawn.integers(1, 300), drawn.integers(1, 320))
def test_batches_hold_every_picture_in_order_and_none_is_left_alone(pictures: int, batch_size: int):
    batches = cut(np.arange(pictures), batch_size)
    assert np.concatenate(batches).tolist() == list(range(pictures))
    sizes = [len(batch) for batch in batches]
    assert set(sizes[:-1]) <= {batch_size} and 1 <= sizes[-1] <= batch_size + 1
    if batch_size > 1 and pictures > 1:
        assert min(sizes) > 1
    if batch_size == 1:
        assert sizes == [1] * pictures


class Lesson:
    """Drawn pictures, each unlike the others, cut to their centres."""

    def __init__(self, folder: Path):
        def read(index: int) -> Image.Image:
            pixels = np.random.default_rng(index).integers(0, 256, (40, 40, 3), dtype=np.uint8)
            return Image.fromarray(pixels)

        source = Source(
            name="drawn",
            classes=("a", "b"),
            labels=np.arange(12) % 2,
            files=[str(number) for number in range(12)],
            given=[""] * 12,
            read=read,
            fingerprint="drawn",
        )
        self.preparation = Preparation(size=(28, 28), fit="crop", mean=(0.5,) * 3, std=(0.5,) * 3)
        self.canvases = Canvases(source, self.preparation, folder)

    def varied(self, *names: str, seed: int = 0) -> Varied:
        return Varied(self.canvases, [AUGMENTATIONS.build(AUGMENTATIONS.choose(name)) for name in names], seed)


def test_without_augmentation_training_sees_what_evaluation_sees(tmp_path: Path):
    lesson, numbers = Lesson(tmp_path), np.array([3, 1, 3])
    seen = lesson.preparation.seen(lesson.canvases[numbers])
    assert np.array_equal(lesson.varied().pictures(numbers, epoch=5), seen)
    assert np.array_equal(lesson.varied("none").pictures(numbers, epoch=5), seen)


@pytest.mark.parametrize("name", [name for name in AUGMENTATIONS if name != "none"])
def test_what_happens_to_a_picture_depends_on_neither_its_batch_nor_its_neighbours(tmp_path: Path, name: str):
    varied = Lesson(tmp_path).varied(name)
    together = varied.pictures(np.arange(12), epoch=3)
    apart = [varied.pictures(batch, epoch=3) for batch in np.split(np.arange(12)[::-1], [5, 6])]
    assert np.array_equal(np.concatenate(apart)[::-1], together)
    assert (together.shape, together.dtype) == ((12, 28, 28, 3), np.uint8)
    others = [varied.pictures(np.arange(12), epoch=4), varied.pictures(np.arange(12), epoch=3, view=1)]
    others.append(Lesson(tmp_path).varied(name, seed=1).pictures(np.arange(12), epoch=3))
    assert all(not np.array_equal(other, together) for other in others)


def test_threads_change_nothing(tmp_path: Path):
    varied, batches = Lesson(tmp_path).varied("trivial", "resized_crop_flip"), cut(np.arange(12), 2)
    alone, *others = (
        np.concatenate(list(ready(lambda batch: varied.pictures(batch, 1), batches, threads)))
        for ready, threads in ((prefetched, 0), (prefetched, 4), (in_turns, 1), (in_turns, 4))
    )
    assert all(np.array_equal(alone, each) for each in others)


@pytest.mark.parametrize("threads", [0, 1, 2, 8])
@pytest.mark.parametrize("count", [0, 1, AHEAD, AHEAD + 1, 20])
def test_batches_come_in_their_order_however_long_each_takes(threads: int, count: int):
    def slow_at_first(batch: np.ndarray) -> int:
        time.sleep(0.002 if batch[0] % 3 == 0 else 0)
        return int(batch[0])

    batches = [np.array([n]) for n in range(count)]
    assert list(prefetched(slow_at_first, batches, threads)) == list(range(count))
    assert list(in_turns(slow_at_first, batches, max(1, threads))) == list(range(count))


@pytest.mark.parametrize(("ready", "threads"), [(prefetched, 0), (prefetched, 1), (prefetched, 3), (in_turns, 3)])
def test_what_goes_wrong_in_a_thread_is_raised_where_the_batch_is_wanted(ready: Ready, threads: int):
    def third_is_torn(batch: np.ndarray) -> int:
        if batch[0] == 2:
            raise OSError("torn")
        return int(batch[0])

    before, made = threading.active_count(), []
    with pytest.raises(OSError, match="torn"):
        made.extend(ready(third_is_torn, [np.array([n]) for n in range(9)], threads))
    assert threading.active_count() == before


@pytest.mark.parametrize("threads", [1, 3])
def test_who_walks_away_leaves_no_thread_and_no_work_behind(threads: int):
    begun: list[int] = []

    def make(batch: np.ndarray) -> int:
        begun.append(int(batch[0]))
        time.sleep(0.005)
        return int(batch[0])

    before = threading.active_count()
    coming = prefetched(make, [np.array([n]) for n in range(100)], threads)
    assert [next(coming), next(coming)] == [0, 1]
    coming.close()  # type: ignore[attr-defined]
    assert threading.active_count() == before
    assert len(begun) <= 2 + AHEAD
    made = len(begun)
    time.sleep(0.02)
    assert len(begun) == made


def test_no_more_than_a_few_batches_are_held_in_memory():
    made = 0

    def make(batch: np.ndarray) -> int:
        nonlocal made
        made += 1
        return int(batch[0])

    for used, _ in enumerate(prefetched(make, [np.array([n]) for n in range(30)], 2)):
        assert made <= used + 1 + AHEAD


@pytest.mark.parametrize("pictures", [1, 32, TURN, 3 * TURN])
def test_in_turns_nothing_is_made_while_a_network_has_the_cores(pictures: int):
    made = 0

    def make(batch: np.ndarray) -> int:
        nonlocal made
        made += 1
        return len(batch)

    turn = max(1, TURN // pictures)
    batches = cut(np.arange(pictures * (2 * turn + 1)), pictures)
    for used, _ in enumerate(in_turns(make, batches, 2)):
        time.sleep(0.001)
        assert made == min(len(batches), turn * (used // turn + 1)), "those of this turn, and none ahead"
