#!/bin/sh
# count.sh -- instructions a line, which no other load disturbs, against the committed figures.
# usage: WHY502=… BENCH=… sh tests/bench/count.sh       ACCEPT=1 rewrites tests/bench/counts
#
# A log of each kind is read under callgrind by one thread, and what a log of 100 lines costs is taken
# off: the rest, reading, diagnosis and report, is divided by the lines. The counts are those of gcc 12 and
# glibc 2.36 (Debian 12) on a processor with AVX2; another compiler's differ, so that CI asks them there
# alone. More than 3 % above the committed figure is a failure: make it cheaper, or accept it and say why.
set -u
cd "$(dirname "$0")/../.." || exit 2
counts=tests/bench/counts
gen=$BENCH/gen
dir=$BENCH/counts
mkdir -p "$dir"
[ -x "$gen" ] || ${CC:-cc} -std=gnu17 -O2 -D_GNU_SOURCE -o "$gen" tests/bench/gen.c || exit 2
command -v valgrind > /dev/null || { echo "valgrind is not installed (tests/bench/packages)"; exit 2; }

instructions() {
    valgrind --tool=callgrind --callgrind-out-file=/dev/null "$WHY502" -o json -j 1 --sandbox off "$1" \
        2>&1 > /dev/null | sed -n 's/.*Collected : //p'
}

status=0
: > "$dir/counts"
for kind in noise mixed incident access gunicorn; do
    "$gen" $kind $((8 << 20)) > "$dir/$kind"
    head -n 100 "$dir/$kind" > "$dir/start"
    lines=$(($(wc -l < "$dir/$kind") - 100))
    now=$((($(instructions "$dir/$kind") - $(instructions "$dir/start")) / lines))
    was=$(sed -n "s/^$kind //p" $counts 2> /dev/null)
    echo "$kind $now" >> "$dir/counts"
    awk -v k=$kind -v n=$now -v w="${was:-0}" 'BEGIN {
        much = w > 0 && n > w * 1.03
        printf "%-4s %-9s %6d instructions a line, committed %s (%+.1f %%)\n", much ? "FAIL" : "ok", k,
               n, w ? w : "none", w ? (n / w - 1) * 100 : 0
        exit much}' || status=1
done
[ -z "${ACCEPT-}" ] || { cp "$dir/counts" $counts; status=0; }
exit $status
