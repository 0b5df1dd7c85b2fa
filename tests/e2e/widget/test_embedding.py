"""The widget on other people's pages."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
from playwright.sync_api import expect

from widget.conftest import Come
from widget.visitor import BATTERY, REFILL, Visitor

PLAIN = '<!doctype html><title>x</title><h1>A page</h1><script src="/widget.js" {}></script>'

# As strict as it can be with the widget on it: nothing inline, nothing evaluated, only what the widget asks for.
STRICT = (
    "default-src 'none'; script-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; "
    "require-trusted-types-for 'script'; trusted-types lit-html"
)

HOSTILE = """<style>
    * { all: unset !important; display: block !important; color: red !important; font-size: 3px !important; }
    pumptalk-widget { display: none !important; visibility: hidden !important; opacity: 0 !important; }
    button, p, div, li { position: static !important; transform: rotate(9deg) !important; }
</style>"""


@contextmanager
def another_site(folder: Path) -> Iterator[str]:
    """A plain web server with the folder's pages; another port is another origin."""

    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=folder)) as site:
        Thread(target=site.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{site.server_port}"
        site.shutdown()


def test_a_strict_policy_lets_the_widget_work(come: Come) -> None:
    visitor = come()
    visitor.host(PLAIN.format(""), Content_Security_Policy=STRICT)
    visitor.open()
    visitor.ask(BATTERY)
    assert visitor.panel.evaluate("(panel) => getComputedStyle(panel).position") == "fixed"


def test_on_another_site_it_talks_to_its_own_server(come: Come, tmp_path: Path) -> None:
    visitor = come()
    page = '<!doctype html><title>x</title><link rel="icon" href="data:,"><h1>A clinic</h1>'
    (tmp_path / "index.html").write_text(f'{page}<script src="{visitor.url}/widget.js" async></script>')
    with another_site(tmp_path) as site:
        visitor.page.goto(site)
        visitor.open()
        visitor.ask(BATTERY)
        visitor.page.reload()
        visitor.reply(2)
        assert visitor.asked == {site.removeprefix("http://"), visitor.url.removeprefix("http://")}
    visitor.asked.clear()


@pytest.mark.parametrize("sandbox", [None, "allow-scripts", "allow-scripts allow-same-origin"])
def test_it_works_inside_a_frame(come: Come, sandbox: str | None) -> None:
    visitor = come()
    visitor.may_complain = True  # the browser has its own opinion of some sandboxes
    inner = PLAIN.format("").replace("/widget.js", f"{visitor.url}/widget.js")
    visitor.page.route(f"{visitor.url}/inner", lambda r: r.fulfill(content_type="text/html", body=inner))
    attribute = "" if sandbox is None else f'sandbox="{sandbox}"'
    visitor.host(f'<!doctype html><title>x</title><iframe src="/inner" {attribute} width="420" height="700"></iframe>')
    frame = visitor.page.frame_locator("iframe")
    frame.locator(".launcher").click()
    frame.locator("#question").fill(BATTERY)
    frame.get_by_role("button", name="Send").click()
    expect(frame.locator(".messages > .bot").last).to_contain_text("5 to 10 years", timeout=20_000)


def test_no_rule_of_the_page_reaches_it(come: Come) -> None:
    visitor = come()
    visitor.host(PLAIN.format("").replace("<h1>", f"{HOSTILE}<h1>"))
    visitor.open()
    answer = visitor.ask(BATTERY)
    style = answer.locator(".body").evaluate(
        "(body) => (({ color, fontSize }) => [color, fontSize])(getComputedStyle(body))"
    )
    assert style == ["rgb(23, 38, 45)", "17px"]
    assert visitor.panel.evaluate("(panel) => getComputedStyle(panel).position") == "fixed"


def test_included_twice_it_is_there_once(come: Come) -> None:
    visitor = come()
    visitor.host(PLAIN.format("") + '<script src="/widget.js" defer></script>')
    visitor.page.add_script_tag(url="/widget.js")
    expect(visitor.widget).to_have_count(1)
    visitor.open()
    visitor.ask(BATTERY)


def test_a_page_changes_its_looks_and_words(come: Come) -> None:
    visitor = come()
    theme = "<style>pumptalk-widget { --pumptalk-accent: rgb(120, 20, 90); --pumptalk-radius: 3px; }</style>"
    attributes = (
        'data-title="Ask the pump nurse" data-label="Help" data-position="start" data-theme="dark" data-lang="es"'
    )
    visitor.host(PLAIN.format(attributes).replace("<h1>", f"{theme}<h1>"))
    expect(visitor.launcher).to_have_text("Help")
    assert visitor.launcher.bounding_box()["x"] < 100
    visitor.open()
    expect(visitor.widget.locator("#title")).to_have_text("Ask the pump nurse")
    expect(visitor.panel).to_have_attribute("lang", "es")
    dark = visitor.panel.evaluate("(panel) => getComputedStyle(panel).backgroundColor")
    assert dark == "rgb(24, 33, 38)"
    assert visitor.panel.evaluate("(panel) => getComputedStyle(panel).borderRadius") == "3px"


def test_a_page_opens_it_asks_and_hears_the_reply(come: Come) -> None:
    visitor = come()
    visitor.host(PLAIN.format(""))
    visitor.page.evaluate(
        """async (question) => {
            window.heard = [];
            const note = (name) => (detail) => window.heard.push([name, detail?.topics ?? null]);
            for (const name of ["open", "close", "reply"]) window.PumpTalk.on(name, note(name));
            window.stop = window.PumpTalk.on("close", note("stopped"));
            window.stop();
            document.querySelector("pumptalk-widget").addEventListener("pumptalk:open", note("element"));
            await window.PumpTalk.ask(question);
        }""",
        BATTERY,
    )
    visitor.reply(2)
    visitor.page.evaluate("window.PumpTalk.close()")
    expect(visitor.panel).to_be_hidden()
    assert visitor.page.evaluate("window.heard") == [
        ["open", None],
        ["element", None],
        ["reply", ["greet"]],
        ["reply", ["battery_life"]],
        ["close", None],
    ]


def test_it_speaks_rasas_own_protocol(come: Come) -> None:
    visitor = come()
    endpoint = f'data-protocol="rasa" data-endpoint="{visitor.url}/webhooks/rest/webhook"'
    visitor.host(PLAIN.format(f'{endpoint} data-phone="+1 555-0177" data-clinic-name="Other"'))
    visitor.launcher.click()
    visitor.say(BATTERY)
    expect(visitor.reply(1)).to_contain_text("5 to 10 years")
    expect(visitor.panel).to_contain_text("Chatbot of Other")
    visitor.reply(1).get_by_role("button").first.click()
    visitor.reply(2)
    visitor.page.reload()
    visitor.reply(2)
    visitor.ask(REFILL, number=3)
    visitor.button("Talk to a person").click()
    expect(visitor.widget.get_by_role("link", name="+1 555-0177")).to_be_visible()
    expect(visitor.widget.locator(".call-back")).to_have_count(0)


def test_the_chat_that_was_open_is_open_on_the_next_page(visitor: Visitor) -> None:
    visitor.ask(BATTERY)
    visitor.host(PLAIN.format(""))
    visitor.reply(2)
    expect(visitor.panel).to_be_visible()
    assert visitor.page.evaluate("document.activeElement.tagName") == "BODY"
    visitor.button("Close the chat").click()
    visitor.page.reload()
    expect(visitor.launcher).to_be_visible()
    expect(visitor.panel).to_have_count(0)
