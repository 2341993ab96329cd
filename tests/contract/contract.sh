# The API held against its own description, and clients made of it; part of ./dev.
# shellcheck shell=bash

CONTRACT_PORT=18477
CONTRACT_URL=http://127.0.0.1:$CONTRACT_PORT
CONTRACT_EMAIL=admin@contract.example
CONTRACT_PASSWORD=for-this-test-alone

has_pip() { python3 -c 'import ensurepip, venv' 2>/dev/null; }

# Python packages of their own place, in the versions that requirements.txt names.
contract_tools() {
  local venv=$PACELINE_TOOLS/contract wanted=$PWD/tests/contract/requirements.txt
  [ ! "$venv/.made" -nt "$wanted" ] || return 0
  python3 -m venv "$venv" &&
    "$venv/bin/pip" --quiet --disable-pip-version-check install --requirement "$wanted" &&
    touch "$venv/.made"
}

# contract [--long] [ROLE...]: everybody asks everything, and two made clients go through the quick start.
contract() (
  unset DATABASE_URL REDIS_URL
  python=$PACELINE_TOOLS/contract/bin/python
  data=$(mktemp -d /tmp/paceline-contract.XXXXXX)
  chmod 755 "$data" # For the services' account; their own directories inside it are closed.
  export PACELINE_SERVER__LISTEN=127.0.0.1:$CONTRACT_PORT
  PACELINE_SERVER__DATA_DIR=$data PACELINE_LOG__FILTER=warn PACELINE_AUTH__ACCESS_S=7200 \
    PACELINE_AUTH__ADMIN_EMAIL=$CONTRACT_EMAIL PACELINE_AUTH__ADMIN_PASSWORD=$CONTRACT_PASSWORD \
    PACELINE_COOP__NAME='The Co-op' PACELINE_COOP__IBAN=FR1420041010050500013M02606 \
    PACELINE_COOP__SIREN=732829320 "$TARGET/debug/paceline" serve &
  server=$!
  trap 'kill $server && wait $server; rm -rf "$data"' EXIT
  until "$TARGET/debug/paceline" health; do
    kill -0 $server && sleep 0.5 || exit 1
  done
  # Each has people of its own there, and they do not disturb each other: at once.
  admin=("$CONTRACT_URL" "$CONTRACT_EMAIL" "$CONTRACT_PASSWORD")
  status=0
  "$python" tests/contract/clients.py "${admin[@]}" "$TARGET/contract" &
  clients=$!
  "$python" tests/contract/contract.py "${admin[@]}" "$@" || status=$?
  wait $clients || status=$?
  exit $status
)

# The long form: thousands of requests for each role, which takes half an hour.
contract_long() {
  has_pip || fail 'python3 with venv and pip is missing: as root, apt-get install python3-venv'
  build
  contract_packages
  contract --long "$@"
}

contract_packages() {
  step 'contract tools' 'see whether the Python package index is in reach' contract_tools
  npm_packages tests/contract/clients
}

test_contract() {
  if has_pip; then
    contract_packages
    step 'contract' 'mend the API, or what src/http/openapi says of it' contract
  else
    skip 'contract' 'python3 with venv and pip is missing: as root, apt-get install python3-venv'
  fi
}
