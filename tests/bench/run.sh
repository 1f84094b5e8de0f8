#!/bin/sh
# run.sh -- speed and memory against the budgets, beside other tools on the same files.
# usage: WHY502=… BENCH=… sh tests/bench/run.sh     SHORT=1: small files, two rounds
#
# Rounds are interleaved, so that a busy moment of the machine hits every tool; what is told is the
# median. A tool that is not installed is left out with a note (tests/bench/packages lists them).
set -u
size=$((256 << 20)) rounds=5
[ -z "${SHORT-}" ] || { size=$((16 << 20)); rounds=3; }
dir=$BENCH/logs
mkdir -p "$dir"
kinds='noise mixed incident gunicorn slow access journal stream'
for kind in $kinds; do
    [ "$(stat -c %s "$dir/$kind.$size" 2> /dev/null || echo 0)" -ge "$size" ] && continue
    rm -f "$dir/$kind".*
    "$BENCH/gen" "$kind" "$size" > "$dir/$kind.$size"
done

five='connect\(\) failed|upstream prematurely closed|upstream timed out|recv\(\) failed|no live upstreams'
python=$(command -v /usr/bin/python3 || command -v python3)
cat > "$dir/one.py" << 'PY'
import re, sys, collections
line = re.compile(rb'^(\S+ \S+) \[(\w+)\] (\d+)#\d+: (?:\*(\d+) )?(.*?)(?:, client: (\S+), server: (\S*)'
                  rb'(?:, request: "(\S+) (\S+)[^"]*")?(?:, upstream: "([^"]*)")?.*)?$')
count = collections.Counter()
with open(sys.argv[1], 'rb') as f:
    for text in f:
        m = line.match(text)
        if m:
            count[m.group(5)[:24]] += 1
print(len(count))
PY
cat > "$dir/one.mtail" << 'MTAIL'
counter errors by what
/(?P<what>connect\(\) failed|prematurely closed|timed out|recv\(\) failed|no live upstreams)/ {
  errors[$what]++
}
MTAIL
cat > "$dir/one.sec" << 'SEC'
type=Single
ptype=RegExp
pattern=(connect\(\) failed|prematurely closed|timed out|recv\(\) failed|no live upstreams)
desc=$1
action=none
SEC

# name|kind|limit of time against us (we must be so many times faster; "own": ours)|command on $f
cat > "$dir/tools" << TOOLS
why502|*|own|\$WHY502 -o json \$f
rg|noise mixed incident|1.0|rg -c '$five' \$f
wc|noise mixed|0.5|wc -l \$f
rg|gunicorn|0.333|rg -c 'WORKER TIMEOUT' \$f
rg|journal|0.333|rg -c 'WORKER TIMEOUT' \$f
rg|slow|0.333|rg -c 'Query_time: ' \$f
rg|access|0.333|rg -c ' 502 ' \$f
lnav|mixed|8|lnav -n -c ';SELECT count(*) FROM all_logs' \$f
goaccess|access|20|goaccess \$f --log-format=COMBINED -o $dir/goaccess.json
mtail|mixed|20|mtail --one_shot --logtostderr --progs $dir/one.mtail --logs \$f
sec|mixed|20|sec --conf=$dir/one.sec --input=\$f --notail --fromstart
fail2ban-regex|mixed|20|fail2ban-regex --no-check-all \$f '^.*no live upstreams.*client: <HOST>'
pt-query-digest|slow|20|pt-query-digest --limit 1 \$f
$python|mixed|20|$python $dir/one.py \$f
TOOLS

# Seconds a command takes, in thousandths; what it prints is of no interest.
milliseconds() {
    start=$(date +%s%N)
    sh -c "$1" > /dev/null 2>&1 < /dev/null
    echo $((($(date +%s%N) - start) / 1000000))
}
median() { sort -n | awk '{a[NR] = $1} END {print a[int((NR + 1) / 2)]}'; }

# Slow tools get a smaller file, and we the same one.
slow='lnav goaccess mtail sec fail2ban-regex pt-query-digest'
sample=$((size / 16))
measure_kind() {
    kind=$1 f=$2 only=$3
    export f WHY502
    : > "$dir/times"
    round=0
    while [ $round -lt "$rounds" ]; do
        while IFS='|' read -r name where limit command; do
            case "$where" in '*') ;; *) case " $where " in *" $kind "*) ;; *) continue ;; esac ;; esac
            heavy=no
            case " $slow $python " in *" $name "*) heavy=yes ;; esac
            [ "$limit" = own ] || [ $heavy = "$only" ] || continue
            command -v "$(echo "$name" | sed "s|^why502$|$WHY502|")" > /dev/null || {
                [ $round = 0 ] && echo "  ($name is not installed)"
                continue
            }
            echo "$name $limit $(milliseconds "$command")" >> "$dir/times"
        done < "$dir/tools"
        round=$((round + 1))
    done
    ours=$(awk '$1 == "why502" {print $3}' "$dir/times" | median)
    for name in $(awk '$1 != "why502" {print $1}' "$dir/times" | sort -u); do
        theirs=$(awk -v n="$name" '$1 == n {print $3}' "$dir/times" | median)
        limit=$(awk -v n="$name" '$1 == n {print $2; exit}' "$dir/times")
        awk -v k="$kind" -v n="${name##*/}" -v o="$ours" -v t="$theirs" -v l="$limit" 'BEGIN {
            if (o < 1) o = 1; ratio = t / o
            printf "%-9s %-16s %7.3f s %8.3f s  %7.2f x  (%s: %s)\n", k, n, t / 1000, o / 1000, ratio,
                   l, ratio >= l ? "met" : "MISSED"}'
    done
}

echo "machine: $(nproc) cores, $(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -1), $(date -u +%F)"
echo "log       tool               theirs      ours    times us  (wanted)"
for kind in $kinds; do
    cat "$dir/$kind.$size" > /dev/null
    measure_kind $kind "$dir/$kind.$size" no
    grep -v '^why502' "$dir/tools" | grep -E "^($(echo "$slow" | tr ' ' '|')|$python)\|[^|]*$kind" > /dev/null || continue
    head -c $sample "$dir/$kind.$size" > "$dir/sample"
    measure_kind "$kind" "$dir/sample" yes
done

# --- start -------------------------------------------------------------------------------------
head -100 "$dir/mixed.$size" > "$dir/hundred"
for who in why502 python; do
    command="\$WHY502 -o json $dir/hundred"
    [ $who = why502 ] || command="$python -c pass"
    for i in 1 2 3 4 5 6 7 8 9; do milliseconds "$command"; done | median | \
        awk -v w=$who '{printf "start     %-16s %7.3f s\n", w, $1 / 1000}'
done

# --- memory: the largest process, from a file and through a pipe ------------------------------------
peak() { /usr/bin/time -f %M sh -c "$1" 2>&1 > /dev/null | tail -1; }
for kind in noise mixed incident access; do
    f=$dir/$kind.$size
    export f
    echo "memory    $kind $((size >> 20)) MiB: $(peak "exec \$WHY502 -o json \$f") KiB"
done
pipes='64 1024 16384'
[ -z "${SHORT-}" ] || pipes='16 64'
for mib in $pipes; do
    "$BENCH/gen" mixed $((mib << 20)) | /usr/bin/time -f %M -o "$dir/peak" "$WHY502" -o json - > /dev/null
    echo "memory    mixed through a pipe, $mib MiB: $(tail -1 "$dir/peak") KiB"
done
