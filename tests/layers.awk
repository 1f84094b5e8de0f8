# layers.awk -- src/LAYERS is the law: report every #include it does not allow.
# usage: awk -f tests/layers.awk src/LAYERS src/*/*.[ch] include/why502/*.h
function complain(text) {
    print "FAIL " text
    bad = 1
}

# the plan itself: "name: modules it may use", all of them named above; "<header>: its one door"
FNR == NR {
    sub(/#.*/, "")
    if (!match($0, /:/))
        next
    name = substr($0, 1, RSTART - 1)
    gsub(/[ \t]/, "", name)
    n = split(substr($0, RSTART + 1), word, " ")
    if (name ~ /^</) {
        door[name] = word[1]
        next
    }
    known[name] = may[name, name] = 1
    for (i = 1; i <= n; i++) {
        if (!(word[i] in known))
            complain("src/LAYERS: " name " may not look down to " word[i])
        may[name, word[i]] = 1
    }
    next
}

# src/event/x.c, include/why502/event.h -> event
FNR == 1 {
    self = FILENAME
    sub(/^(src|include\/why502)\//, "", self)
    sub(/[\/.].*/, "", self)
    if (!(self in known))
        complain(FILENAME ": module '" self "' is not in src/LAYERS")
}

/^[ \t]*#[ \t]*include[ \t]*[<"]/ {
    used = $0
    sub(/^[^<"]*/, "", used)
    sub(/[ \t]*(\/[\/*].*)?$/, "", used)
    if (used ~ /^<why502\//) {
        sub(/^<why502\//, "", used)
        sub(/[\/.].*/, "", used)
        if (!((self, used) in may))
            complain(FILENAME ":" FNR ": " self " may not include " used)
    } else if (used ~ /^</) {
        if (used in door && door[used] != FILENAME)
            complain(FILENAME ":" FNR ": " used " belongs to " door[used])
    } else if (used ~ /\// && used !~ /\.inc"/)
        complain(FILENAME ":" FNR ": " used " is private to another module")
}

END { exit bad }
