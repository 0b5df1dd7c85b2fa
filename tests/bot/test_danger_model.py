"""The second opinion on red flags, on a few messages with vectors that tell them apart only in part."""

import numpy as np
import pytest

from bot.components import danger_model
from bot.components.danger_model import DangerModel

NOW = [
    "he will not wake up",
    "she stopped breathing",
    "his lips are blue",
    "he is hard to wake",
    "mum stopped breathing",
]
CALM = [
    "what if he will not wake up",
    "what if she stopped breathing",
    "years ago his lips were blue",
    "does it hurt",
    "mri",
]
LABELS = ["emergency_overdose"] * len(NOW) + ["warning_signs"] * len(CALM)
TOPICS = ["warning_signs", "emergency_overdose", "emergency_general"]
FIRST, DANGEROUS = np.array([0.6, 0.3, 0.1]), np.array([False, True, True])


def vector(text: str) -> np.ndarray:
    """The subject alone, as a sentence vector shows it: the same for a report and for a question about it."""
    return np.array([float("wake" in text), float("breathing" in text), float("lips" in text)], np.float32)


@pytest.fixture(scope="module")
def model() -> DangerModel:
    texts = NOW + CALM
    return DangerModel.fit(texts, np.stack([vector(t) for t in texts]), LABELS)


def second(model: DangerModel, text: str, first: np.ndarray = FIRST) -> "dict[str, float]":
    return dict(zip(TOPICS, model.second(first, DANGEROUS, text, vector(text)).tolist()))


def test_words_tell_now_from_what_if(model: DangerModel) -> None:
    now, calm = (second(model, text) for text in ("dad will not wake up", "what if dad will not wake up"))
    assert now["emergency_overdose"] > 0.3 > calm["emergency_overdose"]


def test_probabilities_still_add_up_and_keep_their_share_of_a_group(model: DangerModel) -> None:
    flags = second(model, "he is hard to wake")
    assert sum(flags.values()) == pytest.approx(1.0)
    assert flags["emergency_overdose"] == pytest.approx(3 * flags["emergency_general"])


def test_what_no_intent_covers_stays_uncovered(model: DangerModel) -> None:
    assert sum(second(model, "does it hurt", FIRST / 2).values()) < 1


def test_it_survives_being_stored(model: DangerModel) -> None:
    stored = DangerModel.from_arrays(model.to_arrays())
    assert stored.log_odds("he will not wake up", vector("wake")) == pytest.approx(
        model.log_odds("he will not wake up", vector("wake")), rel=1e-2
    )


def test_an_empty_message_has_odds_too(model: DangerModel) -> None:
    assert np.isfinite(model.log_odds("", vector("")))


@pytest.mark.parametrize("text", ["he's hard to wake, hard to wake. what if?", "", "¿?!"])
def test_the_words_of_one_text_are_those_of_training(text: str) -> None:
    counts = danger_model._VECTORIZER.transform([text])
    counts.sort_indices()
    words, of_each = danger_model._words_of_one(text)
    assert (words.tolist(), of_each.tolist()) == (counts.indices.tolist(), counts.data.tolist())
