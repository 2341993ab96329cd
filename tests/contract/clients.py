"""Makes a client in two languages of the API's description, and goes through the quick start with each.

python clients.py URL EMAIL PASSWORD FOLDER: what is made goes into the folder.
"""

import os
import pathlib
import shutil
import subprocess
import sys

import requests

from coop import Actor

HERE = pathlib.Path(__file__).parent / "clients"


def run(*command, **more):
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True, **more)
    if done.returncode != 0:
        raise SystemExit(f"{command[0]}: {done.stdout}\n{done.stderr}")
    return done.stdout.strip()


def main(base, email, password, folder):
    admin = Actor(base).log_in(email, password)
    shop = {
        "name": "Client",
        "kind": "shop",
        "place": {"latitude": 48.8566, "longitude": 2.3522},
        "address": "1 Rue de Rivoli",
    }
    shop = admin.post("/v1/merchants", shop)["id"]
    client = admin.post(f"/v1/merchants/{shop}/clients", {"name": "made"})
    login = (base, client["client_id"], client["client_secret"])
    made = pathlib.Path(folder).resolve()
    shutil.rmtree(made, ignore_errors=True)
    made.mkdir(parents=True)
    document = made / "openapi.json"
    document.write_bytes(requests.get(f"{base}/v1/openapi.json", timeout=30).content)

    tools = pathlib.Path(sys.executable).parent
    path = {**os.environ, "PATH": f"{tools}{os.pathsep}{os.environ['PATH']}", "PYTHONPATH": str(made)}
    package = made / "paceline_client"
    run(tools / "openapi-python-client", "generate", "--path", document, "--output-path", package,
        "--meta", "none", env=path)
    print(run(sys.executable, HERE / "quick_start.py", *login, env=path))

    # Where it finds the packages.
    for name in ("package.json", "tsconfig.json", "quick-start.ts"):
        shutil.copy(HERE / name, made)
    (made / "node_modules").symlink_to(HERE.resolve() / "node_modules")
    types = made / "node_modules" / ".bin"
    run(types / "openapi-typescript", document, "--default-non-nullable=false", "-o", "api.d.ts", cwd=made)
    run(types / "tsc", cwd=made)
    print(run("node", "made/quick-start.js", *login, cwd=made))


main(*sys.argv[1:])
