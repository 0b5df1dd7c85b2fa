"""A published widget, rasa-webchat 1.0.1 from npm, in a real Chromium on a page of another site."""

import base64
import hashlib
import json
import os
import shutil
import subprocess
import tarfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from real_server import RealServer, real_server
from server_fakes import GOLDEN

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed; run `make setup`")

CHROMIUM = Path(os.environ.get("CHROMIUM", "/usr/bin/chromium"))
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
WIDGET = "rasa-webchat@1.0.1"
# As the registry states it; another file is not what this test is about.
SHA512 = "Ld1zVJvTAaTrs6A5p8t70agNNrKYRyXlvqXZRgBoDvKKUXbA0jhJKECi5bdPGlaR6jsmqWtVylHS+YqIqo0x8w=="
PATIENCE = 20_000
SESSION = "JSON.parse(localStorage.getItem('chat_session')).session_id"
PAGE = """<!doctype html><meta charset="utf-8"><title>A clinic</title><div id="chat"></div>
<script src="index.js"></script>
<script>
  WebChat.default({
    selector: "#chat", socketUrl: "SERVER", socketPath: "/socket.io/", title: "Questions", initPayload: "/greet",
    embedded: true, withRules: false, params: { storage: "local" },
  }, null);
</script>
"""

pytestmark = [
    pytest.mark.skipif(not CHROMIUM.is_file(), reason=f"there is no {CHROMIUM}; install Chromium or set CHROMIUM"),
    pytest.mark.skipif(not shutil.which("npm"), reason="there is no npm to fetch the widget with; install Node"),
]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the widget's published bundle."""
    folder = tmp_path_factory.mktemp("site")
    subprocess.run(["npm", "pack", "--silent", WIDGET], cwd=folder, check=True, capture_output=True, timeout=120)
    [package] = folder.glob("*.tgz")
    assert base64.b64encode(hashlib.sha512(package.read_bytes()).digest()).decode() == SHA512
    with tarfile.open(package) as archive, (folder / "index.js").open("wb") as bundle:
        source = archive.extractfile("package/lib/index.js")
        assert source
        shutil.copyfileobj(source, bundle)
    return folder


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """The address at which the folder is served."""

    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder)))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(scope="module")
def origin(site: Path) -> Iterator[str]:
    with served(site) as origin:
        yield origin


@pytest.fixture(scope="module")
def server(
    tmp_path_factory: pytest.TempPathFactory, data: Path, migrated_file: Path, origin: str
) -> Iterator[RealServer]:
    folder = tmp_path_factory.mktemp("webchat")
    with real_server(folder, data, migrated_file, ALLOWED_ORIGINS=origin) as server:
        server.rasa.replies = json.loads(GOLDEN.read_text(encoding="utf-8"))[:2]
        yield server


@pytest.fixture
def page(site: Path, origin: str, server: RealServer) -> Iterator["playwright.Page"]:
    (site / "index.html").write_text(PAGE.replace("SERVER", server.url), encoding="utf-8")
    with playwright.sync_playwright() as p:
        browser = p.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        page = browser.new_page()
        page.goto(origin)
        yield page
        browser.close()


def test_answer_and_buttons_appear_and_a_reload_keeps_the_session(page: "playwright.Page", server: RealServer) -> None:
    answer, clarify = (reply["custom"] for reply in server.rasa.replies)
    shown = page.locator("body")
    question = page.get_by_placeholder("Type a message...")
    question.fill("How long does the battery last?")
    question.press("Enter")
    # Twice: the widget sends its opening message, and shows answers one after the other.
    playwright.expect(shown.get_by_text(clarify["text"])).to_have_count(2, timeout=PATIENCE)
    playwright.expect(shown.get_by_text(answer["text"])).to_have_count(2)
    playwright.expect(shown).to_contain_text("Sources: University of Maryland", timeout=PATIENCE)
    button = shown.get_by_text(clarify["buttons"][0]["title"], exact=True).last
    playwright.expect(button).to_be_visible(timeout=PATIENCE)
    session = page.evaluate(SESSION)
    assert session

    with page.expect_event("console", lambda message: "session_confirm" in message.text, timeout=PATIENCE):
        page.reload()
    playwright.expect(shown).to_contain_text("How long does the battery last?", timeout=PATIENCE)
    button.click(timeout=PATIENCE)
    playwright.expect(shown.get_by_text(answer["text"])).to_have_count(3, timeout=PATIENCE)
    assert page.evaluate(SESSION) == session
    assert len(server.rasa.senders) == 3
    assert len(set(server.rasa.senders)) == 1
