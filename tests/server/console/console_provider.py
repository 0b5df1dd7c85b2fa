"""A real identity provider (npm's oidc-provider) on loopback, and a browser that signs in there."""

import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urljoin

import httpx

from server.settings import ROOT

BACK = "http://test/staff/sign-in/provider/back"
CLIENT = {"oidc_client_id": "pumptalk", "oidc_client_secret": "a-secret-of-the-tests"}
_SCRIPT = ROOT / "web" / "tests" / "identity-provider.mjs"
_MOST_STEPS = 12


def node() -> str | None:
    """Node, wherever the build found it."""
    found = subprocess.run(["sh", ROOT / "deploy" / "find_node.sh"], capture_output=True, text=True, cwd=ROOT)
    return shutil.which("node", path=str(ROOT / found.stdout.strip())) or shutil.which("node")


@contextmanager
def identity_provider(program: str) -> Iterator[str]:
    """Start it; its address."""
    command = [program, str(_SCRIPT), BACK]
    process = subprocess.Popen(command, cwd=ROOT / "web", stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    assert process.stdout
    try:
        lines = []
        for line in process.stdout:
            lines.append(line)
            if line.startswith("listening "):
                break
        else:
            raise RuntimeError(f"the identity provider did not start:\n{''.join(lines)}")
        yield line.split()[1]
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


async def sign_in_there(address: str, login: str) -> str:
    """Go through the provider's pages from the address that we were sent to; the address it sends us back to."""
    async with httpx.AsyncClient(trust_env=False) as browser:
        answer = await browser.get(address)
        for _ in range(_MOST_STEPS):
            if answer.is_redirect:
                address = urljoin(address, answer.headers["Location"])
                if address.startswith(BACK):
                    return address
                answer = await browser.get(address)
                continue
            form = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', answer.text))
            [target] = re.findall(r'<form[^>]* action="([^"]+)"', answer.text)
            address = urljoin(address, target)
            answer = await browser.post(address, data={**form, "login": login, "password": "any"})
    raise AssertionError(f"the provider did not send us back: {address}")
