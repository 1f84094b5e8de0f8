# words.awk -- what people read that stands in tables, written as code for xgettext.
# usage: awk -f src/po/words.awk src/*/*.def src/catalogue/data/*.w5
#
# Of the options their help; of the catalogue titles, sentences, what to change, and prose. Prose is translated by the
# paragraph, its lines joined by blanks as src/report/knowledge.c joins them; drawings (lines that
# begin with a blank) are not.
function tell(text) {
    gsub(/\\/, "\\\\", text)
    gsub(/"/, "\\\"", text)
    if (text != "")
        print "/* xgettext:no-c-format */ W5_(\"" text "\");" # "80 % of"
}
function paragraph() {
    tell(prose)
    prose = ""
}
function value(    text) {
    text = $0
    sub(/^[^:]*:[ \t]*/, "", text)
    sub(/[ \t]+$/, "", text)
    return text
}

FILENAME ~ /\.def$/ {
    text = $0
    while (match(text, /W5_N_\("([^"\\]|\\.)*"\)/)) {
        print "W5_(" substr(text, RSTART + 6, RLENGTH - 7) ");"
        text = substr(text, RSTART + RLENGTH)
    }
    next
}
FNR == 1 { paragraph(); inside = 0 }
/^-- / {
    paragraph()
    kind = $2
    inside = 1 # 1: keys, 2: prose
    next
}
inside == 0 { next }
/^[ \t]*$/ { paragraph(); inside = 2; next }
inside == 1 && kind != "pattern" && /^(title|verify|undo|risk|wont-help|effort):/ { tell(value()); next }
inside == 1 && kind == "remedy" && /^change:/ {
    n = split(value(), part, "|")
    for (i = 1; i <= n; i++) {
        gsub(/^[ \t]+|[ \t]+$/, "", part[i])
        text = part[i]
        gsub(/ *{[a-z_]+} */, "", text)
        if (text !~ /[{}]/ && text ~ /[a-z] [a-z]|→/) # words, and no setting or value
            tell(part[i])
    }
    next
}
inside == 1 { next }
/^[ \t#]/ { paragraph(); next }
{
    sub(/[ \t]+$/, "")
    prose = prose == "" ? $0 : prose " " $0
}
END { paragraph() }
