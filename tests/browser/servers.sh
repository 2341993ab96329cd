# What the browser tests and the bench of the board run against; part of ./dev.
# shellcheck shell=bash

BROWSER_TEST_PORT=18473
DESK_TEST_PORT=18474
BENCH_PORT=18475

# The figures go into the docs, but not those of a shorter run.
bench_board() {
  export BENCH_MINUTES=${BENCH_MINUTES:-15}
  [ "$BENCH_MINUTES" != 15 ] || export WRITE=$PWD/docs/performance.md
  need browser
  npm_packages tests/browser
  build --release
  with_idle_server "$TARGET/release/paceline" $BENCH_PORT env PACELINE_URL=http://127.0.0.1:$BENCH_PORT \
    CHROMIUM="$(command -v chromium)" npm --prefix tests/browser run bench
}

# with_idle_server PROGRAM PORT COMMAND...: beside a co-op of nobody, whose engine is at rest.
with_idle_server() (
  unset DATABASE_URL REDIS_URL
  program=$1 port=$2
  shift 2
  data=$(mktemp -d /tmp/paceline-idle.XXXXXX)
  chmod 755 "$data" # For the services' account; their own directories inside it are closed.
  export DESK_EMAIL=admin@desk.example DESK_PASSWORD=for-this-server-alone
  PACELINE_SERVER__LISTEN=127.0.0.1:$port PACELINE_SERVER__DATA_DIR=$data \
    PACELINE_DISPATCH__ENABLED=false PACELINE_LOG__FILTER=warn \
    PACELINE_AUTH__ADMIN_EMAIL=$DESK_EMAIL PACELINE_AUTH__ADMIN_PASSWORD=$DESK_PASSWORD \
    "$program" serve &
  server=$!
  trap 'kill $server && wait $server; rm -rf "$data"' EXIT
  until PACELINE_SERVER__LISTEN=127.0.0.1:$port "$program" health; do
    kill -0 $server && sleep 0.5 || exit 1
  done
  "$@"
)

# The courier's app on a phone, against a server of its own.
phone_tests() {
  CHROMIUM=$(command -v chromium) PACELINE=$(realpath "$TARGET/debug/paceline") \
    npm --prefix tests/browser run courier
}

# The pages of treasurers, reviewers and admins, and a week of shifts, each against a server of its own.
office_tests() {
  CHROMIUM=$(command -v chromium) PACELINE=$(realpath "$TARGET/debug/paceline") \
    npm --prefix tests/browser run office
}

# The board in a real browser, against a demo of its own.
browser_tests() ( # A shell of its own: its trap runs when it ends, however it ends.
  unset DATABASE_URL REDIS_URL
  export PACELINE_SERVER__LISTEN=127.0.0.1:$BROWSER_TEST_PORT
  export PACELINE_ADMIN_PASSWORD=for-this-test-alone
  "$TARGET/debug/paceline" demo &
  demo=$!
  trap 'kill $demo && wait $demo' EXIT
  until "$TARGET/debug/paceline" health; do
    kill -0 $demo && sleep 0.5 || exit 1
  done
  with_idle_server "$TARGET/debug/paceline" $DESK_TEST_PORT \
    env CHROMIUM="$(command -v chromium)" PACELINE_URL=http://$PACELINE_SERVER__LISTEN \
    PACELINE_EMAIL=admin@demo.paceline.example PACELINE_PASSWORD=$PACELINE_ADMIN_PASSWORD \
    DESK_URL=http://127.0.0.1:$DESK_TEST_PORT npm --prefix tests/browser test
)

# Two of them wait for the clock more than they work: at once. The office works, and comes afterwards.
browser_and_phone_tests() {
  local status=0
  phone_tests >"$LOGS/phone.log" 2>&1 &
  browser_tests || status=$?
  wait $! || status=$?
  cat "$LOGS/phone.log"
  office_tests || status=$?
  [ "$status" = 0 ] || failed_tests
  return $status
}

# What failed, once more and last: it is the end of the log that a step which failed shows.
failed_tests() {
  echo 'What failed:'
  awk '/^ *not ok/ {shown = 1} shown {print} /^ *\.\.\.$/ {shown = 0}' "$LOGS/browser.log"
}
