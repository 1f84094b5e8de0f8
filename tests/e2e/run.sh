#!/bin/sh
# run.sh -- the real binary on stories.
# usage: sh tests/e2e/run.sh WHY502 SCRATCH [CASE…]       ACCEPT=1 rewrites what is expected
#
# A case is a folder tests/e2e/NAME with
#   cmd       a shell script; it runs in the top folder of the sources
#   expected  its standard output, byte for byte
#   status    its exit status (a missing file means 0)
#   stderr    its standard error (a missing file means: not looked at)
# It finds $WHY502 (the program), $FIXTURES (fixtures), $CASE (its own folder) and $TMP (an empty
# folder to write in). Nothing else of the caller's environment is passed on; the clock, the zone
# and the language are fixed.
set -u
why502=$(cd "$(dirname "$1")" && pwd)/${1##*/}
scratch=$2
shift 2

run_case() {
    name=$1
    case=tests/e2e/$name
    tmp=$scratch/$name
    rm -rf "$tmp"
    mkdir -p "$tmp/tmp"
    env -i PATH="$PATH" HOME="$tmp/tmp" TMP="$tmp/tmp" TMPDIR="$tmp/tmp" LC_ALL=C.UTF-8 TZ=UTC \
        SOURCE_DATE_EPOCH=1795183200 WHY502="$why502" FIXTURES=fixtures CASE="$case" \
        ${ASAN_OPTIONS+ASAN_OPTIONS="$ASAN_OPTIONS"} \
        timeout 60 sh "$case/cmd" > "$tmp/out" 2> "$tmp/err" < /dev/null
    status=$?
    if [ -n "${ACCEPT-}" ]; then
        cp "$tmp/out" "$case/expected"
        [ $status = 0 ] && rm -f "$case/status" || echo $status > "$case/status"
        [ -f "$case/stderr" ] && cp "$tmp/err" "$case/stderr"
        echo "accepted $name"
        return
    fi
    wanted=0
    [ -f "$case/status" ] && wanted=$(cat "$case/status")
    why=
    cmp -s "$case/expected" "$tmp/out" || why="other output"
    [ ! -f "$case/stderr" ] || cmp -s "$case/stderr" "$tmp/err" || why="$why, other standard error"
    [ "$status" = "$wanted" ] || why="$why, status $status instead of $wanted"
    if [ -z "$why" ]; then
        echo "ok $name"
        return
    fi
    {
        echo "FAIL $name: ${why#, }"
        diff -u "$case/expected" "$tmp/out" | head -n 40 | cat -v | sed 's/^/    /'
        head -n 20 "$tmp/err" | cat -v | sed 's/^/    stderr: /'
    } > "$tmp/report"
    cat "$tmp/report"
}

if [ "${1-}" = --one ]; then # one of several at once, started below
    run_case "$2"
    exit
fi
[ -x "$why502" ] || { echo "FAIL there is no program $why502"; exit 1; }
if [ $# = 0 ]; then
    for cmd in tests/e2e/*/cmd; do
        [ -f "$cmd" ] || continue
        cmd=${cmd%/cmd}
        set -- "$@" "${cmd##*/}"
    done
fi
[ $# -gt 0 ] || exit 0
printf '%s\n' "$@" | xargs -n 1 -P "${JOBS:-$(nproc)}" sh "$0" "$why502" "$scratch" --one
