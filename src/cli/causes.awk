# causes.awk -- why502-causes(7) from the catalogue: every cause with its meaning, how to tell it from
# its neighbours, and its remedies.
# usage: LC_ALL=C awk -v version=0.1.0 -f causes.awk ../catalogue/data/{causes,remedies}.w5

function roff(s) {
    gsub(/\\/, "\\e", s)
    gsub(/-/, "\\-", s)
    gsub(/^[.']/, "\\\\\\&&", s)
    return s
}

# Source lines of at most 78 bytes, as `mandoc -T lint` asks; `join` ends each but the last.
# What is no ASCII counts as it is spelled there, \[u00D7].
function put(s, join,   at, limit) {
    s = roff(s)
    limit = s ~ /[\200-\377]/ ? 60 : 78
    while (length(s) > limit) {
        at = limit
        while (at > 0 && substr(s, at, 1) != " ")
            at--
        if (at == 0)
            break
        print substr(s, 1, at - (join == "")) join
        s = substr(s, at + 1)
        if (s ~ /^[.\047]/)
            s = "\\&" s
    }
    print s
}

# Prose: paragraphs flow, lines that begin with a blank are drawings and keep their shape.
function flow(text,   n, i, line, drawn, gap) {
    n = split(text, line, "\n")
    for (i = 1; i <= n; i++) {
        if (line[i] == "") {
            gap = 1
            continue
        }
        if (line[i] ~ /^ / && !drawn) {
            print ".PP\n.nf"
            drawn = 1
        } else if (line[i] !~ /^ / && drawn) {
            print ".fi\n.PP"
            drawn = 0
        } else if (gap)
            print drawn ? "" : ".PP"
        gap = 0
        put(line[i], drawn ? "\\c" : "")
    }
    if (drawn)
        print ".fi"
}

function labelled(label, key,   n, i, line) {
    n = split(value[key], line, "\n")
    if (n > 0)
        print ".TP\n.B " label
    for (i = 1; i <= n; i++) {
        if (i > 1)
            print ".br"
        put(line[i], "")
    }
}

# To paste: neither broken nor filled.
function as_they_stand(label, key,   n, i, line) {
    n = split(value[key], line, "\n")
    if (n == 0)
        return
    print ".TP\n.B " label "\n.nf"
    for (i = 1; i <= n; i++)
        put(line[i], "\\c")
    print ".fi"
}

function stanza() {
    if (kind == "cause" || kind == "remedy") {
        if (kind != section)
            print ".SH " (kind == "cause" ? "CAUSES" : "REMEDIES")
        section = kind
        print ".SS " roff(id)
        print ".I " roff(value["title"])
        print ".PP"
        flow(prose)
        labelled("Explains", "explains")
        labelled("Remedies", "first")
        labelled("Then", "then")
        labelled("Never first", "never")
        labelled("Documents\\(aq rank", "rank")
        as_they_stand("Change", "change")
        as_they_stand(kind == "cause" ? "To look" : "Commands", "command")
        labelled("Check", "verify")
        labelled("Undo", "undo")
        labelled("Risk", "risk")
        labelled("No help when", "wont-help")
        labelled("See", "see")
        as_they_stand("Source", "source")
    }
    kind = ""
    prose = ""
    split("", value)
}

BEGIN {
    print ".\\\" Made from the catalogue by causes.awk."
    print ".TH WHY502\\-CAUSES 7 2026-11-20 \"why502 " version "\" \"why502\"\n.nh\n.ad l"
    print ".SH NAME\nwhy502\\-causes \\- what makes a site behind nginx answer 502 or 504"
    print ".SH DESCRIPTION"
    print "What"
    print ".BR why502 (1)"
    print "can name as a cause, and what it can advise. A short code tells where, who"
    print "and what: phase"
    print "\\fBR\\fResolve, \\fBC\\fRonnect, \\fBT\\fRLS, \\fBS\\fRend, \\fBH\\fReader, \\fBB\\fRody; actor"
    print "\\fBU\\fRpstream, \\fBN\\fRginx, \\fBK\\fRernel, \\fBL\\fRimit; then an errno or a word."
    print "\\fBwhy502 explain\\fR \\fIID\\fR shows the same pages, also in Japanese and Korean."
}
/^-- / { stanza(); kind = $2; id = $3; keys = 1; next }
kind == "" { next }
keys && /^$/ { keys = 0; next }
keys && /^ *\|/ { next }
keys {
    key = $1
    sub(/:$/, "", key)
    text = $0
    sub(/^[^:]*:[ \t]*/, "", text)
    value[key] = value[key] (value[key] == "" ? "" : "\n") text
    next
}
/^#/ { next }
{ prose = prose (prose == "" ? "" : "\n") $0 }
END {
    stanza()
    print ".SH SEE ALSO\n.BR why502 (1),\n.BR why502\\-catalogue (5)"
}
