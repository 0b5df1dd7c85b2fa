"""Vectors of training questions are kept from one trial to the next."""

from pathlib import Path

import numpy as np
import pytest

from bot import vector_cache
from bot.components.sentence_encoder import Encoder


class Counting:
    """Stands in for the encoder's own method, which takes seconds: a vector of the text's length."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def __call__(self, encoder: Encoder, texts: list[str]) -> np.ndarray:
        self.asked += texts
        return np.array([[float(len(text))] for text in texts], dtype=np.float32)


@pytest.fixture
def counting(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Counting:
    counting = Counting()
    monkeypatch.setattr(vector_cache, "_encode", counting)
    monkeypatch.setattr(Encoder, "encode", Encoder.encode)  # put back after the test
    vector_cache.apply(tmp_path / "vectors.npz")
    return counting


def encoded(texts: list[str]) -> list[float]:
    return Encoder.encode(Encoder.__new__(Encoder), texts)[:, 0].tolist()


def test_only_new_questions_are_encoded(counting: Counting) -> None:
    assert encoded(["one", "three"]) == [3.0, 5.0]
    assert encoded(["three", "seventh", "one"]) == [5.0, 7.0, 3.0]
    assert counting.asked == ["one", "three", "seventh"]


def test_what_the_latest_trial_did_not_have_is_forgotten(counting: Counting) -> None:
    encoded(["one", "three"])
    encoded(["three", "seventh"])
    encoded(["one"])
    assert counting.asked == ["one", "three", "seventh", "one"]


def test_vectors_that_an_earlier_release_made_of_fewer_numbers_are_not_taken(
    counting: Counting, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as earlier:
        earlier.setattr(vector_cache, "SIZE", 384)
        encoded(["one"])
    encoded(["one", "three"])
    assert counting.asked == ["one", "one", "three"]
