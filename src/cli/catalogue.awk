# catalogue.awk -- why502-catalogue(5) from the Markdown of src/catalogue/README.md: headings,
# paragraphs, lists, tables (a row becomes a term and its meaning), fenced blocks.
# usage: LC_ALL=C awk -v version=0.1.0 -f catalogue.awk ../catalogue/README.md

function roff(s) {
    gsub(/\\/, "\\e", s)
    gsub(/-/, "\\-", s)
    gsub(/^[.']/, "\\\\\\&&", s)
    return s
}

# `code` is bold, *emphasis* italic; a backslash before | belongs to Markdown's tables.
function inline(s,   n, i, part, text) {
    gsub(/\\\|/, "|", s)
    n = split(s, part, "`")
    for (i = 1; i <= n; i++) {
        part[i] = roff(part[i])
        if (i % 2 == 0)
            part[i] = "\\fB" part[i] "\\fR"
        else
            while (match(part[i], /\*[A-Za-z][A-Za-z ]*\*/))
                part[i] = substr(part[i], 1, RSTART - 1) "\\fI" substr(part[i], RSTART + 1, RLENGTH - 2) "\\fR" substr(part[i], RSTART + RLENGTH)
        text = text part[i]
    }
    return text
}

# Lines of at most 78 bytes; what is no ASCII counts as it is spelled in roff, \[u00D7].
function put(s,   at, limit) {
    limit = s ~ /[\200-\377]/ ? 60 : 78
    while (length(s) > limit) {
        at = limit
        while (at > 0 && substr(s, at, 1) != " ")
            at--
        if (at == 0)
            break
        print substr(s, 1, at - 1)
        s = substr(s, at + 1)
        if (s ~ /^[.']/)
            s = "\\&" s
    }
    if (s != "")
        print s
}

function flush() {
    put(inline(paragraph))
    paragraph = ""
}

function row(   n, i, cell, text, line) {
    line = $0
    gsub(/\\\|/, "\001", line)
    n = split(line, cell, / *\| */)
    for (i = 3; i < n; i++)
        text = text (text == "" || cell[i] == "" ? "" : "; ") cell[i]
    gsub(/\001/, "|", text)
    print ".TP"
    print inline(cell[2])
    put(inline(text))
}

BEGIN {
    print ".\\\" Made from src/catalogue/README.md by catalogue.awk."
    print ".TH WHY502\\-CATALOGUE 5 2026-11-20 \"why502 " version "\" \"why502\""
    print ".nh\n.ad l"
    print ".SH NAME\nwhy502\\-catalogue \\- what why502 knows, as text"
    print ".SH DESCRIPTION"
}
/^ *```/ {
    flush()
    fenced = !fenced
    indent = match($0, /`/) - 1
    print fenced ? (indent || fresh ? "" : ".PP\n") ".nf" : ".fi"
    fresh = 0
    next
}
fenced { print roff(substr($0, indent + 1)); next }
/^# / { fresh = 1; next }
/^## / { flush(); print ".SH " toupper(substr($0, 4)); fresh = 1; next }
/^\| *key|^\|---/ { flush(); next }
/^\|/ { row(); gap = 0; fresh = 0; next }
/^- / { flush(); print ".IP \\(bu 2"; paragraph = substr($0, 3); gap = 0; fresh = 0; next }
/^$/ { flush(); gap = 1; next }
/^ / { sub(/^ +/, "") }
{
    if (gap && !fresh)
        print ".PP"
    gap = fresh = 0
    paragraph = paragraph (paragraph == "" ? "" : " ") $0
}
END {
    flush()
    print ".SH SEE ALSO\n.BR why502 (1),\n.BR why502\\-causes (7)"
}
