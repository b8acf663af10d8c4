"""What `make run` does before it starts, without the demo data: once, for the database that others are copies of."""

import argparse
from pathlib import Path

import django


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--out", type=Path, required=True)
    wanted = parser.parse_args()
    django.setup()
    from django.core.management import call_command

    call_command("messages", "compile")
    call_command("collectstatic", interactive=False, verbosity=0)
    call_command("migrate", interactive=False, verbosity=0)
    wanted.out.write_text("null")


if __name__ == "__main__":
    main()
