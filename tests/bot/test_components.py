"""The understanding's parts on small data: what each promises, and that what is kept is what comes back."""

from pathlib import Path

import numpy as np
import pytest
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message

from bot.components.decision import Decision, Thresholds, decide
from bot.components.lots import lots
from bot.components.neighbours import Neighbours
from bot.components.ngram_features import NgramFeatures
from bot.components.sentence_encoder import MEANING, SIZE, WORDING, SentenceEncoder, WeightsError, sentence_vector
from bot.components.softmax_regression import SoftmaxRegression
from bot.components.topic_model import Hyperparameters, TopicModel
from bot.components.whitening import Whitening

Clusters = "tuple[np.ndarray, list[str], np.ndarray]"

LIMITS = Thresholds(refuse_below=0.3, clarify_below=0.6, raise_from=0.35)
P = Hyperparameters(regularization=30.0, neighbour_weight=10.0, background_share=0.02, seed=1)

TEXTS = [f"question {n}" for n in range(60)]


@pytest.fixture(scope="module")
def encoder() -> SentenceEncoder:
    return SentenceEncoder(SentenceEncoder.get_default_config())


@pytest.fixture(scope="module")
def clusters() -> Clusters:
    """Three far-apart clouds of unit vectors with their labels, and their centres."""
    random = np.random.RandomState(0)
    centres = np.eye(3, 12)
    rows = np.repeat(centres, 20, axis=0) + 0.15 * random.randn(60, 12)
    rows = (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)
    return rows, ["battery"] * 20 + ["mri"] * 20 + ["out_of_scope"] * 20, centres.astype(np.float32)


def vector(encoder: SentenceEncoder, text: str) -> np.ndarray:
    message = encoder.process([Message({TEXT: text})])[0]
    found = sentence_vector(message)
    assert found is not None
    return found


def test_sentences_of_like_meaning_are_near(encoder: SentenceEncoder) -> None:
    a, b, c = (vector(encoder, t) for t in ("How long does the battery last?", "battery life", "Does it hurt?"))
    for part in (MEANING, WORDING):
        assert a[part] @ b[part] > a[part] @ c[part]
        assert np.linalg.norm(a[part]) == pytest.approx(1, abs=1e-5)


def test_whitening_brings_directions_halfway_to_equal_variance() -> None:
    random = np.random.RandomState(0)
    spread = np.geomspace(1, 10, SIZE // 2, dtype=np.float32)  # of standard deviations, in both parts
    vectors = (random.randn(4000, SIZE) * np.tile(spread, 2) + 7).astype(np.float32)
    whitened = Whitening.fit(vectors).transform(vectors)
    assert np.abs(whitened.mean(0)).max() < 1e-3
    for part in (MEANING, WORDING):
        variances = np.linalg.eigvalsh(np.cov(whitened[:, part].T))
        assert variances.sum() == pytest.approx(1, rel=0.01)
        assert 7 < variances[-1] / variances[0] < 25  # of 100 before


def test_a_kept_whitening_makes_the_same_of_one_text_as_of_many() -> None:
    vectors = np.random.RandomState(0).randn(50, SIZE).astype(np.float32)
    whitening = Whitening.fit(vectors)
    again = Whitening.from_arrays(whitening.to_arrays())
    np.testing.assert_allclose(again.transform(vectors[3]), whitening.transform(vectors)[3], rtol=1e-4, atol=1e-6)


def test_the_vector_of_a_text_does_not_depend_on_its_company(encoder: SentenceEncoder) -> None:
    texts = ["mri", "a much longer question about how the pump is filled again", ""]
    together = encoder._encoder.encode(texts)
    apart = np.stack([encoder._encoder.encode_one(t) for t in texts])
    np.testing.assert_array_equal(together, apart)


def test_weights_other_than_the_pinned_are_refused(tmp_path: Path) -> None:
    other = tmp_path / "model.onnx"
    other.write_bytes(b"not the weights")
    with pytest.raises(WeightsError, match="is pinned"):
        SentenceEncoder({**SentenceEncoder.get_default_config(), "model_file": str(other)})


def test_missing_weights_say_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match="make setup"):
        SentenceEncoder({**SentenceEncoder.get_default_config(), "model_file": str(tmp_path / "none.onnx")})


def test_softmax_regression_finds_scikit_learns_optimum(clusters: Clusters) -> None:
    from sklearn.linear_model import LogisticRegression

    rows, labels, _ = clusters
    y = np.unique(labels, return_inverse=True)[1]
    ours = SoftmaxRegression.fit(rows, y, 3, c=30.0, steps=300).logits(rows)
    theirs = LogisticRegression(C=30.0, max_iter=1000).fit(rows, y).decision_function(rows)
    centred = ours - ours.mean(1, keepdims=True)
    np.testing.assert_allclose(centred, theirs, atol=0.1)


def test_known_messages_are_sure_and_strange_ones_are_not(clusters: Clusters) -> None:
    rows, labels, centres = clusters
    model = TopicModel.fit(rows, labels, TEXTS, "out_of_scope", P)
    strange = np.zeros((1, 12), np.float32)
    strange[0, 11] = 1
    known = model.probabilities(centres[:2])
    assert [model.intents[k] for k in known.argmax(1)] == ["battery", "mri"]
    assert known.max(1).min() > 0.8
    in_scope = [model.intents.index("battery"), model.intents.index("mri")]
    assert model.probabilities(strange)[0, in_scope].max() < 0.5


def test_one_message_gets_what_many_get(clusters: Clusters) -> None:
    rows, labels, _ = clusters
    model = TopicModel.fit(rows, labels, TEXTS, "out_of_scope", P)
    np.testing.assert_allclose(model.probabilities_of_one(rows[3]), model.probabilities(rows[3:4])[0], atol=1e-5)


def test_what_is_kept_is_what_comes_back(clusters: Clusters) -> None:
    rows, labels, _ = clusters
    model = TopicModel.fit(rows, labels, TEXTS, "out_of_scope", P)
    again = TopicModel.from_arrays(model.to_arrays())
    np.testing.assert_allclose(again.probabilities(rows), model.probabilities(rows), atol=2e-3)


def test_a_question_that_is_added_moves_no_other_one() -> None:
    before = lots(TEXTS, seed=1)
    after = lots(["a new one", *TEXTS], seed=1)
    assert after[1:].tolist() == before.tolist()
    assert lots(TEXTS, seed=2).tolist() != before.tolist()
    shares = np.bincount(lots([f"question {n}" for n in range(5000)], seed=1) % 5) / 5000
    assert np.abs(shares - 0.2).max() < 0.03, "every fold gets its share"


def test_ngrams_forgive_typing_faults_and_survive_keeping() -> None:
    texts = ["battery life", "battery lasts", "mri scan", "mri scanner", "refill visit", "refill visits"]
    features, fitted = NgramFeatures.fit(texts, seed=1)
    rows = features.transform(["batery lfe", "battery life", "mri scan"])
    assert rows[0] @ rows[1] > rows[0] @ rows[2]
    np.testing.assert_allclose(fitted, features.transform(texts), atol=1e-6)
    again = NgramFeatures.from_arrays(features.to_arrays())
    np.testing.assert_allclose(again.transform(["batery lfe"]), rows[:1], atol=2e-3)


def test_one_text_gets_the_ngrams_that_many_get() -> None:
    texts = ["battery life", "battery battery lasts", "mri scan", "refill visit"]
    features, _ = NgramFeatures.fit(texts, seed=1)
    for text in [*texts, "unseen batterie", "", "日本語"]:
        np.testing.assert_allclose(features.transform_one(text), features.transform([text])[0], atol=1e-5)


def test_likeness_of_few_agrees_with_likeness() -> None:
    rows = np.eye(4, dtype=np.float32)[[0, 0, 1, 2]]
    neighbours = Neighbours(rows, np.array([0, 0, 1, 2]), 4)
    x = np.array([1, 0.5, 0.2, 0], np.float32)
    few = neighbours.likeness_of_few(x, np.array([0, 1]))
    np.testing.assert_allclose(few[:2], neighbours.likeness(x[None, :])[0, :2], atol=1e-6)
    assert few[2] == few[:2].min()


def test_sure_is_answered() -> None:
    assert decide([("battery", 0.9), ("mri", 0.05)], "out_of_scope", LIMITS) == Decision("answer", ["battery"])


def test_unsure_asks_back_with_at_most_three_topics() -> None:
    ranking = [("battery", 0.5), ("out_of_scope", 0.2), ("mri", 0.1), ("recovery", 0.05), ("risks", 0.01)]
    assert decide(ranking, "out_of_scope", LIMITS) == Decision("clarify", ["battery", "mri", "recovery"])


@pytest.mark.parametrize("ranking", [[("out_of_scope", 0.7), ("mri", 0.2)], [("mri", 0.29), ("battery", 0.1)]])
def test_unknown_is_refused(ranking: "list[tuple[str, float]]") -> None:
    assert decide(ranking, "out_of_scope", LIMITS).action == "refuse"


def test_red_flags_add_up_and_win_over_a_calm_topic() -> None:
    ranking = [("refill_alarm", 0.5), ("emergency_device", 0.2), ("emergency_overdose", 0.16)]
    assert decide(ranking, "out_of_scope", LIMITS) == Decision("answer", ["emergency_device"])


def test_a_red_flag_is_never_a_choice_of_several() -> None:
    ranking = [("refill_alarm", 0.45), ("emergency_device", 0.2), ("missed_refill", 0.1)]
    assert decide(ranking, "out_of_scope", LIMITS) == Decision("clarify", ["refill_alarm", "missed_refill"])


def test_what_a_red_flag_too_improbable_to_be_raised_had_goes_to_the_calm_topics() -> None:
    ranking = [("refill_alarm", 0.5), ("emergency_device", 0.2), ("missed_refill", 0.1)]
    assert decide(ranking, "out_of_scope", LIMITS) == Decision("answer", ["refill_alarm"])
    flag_first = [("emergency_device", 0.34), ("refill_alarm", 0.3), ("missed_refill", 0.1)]
    assert decide(flag_first, "out_of_scope", LIMITS) == Decision("clarify", ["refill_alarm", "missed_refill"])
