"""What torch computes is what scikit-learn decides."""

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.multiclass import OneVsRestClassifier
from sklearn.neighbors import KNeighborsClassifier, NearestCentroid
from sklearn.svm import SVC

from core.catalog.learners import LEARNERS, OnFeatures
from core.learners.calibrating import FOLDS, folds, sharpness_of
from core.learners.deciding import answers
from core.learners.fitting import Material, counting_alike, fit_of

FEATURES, CLASSES = 20, 4


def clouds(seed: int, each: int = 30) -> tuple[np.ndarray, np.ndarray]:
    """Rows of four classes that overlap a little, around the same middles whatever the seed."""
    middles = np.random.default_rng(0).normal(size=(CLASSES, FEATURES))
    labels = np.repeat(np.arange(CLASSES), each)
    noise = np.random.default_rng(seed).normal(size=(len(labels), FEATURES))
    return (middles[labels] + noise).astype(np.float32), labels


def material(balanced: bool = False) -> Material:
    rows, labels = clouds(1)
    kept = np.flatnonzero((labels != 3) | (np.arange(len(labels)) % 6 == 0))  # one class is small
    rows, labels = rows[kept], labels[kept]
    return Material(rows, labels, CLASSES, counting_alike(labels) if balanced else np.ones(len(labels)))


def learner_of(name: str, **knobs) -> OnFeatures:
    learner = LEARNERS.build(LEARNERS.choose(name, **knobs))
    assert isinstance(learner, OnFeatures)
    return learner


def our_scores(learned_from: Material, asked: np.ndarray, settings: dict[str, float], name: str, **knobs) -> np.ndarray:
    fit = fit_of(learner_of(name, **knobs), learned_from)
    return answers(fit.decision(np.arange(len(learned_from.labels)), settings), asked)


@pytest.mark.parametrize("kernel", ["linear", "rbf"])
@pytest.mark.parametrize("cost", [0.01, 1.0, 10.0])
def test_support_vectors_decide_as_scikit_learn_does(kernel: str, cost: float):
    taught, (asked, _) = material(), clouds(2)
    ours = our_scores(taught, asked, {"C": cost}, f"{kernel}_svm")
    theirs = OneVsRestClassifier(SVC(C=cost, kernel=kernel, gamma="scale")).fit(taught.rows, taught.labels)
    wanted = theirs.decision_function(asked)
    np.testing.assert_allclose(ours, wanted, atol=1e-5, rtol=1e-5)
    assert (ours.argmax(1) == wanted.argmax(1)).all()


@pytest.mark.parametrize("kernel", ["linear", "rbf"])
def test_weights_of_classes_reach_the_support_vectors(kernel: str):
    taught, (asked, _) = material(balanced=True), clouds(2)
    ours = our_scores(taught, asked, {"C": 0.001}, f"{kernel}_svm")
    for label in range(CLASSES):
        one = SVC(C=0.001, kernel=kernel).fit(taught.rows, taught.labels == label, sample_weight=taught.weights)
        np.testing.assert_allclose(ours[:, label], one.decision_function(asked), atol=1e-5, rtol=1e-5)
    unweighed = our_scores(material(), asked, {"C": 0.001}, f"{kernel}_svm")
    assert ours[:, 3].mean() > unweighed[:, 3].mean()


def test_logistic_regression_has_the_probabilities_of_scikit_learn():
    taught, (asked, _) = material(), clouds(2)
    ours = our_scores(taught, asked, {"C": 0.1}, "logistic")
    wanted = LogisticRegression(C=0.1, max_iter=1000).fit(taught.rows, taught.labels)
    np.testing.assert_allclose(ours, wanted.decision_function(asked), atol=1e-5)


def test_two_classes_have_a_score_each():
    rows, labels = clouds(1)
    two = Material(rows[labels < 2], labels[labels < 2], 2, np.ones(60))
    asked = clouds(2)[0]
    wanted = LogisticRegression(C=0.1, max_iter=1000).fit(two.rows, two.labels).predict(asked)
    assert (our_scores(two, asked, {"C": 0.1}, "logistic").argmax(1) == wanted).all()


@pytest.mark.parametrize("vote, weights", [("equal", "uniform"), ("near", "distance")])
@pytest.mark.parametrize("k", [1, 5])
def test_neighbours_vote_as_in_scikit_learn(vote: str, weights: str, k: int):
    taught, (asked, _) = material(), clouds(2)
    ours = our_scores(taught, asked, {"k": k}, "knn", vote=vote)
    theirs = KNeighborsClassifier(k, weights=weights).fit(taught.rows, taught.labels)  # type: ignore[arg-type]
    np.testing.assert_allclose(ours, theirs.predict_proba(asked), atol=1e-5)


def test_class_means_choose_the_nearest_centroid():
    taught, (asked, _) = material(), clouds(2)
    ours = our_scores(taught, asked, {}, "class_mean")
    assert (ours.argmax(1) == NearestCentroid().fit(taught.rows, taught.labels).predict(asked)).all()
    means = np.stack([taught.rows[taught.labels == label].mean(0) for label in range(CLASSES)])
    distances = ((asked[:, None] - means) ** 2).sum(-1)
    # The scores are squared distances, but for what all classes share.
    np.testing.assert_allclose(ours[:, 1:] - ours[:, :1], distances[:, :1] - distances[:, 1:], atol=1e-3)


def test_no_more_neighbours_are_asked_than_there_are():
    assert learner_of("knn", k=50).candidates(pictures=7) == [{"k": 7}]
    assert [each["k"] for each in learner_of("knn").candidates(pictures=4)] == [1, 3, 4]


def test_what_was_asked_for_is_the_only_candidate():
    assert learner_of("rbf_svm", C=2.5).candidates(pictures=100) == [{"C": 2.5}]
    assert len(learner_of("rbf_svm").candidates(pictures=100)) > 1


def test_classes_that_count_alike_weigh_the_same_in_sum():
    labels = np.array([0, 0, 0, 2])
    weights = counting_alike(labels)
    assert weights[:3].sum() == pytest.approx(weights[3]) == pytest.approx(2.0)


def test_every_fold_has_its_share_of_every_class():
    labels = np.repeat([0, 1, 2], [9, 6, 3])
    dealt = folds(labels)
    for label, share in enumerate((3, 2, 1)):
        assert (np.bincount(dealt[labels == label], minlength=FOLDS) == share).all()


def test_scores_are_made_as_sure_as_they_may_be():
    """What was learned by heart says little: how sure it may be is learned from pictures that were left out."""
    rows, _ = clouds(1)
    by_chance = np.random.default_rng(3).integers(0, CLASSES, len(rows))
    known = sharpness_of(fit_of(learner_of("rbf_svm"), material()), material(), {"C": 10.0})
    guessed = Material(rows, by_chance, CLASSES, np.ones(len(rows)))
    assert known > 1.0 > sharpness_of(fit_of(learner_of("rbf_svm"), guessed), guessed, {"C": 10.0})


def test_a_class_with_a_single_picture_does_not_disturb_the_folds():
    rows, labels = clouds(1)
    kept = np.flatnonzero((labels != 3) | (np.arange(len(labels)) == len(labels) - 1))
    lone = Material(rows[kept], labels[kept], CLASSES, np.ones(len(kept)))
    assert np.isfinite(sharpness_of(fit_of(learner_of("rbf_svm"), lone), lone, {"C": 1.0}))
