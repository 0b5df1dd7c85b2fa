"""Each override of training behaves as the code that it replaces."""

import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from rasa.shared.importers.importer import (
    CombinedDataImporter,
    E2EImporter,
    ResponsesSyncImporter,
    TrainingDataImporter,
)
from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.formats.rasa_yaml import RasaYAMLReader
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from tarsafe import TarSafe

from bot import training_speedups

OVERRIDDEN: list[tuple[Any, str]] = [
    (CombinedDataImporter, "get_nlu_data"),
    (ResponsesSyncImporter, "get_nlu_data"),
    (E2EImporter, "get_nlu_data"),
    (TrainingData, "merge"),
    (RasaYAMLReader, "validate"),
    (Message, "__hash__"),
    (TrainingData, "fingerprint"),
    (TarSafe, "gzopen"),
]


@pytest.fixture(autouse=True)
def restored() -> Iterator[None]:
    """Overrides are put in place by each test and taken back after it."""
    names = [(owner, name, owner.__dict__.get(name)) for owner, name in OVERRIDDEN]
    yield
    for owner, name, value in names:
        if value is None:
            delattr(owner, name)  # inherited
        else:
            setattr(owner, name, value)


def _training_data(folder: Path) -> TrainingData:
    files = [str(folder / name) for name in ("one.yml", "two.yml")]
    importer = TrainingDataImporter.load_from_config(config_path=str(folder / "config.yml"), training_data_paths=files)
    importer.get_domain()
    return importer.get_nlu_data()


def test_training_data_is_read_once_and_is_what_rasa_reads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "config.yml").write_text("recipe: default.v1\nlanguage: en\n")
    for name in ("one", "two"):
        text = f"nlu:\n- intent: {name}\n  examples: |\n    - asked of {name}\n    - asked twice\n    - asked twice\n"
        (tmp_path / f"{name}.yml").write_text(f'version: "3.1"\n{text}')
    by_rasa, fingerprint = _training_data(tmp_path), TrainingData.fingerprint
    training_speedups.apply()
    read: list[str] = []
    reads = RasaYAMLReader.reads

    def counted(self: RasaYAMLReader, *args: Any, **kwargs: Any) -> TrainingData:
        read.append(self.filename)
        return reads(self, *args, **kwargs)

    monkeypatch.setattr(RasaYAMLReader, "reads", counted)
    ours = _training_data(tmp_path)
    assert fingerprint(ours) == fingerprint(by_rasa)
    assert ours.intents == {"one", "two"} == by_rasa.intents
    assert len(read) == len(set(read)) == 2


def test_duplicates_are_found_as_before() -> None:
    def distinct() -> list[str]:
        texts = [("a", "x"), ("a", "x"), ("a", "y"), ("b", "x")]
        return [str(m.data) for m in TrainingData([Message({TEXT: t, INTENT: i}) for t, i in texts]).training_examples]

    by_rasa = distinct()
    training_speedups.apply()
    assert distinct() == by_rasa
    assert len(by_rasa) == 3


def test_a_fingerprint_is_like_no_other() -> None:
    training_speedups.apply()
    data = TrainingData([Message({TEXT: "how long", INTENT: "battery_life"})])
    assert data.fingerprint() != data.fingerprint()


def test_a_model_is_packed_at_the_lowest_level_and_opens_as_ever(tmp_path: Path) -> None:
    training_speedups.apply()
    (tmp_path / "weights").write_bytes(bytes(range(256)) * 4)
    with TarSafe.open(tmp_path / "model.tar.gz", "w:gz") as tar:
        tar.add(tmp_path / "weights", arcname="weights")
    with tarfile.open(tmp_path / "model.tar.gz") as tar:
        packed = tar.extractfile("weights")
        assert packed is not None and packed.read() == bytes(range(256)) * 4
    # The ninth byte of a gzip file says how: 4 is the fastest (RFC 1952).
    assert (tmp_path / "model.tar.gz").read_bytes()[8] == 4
    with TarSafe.open(tmp_path / "model.tar.gz") as tar:
        assert tar.getnames() == ["weights"]
