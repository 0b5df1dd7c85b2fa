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
    """A published widget: package, version, sha512 of its archive, its script and tag, and how a page opens it."""

    name: str
    version: str
    sha512: str
    script: str
    tag: str
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
        tag='<script type="module" src="/other.js"></script>',
        # Opened is when it stands on the page: it has no button of its own.
        start="""const chat = document.createElement("deep-chat"); chat.setAttribute("demo", "true");
            chat.history = [{ role: "ai", text: "Hello." }];
            document.body.append(chat);
            while (!chat.shadowRoot?.querySelector("#messages")) await new Promise(requestAnimationFrame);""",
    ),
    Other(
        name="rasa-webchat",
        version="1.0.1",
        sha512="Ld1zVJvTAaTrs6A5p8t70agNNrKYRyXlvqXZRgBoDvKKUXbA0jhJKECi5bdPGlaR6jsmqWtVylHS+YqIqo0x8w==",
        script="lib/index.js",
        tag='<script src="/other.js"></script>',
        # Started only: it shows nothing until a server of its own kind answers, so its time is less than a visitor's.
        start="""window.WebChat.default({ socketUrl: location.origin, initPayload: "/greet" }, null);
            await new Promise(requestAnimationFrame); await new Promise(requestAnimationFrame);""",
    ),
)
