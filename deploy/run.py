"""`make run`: the three processes under one supervisor (honcho), and a word when they are really ready."""

import os
import socket
import subprocess
import sys
import threading
import time
from shlex import quote

import httpx
from honcho.manager import Manager

from deploy.ensure_model import BOT_PYTHON, ensure_model
from knowledge.paths import ROOT

_READY_WITHIN_SECONDS = 180
_LOG = ROOT / "var" / "log"


def main() -> int:
    """Set up what is missing, start, and stay until Ctrl-C or until a process ends. Returns the exit code."""
    ensure_model()
    _LOG.mkdir(parents=True, exist_ok=True)
    port = _port("PORT", 8000)
    rasa, actions = _port("RASA_PORT", 5005), _port("ACTIONS_PORT", 5055)
    environment = {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        "PYTHONUNBUFFERED": "1",
        "PORT": str(port),
        "RASA_URL": f"http://127.0.0.1:{rasa}",
        "SANIC_HOST": "127.0.0.1",
    }
    bot, server = quote(str(BOT_PYTHON)), quote(sys.executable)
    commands = {
        "actions": f"{bot} -m rasa_sdk --actions actions --port {actions}",
        "bot": f"{bot} -m bot.serve --port {rasa} --actions-url http://127.0.0.1:{actions}/webhook",
        "server": f"{server} -m server.migrate && exec {server} -m server",
    }
    manager = Manager()
    for name, command in commands.items():
        # Each process writes to its own log, so that this terminal stays readable.
        log = quote(str(_LOG / f"{name}.log"))
        manager.add_process(name, f"exec >{log} 2>&1; {command}", env=environment, cwd=str(ROOT))
    url = f"http://{environment.get('HOST', '127.0.0.1')}:{port}"
    print("Starting the actions, the bot and the server (about half a minute) ...", flush=True)
    threading.Thread(target=_announce, args=(url, environment), daemon=True).start()
    manager.loop()
    return manager.returncode or 0


def _port(name: str, default: int) -> int:
    """The port from the environment or the default one. Ends the process if somebody listens there already."""
    port = int(os.environ.get(name, default))
    with socket.socket() as probe:
        if probe.connect_ex(("127.0.0.1", port)) == 0:
            sys.exit(f"Port {port} is taken. Stop what listens there, or choose another: {name}={port + 1} make run")
    return port


def _announce(url: str, environment: dict[str, str]) -> None:
    started = time.monotonic()
    while time.monotonic() - started < _READY_WITHIN_SECONDS:
        if _ready(url):
            print(f"\nPumpTalk is ready after {time.monotonic() - started:.0f} s.\n", flush=True)
            print(f"  The clinic's page with the chat   {url}/", flush=True)
            print(f"  The API and its description       {url}/api/v1/docs", flush=True)
            print(f"  The console for staff             {url}/staff", flush=True)
            print(f"  Logs                              {_LOG.relative_to(ROOT)}/", flush=True)
            print(_first_administrator(environment), end="", flush=True)
            print("\nCtrl-C stops everything.", flush=True)
            return
        time.sleep(0.5)
    print(f"Not ready after {_READY_WITHIN_SECONDS} s; the logs in {_LOG} say why.", file=sys.stderr, flush=True)


def _first_administrator(environment: dict[str, str]) -> str:
    """How to get into a console that nobody has signed in to yet; empty once somebody has."""
    command = [sys.executable, "-m", "server.console.people", "--demonstration"]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        return f"\nNo first account of the console was made: {done.stderr.strip()}\n"
    if not done.stdout:
        return ""
    shown = "".join(f"  {line}\n" for line in done.stdout.splitlines())
    return (
        "\nNobody has signed in to the console yet. This first account may see and do everything, to try it out;\n"
        f"for real work give each person an account with only the roles that they need.\n{shown}"
    )


def _ready(url: str) -> bool:
    try:
        return httpx.get(f"{url}/readyz", timeout=10, trust_env=False).status_code == httpx.codes.OK
    except httpx.HTTPError:
        return False


if __name__ == "__main__":
    sys.exit(main())
