#!/usr/bin/env bash
# A check that cannot fail is none: mer test-pages must refuse the broken page and name each of its faults.
cd "$(dirname "$0")/../.."
found=$(./mer test-pages tests/pages/broken.html 2>&1) && { echo "the broken page passed"; exit 1; }
for fault in "without alternative text" "request: https://example.org" "not loaded: https://example.org" "scrolls sideways" \
    "'a title that leaves its chart' is cut off" "has no static picture" "is not drawn" "scrolls and does not show it" "scrolls away" "an equation that is not drawn: '\$\$\unknown" "an equation that is not drawn: '\$\$\alsounknown" "does not fit its box" "console error: a console error" "script error: Uncaught Error: a script error"; do
  grep -qF -- "$fault" <<<"$found" || { echo "not found: $fault"; echo "$found"; exit 1; }
done
echo "every fault found"
