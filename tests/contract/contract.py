"""Asks every operation of the API as everybody, and holds the answers against its own description.

python contract.py URL EMAIL PASSWORD [--long] [ROLE ...]

The admin with EMAIL makes a small co-op on the server at URL, and one role after the other asks. All
checks of schemathesis hold: no 5xx, no status, header or body that is not described, nothing taken that is not
as described, nothing open that is closed. `GET /v1/stream` is left out: its answer has no end. Nobody is
locked out on the way: to erase oneself takes a password, and to log out a refresh token, which are not
known here.
"""

import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time

import jsonschema_rs

from coop import ROLES, Coop

HERE = pathlib.Path(__file__).resolve().parent
SHORT = ["--phases=fuzzing", "--max-examples=1"]
LONG = ["--phases=examples,coverage,fuzzing,stateful", "--max-examples=20"]


def wrong_examples(document):
    """What stands in the document as an example, and is not as the document says."""
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            sides = [operation.get("requestBody", {}), *operation["responses"].values()]
            for of in (of for side in sides for of in side.get("content", {}).values()):
                if "example" in of and "schema" in of:
                    whole = {**of["schema"], "components": document["components"]}
                    for error in jsonschema_rs.validator_for(whole).iter_errors(of["example"]):
                        yield f"{method} {path}: {error.message}"


def main(base, email, password, *more):
    coop = Coop(base, email, password)
    wrong = list(wrong_examples(coop.nobody.get("/v1/openapi.json")))
    if wrong:
        raise SystemExit("\n".join(wrong))
    roles = [role for role in more if role in ROLES] or ROLES
    environment = {**os.environ, "CONTRACT_IDS": json.dumps(coop.ids), "PYTHONPATH": str(HERE)}
    failed = []
    for role in roles:
        began = time.monotonic()
        command = [
            pathlib.Path(sys.executable).with_name("schemathesis"),
            f"--config-file={HERE / 'schemathesis.toml'}",
            "run",
            f"{base}/v1/openapi.json",
            f"--header=Authorization: Bearer {coop.tokens[role]}",
            "--checks=all",
            "--exclude-path=/v1/stream",
            "--continue-on-failure",
            "--seed=1",
            "--warnings=off",
            "--generation-database=none",
            "--no-color",
            *(LONG if "--long" in more else SHORT),
        ]
        with tempfile.TemporaryDirectory() as scratch:  # It keeps what it has found where it runs.
            said = subprocess.run(command, env=environment, cwd=scratch, capture_output=True, text=True)
        if said.returncode != 0:
            failed.append(role)
            print(said.stdout, said.stderr, sep="\n")
        last = [line for line in said.stdout.splitlines() if line.strip()][-1:]
        print(f"{role}: {time.monotonic() - began:.0f} s; {''.join(last).strip('= ')}", flush=True)
    if failed:
        raise SystemExit(f"the API is not as it says it is, for {', '.join(failed)}")


main(*sys.argv[1:])
