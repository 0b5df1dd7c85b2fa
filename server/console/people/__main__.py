"""`python -m server.console.people`: accounts from the command line, for when nobody can sign in to make them."""

import argparse
import asyncio
import sys

from sqlalchemy.exc import DBAPIError

from server.console.people.accounts import ONE_TIME_DAYS, Handed
from server.console.people.errors import RefusedError
from server.console.people.first import add_administrator, demonstration_administrator, reset
from server.db import Database
from server.errors import ConfigurationError, ProblemError
from server.settings import Settings, load_settings


def main(arguments: list[str] | None = None) -> int:
    """Do what the arguments say and print the one-time password. Returns the exit code."""
    wanted = _parser().parse_args(arguments)
    try:
        handed = asyncio.run(_handed(load_settings(), wanted))
    except (ConfigurationError, RefusedError, ProblemError, DBAPIError) as e:
        reason = "run `python -m server.migrate` first" if isinstance(e, DBAPIError) else e
        print(f"No account was changed: {reason}", file=sys.stderr)
        return 1
    if handed:
        print(f"E-mail:            {handed.email}")
        print(f"One-time password: {handed.password}   (for {ONE_TIME_DAYS} days; shown only here)")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m server.console.people", description=__doc__)
    one = parser.add_mutually_exclusive_group(required=True)
    one.add_argument("--add-administrator", metavar="EMAIL", help="make an account that manages the others")
    one.add_argument("--reset", metavar="EMAIL", help="give a new one-time password, take the second step away")
    one.add_argument(
        "--demonstration", action="store_true", help="make a first account that sees every page, if there is none"
    )
    return parser


async def _handed(settings: Settings, wanted: argparse.Namespace) -> Handed | None:
    database = Database(settings.database_url)
    try:
        if wanted.add_administrator:
            return await add_administrator(database, wanted.add_administrator)
        if wanted.demonstration:
            if settings.environment == "production":
                raise RefusedError("this is production; use --add-administrator EMAIL")
            return await demonstration_administrator(database)
        handed = await reset(database, wanted.reset)
        if handed is None:
            raise RefusedError("there is no account with this e-mail")
        return handed
    finally:
        await database.close()


if __name__ == "__main__":
    sys.exit(main())
