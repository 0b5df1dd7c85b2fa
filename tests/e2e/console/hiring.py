"""From no account at all to a nurse at work: the first administrator hires her, both by the console's own pages."""

import os
import re
import subprocess
import sys

from running import ROOT, PumpTalk

from console.desk import Desk

ADMINISTRATOR, NURSE = "jane.doe@clinic.example", "sam.roe@clinic.example"


def nurse_signs_in(pumptalk: PumpTalk, desk: Desk) -> None:
    """She has chosen a password, set up her second step, and sits before the conversations."""
    desk.sign_in_first(ADMINISTRATOR, _first_administrator(pumptalk))
    password = _hired(desk)
    desk.sign_out()
    desk.sign_in_first(NURSE, password)


def _first_administrator(pumptalk: PumpTalk) -> str:
    """The first account, made by the command line; its one-time password."""
    command = [sys.executable, "-m", "server.console.people", "--add-administrator", ADMINISTRATOR]
    database = f"sqlite:///{pumptalk.output.parent / 'e2e.db'}"
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "DATABASE_URL": database}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True)
    return re.search(r"One-time password: (\S.*?)   ", done.stdout)[1]


def _hired(desk: Desk) -> str:
    """An account that reads, teaches, signs off and audits; its one-time password."""
    desk.go("Accounts")
    desk.type("Name", "Sam Roe")
    desk.type("E-mail", NURSE)
    for role in ("Manager", "Clinician", "Auditor"):
        desk.tick(role)
    desk.press("Make the account")
    password = desk.given_password()
    desk.follow("Done")
    return password
