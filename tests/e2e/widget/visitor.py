"""What a visitor does with the widget, and what they see of it."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from playwright.sync_api import expect

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Locator, Page

BATTERY = "How long does the battery last?"
UNCLEAR = "how long"
REFILL = "How often is the pump refilled?"
EMERGENCY = "My husband has a pump and I cannot wake him, his lips are blue"
CRISIS = "I do not want to live any more"

# A busy machine and an answer that goes through three processes.
PATIENCE_MS = 20_000


@dataclass
class Visitor:
    """A browser of their own, with one tab or more; methods speak of the tab in front, `page`."""

    context: "BrowserContext"
    url: str
    may_complain: bool = False
    complaints: list[str] = field(default_factory=list)
    asked: set[str] = field(default_factory=set)
    page: "Page" = field(init=False)

    def __post_init__(self) -> None:
        self.context.on("request", lambda request: self.asked.add(urlsplit(request.url).netloc))
        self.context.on("weberror", lambda error: self.complaints.append(str(error.error)))
        self.page = self.new_tab()

    def new_tab(self) -> "Page":
        """Another tab, in front from now on."""
        page = self.context.new_page()
        page.on("console", lambda m: self.complaints.append(m.text) if m.type in ("error", "warning") else None)
        self.page = page
        return page

    def check_complaints(self) -> None:
        """Nothing went wrong unseen, and nobody else was asked anything."""
        assert self.may_complain or self.complaints == [], self.complaints
        strangers = self.asked - {urlsplit(self.url).netloc, ""}
        assert strangers == set(), strangers

    def go(self, path: str = "/") -> None:
        """Visit a page of the server."""
        self.page.goto(self.url + path)

    def host(self, html: str, path: str = "/host-page", **headers: str) -> None:
        """Visit a page of somebody's own, on the server's origin, with these headers (`_` stands for `-`)."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        reply = {"status": 200, "content_type": "text/html", "body": html, "headers": named}
        self.page.route(self.url + path, lambda route: route.fulfill(**reply))
        self.go(path)

    @property
    def widget(self) -> "Locator":
        """The element on the page; locators see into its shadow root."""
        return self.page.locator("pumptalk-widget")

    @property
    def launcher(self) -> "Locator":
        """The button that opens the chat."""
        return self.widget.locator(".launcher")

    @property
    def panel(self) -> "Locator":
        """The chat's window."""
        return self.widget.locator(".panel")

    @property
    def replies(self) -> "Locator":
        """What the bot said."""
        return self.widget.locator(".messages > .bot")

    @property
    def mine(self) -> "Locator":
        """What the visitor said."""
        return self.widget.locator(".messages > .mine")

    @property
    def question(self) -> "Locator":
        """The field to write in."""
        return self.widget.locator("#question")

    def button(self, name: str) -> "Locator":
        """A button of the widget, by its name or a part of it."""
        return self.widget.get_by_role("button", name=name)

    def open(self) -> None:
        """Open the chat and wait for the greeting."""
        self.launcher.click()
        self.reply(1)

    def reply(self, number: int) -> "Locator":
        """The newest reply, once there are so many."""
        expect(self.replies).to_have_count(number, timeout=PATIENCE_MS)
        return self.replies.nth(number - 1)

    def say(self, text: str) -> None:
        """Write and send."""
        self.question.fill(text)
        self.button("Send").click()

    def ask(self, text: str, number: int = 2) -> "Locator":
        """Write, send and wait for the answer, which is the so-many-th reply."""
        self.say(text)
        return self.reply(number)

    def logged(self) -> list[dict[str, Any]]:
        """The conversation as the server has it."""
        return self.page.evaluate(
            """async (base) => {
                const key = Object.keys(localStorage).find((name) => name.endsWith(":conversation"));
                const { id, token } = JSON.parse(localStorage.getItem(key));
                const headers = { Authorization: `Bearer ${token}` };
                const response = await fetch(`${base}/api/v1/conversations/${id}/messages`, { headers });
                return (await response.json()).messages;
            }""",
            self.url,
        )

    def logged_texts(self, role: str) -> list[str]:
        """The texts of one side in the server's log."""
        return [message["text"] for message in self.logged() if message["role"] == role]
