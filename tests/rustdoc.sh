#!/usr/bin/env bash
# rustdoc for `cargo test --doc`, which hands it all that is compiled already. Makes the docs of
# everything, then runs the examples in them. `cargo doc` would go through all dependencies again.
set -euo pipefail

docs=()
skipped=0
for argument; do
  case $argument in
    --test) ;;
    --test-*) skipped=1 ;; # Its value follows.
    *) [ "$skipped" = 1 ] || docs+=("$argument"); skipped=0 ;;
  esac
done
rustdoc "${docs[@]}" --document-private-items -D warnings -o "${CARGO_TARGET_DIR:-target}/doc"
exec rustdoc "$@"
