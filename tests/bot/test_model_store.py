from pathlib import Path

import pytest

from bot import model_store


@pytest.fixture
def model(tmp_path: Path) -> Path:
    path = tmp_path / "20260101-000000-a.tar.gz"
    path.write_bytes(b"model")
    return path


def test_a_recorded_model_is_loaded(model: Path) -> None:
    model_store.record(model)
    model_store.verify(model)


def test_a_changed_model_is_refused(model: Path) -> None:
    model_store.record(model)
    model.write_bytes(b"another model")
    with pytest.raises(model_store.ModelError, match="checksum differs"):
        model_store.verify(model)


def test_a_model_without_checksum_is_refused(model: Path) -> None:
    with pytest.raises(model_store.ModelError, match="no recorded checksum"):
        model_store.verify(model)


def test_the_newest_model_is_taken_where_none_is_named(model: Path) -> None:
    newer = model.with_name("20260102-000000-b.tar.gz")
    newer.write_bytes(b"newer")
    assert model_store.current(model.parent) == newer


def test_the_named_model_is_taken_though_there_is_a_newer_one(model: Path) -> None:
    model_store.record(model)
    model_store.use(model)
    model.with_name("20260102-000000-b.tar.gz").write_bytes(b"newer")
    assert model_store.current(model.parent) == model


def test_only_a_recorded_model_can_be_named(model: Path) -> None:
    with pytest.raises(model_store.ModelError, match="no recorded checksum"):
        model_store.use(model)
    assert not (model.parent / "current").exists()


def test_a_named_model_that_is_gone_is_an_error(model: Path) -> None:
    model_store.record(model)
    model_store.use(model)
    model.unlink()
    with pytest.raises(model_store.ModelError, match="names 20260101-000000-a"):
        model_store.current(model.parent)


def test_no_model_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(model_store.ModelError, match="make train"):
        model_store.current(tmp_path)
