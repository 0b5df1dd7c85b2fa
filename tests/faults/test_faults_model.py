"""Another model is taken while visitors talk: no turn is lost, none fails, and the talk goes on where it was."""

import asyncio
import json
import os
import shutil
import tarfile
import time
from contextlib import suppress
from pathlib import Path

import httpx
import parts
import pytest
from conftest import Stage
from traffic import Load

from bot import model_store
from deploy.ensure_model import MODELS, ensure_model

pytestmark = pytest.mark.asyncio

BATTERY, FOLLOW_UP = "How long does the battery last?", "tell me more"
NEW_ID = "0123456789abcdef0123456789abcdef"
_VISITORS = 4
_WITHIN_SECONDS = 120
_DEADLINE_SECONDS = 8


def models_of(folder: Path) -> tuple[Path, Path]:
    """The model in use in a folder of its own, and beside it the same one under another name and id."""
    ensure_model()
    present = model_store.current(MODELS)
    folder.mkdir()
    old = Path(shutil.copy(present, folder / present.name))
    new, unpacked = folder / "29990101-000000-new.tar.gz", folder / "unpacked"
    with tarfile.open(old) as archive:
        archive.extractall(unpacked, filter="data")
    metadata = json.loads((unpacked / "metadata.json").read_text())
    (unpacked / "metadata.json").write_text(json.dumps({**metadata, "model_id": NEW_ID}))
    with tarfile.open(new, "w:gz", compresslevel=1) as archive:
        archive.add(unpacked, arcname="")
    for model in (old, new):
        model_store.record(model)
    model_store.use(old)
    return old, new


async def answered(stage: Stage, rasa: parts.Part) -> str:
    """Ask Rasa until it answers; the id of its model."""
    deadline = time.monotonic() + _WITHIN_SECONDS
    while time.monotonic() < deadline:
        with suppress(httpx.HTTPError, IndexError):
            question = {"sender": f"probe-{os.getpid()}", "message": BATTERY}
            replies = (await stage.http.post(f"{rasa.url}/webhooks/rest/webhook", json=question)).json()
            return str(replies[0]["custom"]["metadata"]["model"])
        await asyncio.sleep(0.2)
    raise RuntimeError("Rasa does not answer")


@pytest.mark.quick
async def test_another_model_is_taken_under_load(on_sqlite: Stage, tmp_path: Path) -> None:
    stage = on_sqlite
    _, new = models_of(tmp_path / "models")
    actions = parts.actions(stage.folder)
    rasa = parts.rasa(stage.folder, f"{actions.url}/webhook", models=tmp_path / "models")
    await stage.start(actions, rasa, path="/")
    assert await answered(stage, rasa) != NEW_ID
    [server] = await stage.servers(1, rasa.url, RASA_TIMEOUT_SECONDS=str(_DEADLINE_SECONDS))
    talker = await stage.arrive(server)
    assert (await talker.say(BATTERY))["state"] == "answered"
    async with Load([await stage.arrive(server) for _ in range(_VISITORS)], BATTERY) as load:
        await load.go_on(40)
        model_store.use(new)
        deadline = time.monotonic() + _WITHIN_SECONDS
        while await answered(stage, rasa) != NEW_ID:
            assert time.monotonic() < deadline, "the new model was not taken"
            await load.go_on(5)
        await load.go_on(40)
    more = await talker.say(FOLLOW_UP)
    assert more["replies"][0]["metadata"]["kind"] == "answer", "Rasa still knows what was said before"
    assert more["replies"][0]["metadata"]["model"] == NEW_ID
    tally = await stage.verdict("another model taken under load")
    assert tally.failed == 0
    assert tally.longest < _DEADLINE_SECONDS


async def test_a_model_that_is_not_as_trained_is_not_taken(on_sqlite: Stage, tmp_path: Path) -> None:
    stage = on_sqlite
    _, new = models_of(tmp_path / "models")
    actions = parts.actions(stage.folder)
    rasa = parts.rasa(stage.folder, f"{actions.url}/webhook", models=tmp_path / "models")
    await stage.start(actions, rasa, path="/")
    present = await answered(stage, rasa)
    model_store.use(new)
    new.write_bytes(new.read_bytes()[:-1000])
    log = stage.folder / f"rasa-{rasa.port}.log"
    deadline = time.monotonic() + _WITHIN_SECONDS
    while "the present one stays" not in log.read_text(errors="replace"):
        assert time.monotonic() < deadline, "the broken model was not noticed"
        await asyncio.sleep(0.2)
    assert await answered(stage, rasa) == present
