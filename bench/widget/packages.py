"""The other widgets, as their makers publish them: fetched from npm, checked by hash, only the built script is used."""

import base64
import hashlib
import json
import subprocess
import tarfile
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path("build") / "widget" / "others"


@dataclass(frozen=True)
class Other:
    """A published widget: package, version, sha512 of its archive, the script for a browser, how a page starts it."""

    name: str
    version: str
    sha512: str
    script: str
    start: str

    def fetch(self) -> bytes:
        """The script. Raises SystemExit if the archive is not the expected one."""
        FOLDER.mkdir(parents=True, exist_ok=True)
        command = ["npm", "pack", "--silent", "--json", f"{self.name}@{self.version}"]
        packed = json.loads(subprocess.run(command, cwd=FOLDER, check=True, capture_output=True, text=True).stdout)
        archive = FOLDER / packed[0]["filename"]
        if base64.b64encode(hashlib.sha512(archive.read_bytes()).digest()).decode() != self.sha512:
            raise SystemExit(f"{archive} is not {self.name} {self.version}: its hash is another.")
        with tarfile.open(archive) as tar:
            member = tar.extractfile(f"package/{self.script}")
            if member is None:
                raise SystemExit(f"{archive} holds no {self.script}.")
            return member.read()


OTHERS = (
    Other(
        name="deep-chat",
        version="2.4.2",
        sha512="wQNd6Z6HDoH7OMeoQKpmxDm9XdWrRjMkBJ2yl5tsYND9Dz2UCv/BdGVM8vK2V0mhO1u+OniHYPWDGvjlNxjCeQ==",
        script="dist/deepChat.bundle.js",
        # Opened is when it stands on the page: it has no button of its own.
        start="""const chat = document.createElement("deep-chat"); chat.setAttribute("demo", "true");
            chat.history = [{ role: "ai", text: "Hello." }]; document.body.append(chat);
            await new Promise((ready) => { chat.onComponentRender = ready; });""",
    ),
    Other(
        name="rasa-webchat",
        version="1.0.1",
        sha512="Ld1zVJvTAaTrs6A5p8t70agNNrKYRyXlvqXZRgBoDvKKUXbA0jhJKECi5bdPGlaR6jsmqWtVylHS+YqIqo0x8w==",
        script="lib/index.js",
        start="""const seen = (selector) => new Promise((ready) => { const look = () => document.querySelector(selector)
                ? ready(document.querySelector(selector)) : requestAnimationFrame(look); look(); });
            window.WebChat.default({ socketUrl: location.origin, socketPath: "/none", initPayload: "/greet" }, null);
            (await seen(".rw-launcher")).click(); await seen(".rw-conversation-container");""",
    ),
)
