# reports.sh -- every report in every language, for the stories reports-*: words, columns, escapes.
# usage: set -- INCIDENT SOURCE…; . tests/e2e/reports.sh
#
# What people read stands in full, of mails the head. What is long or has no line ends (the parts of a
# mail, events) stands as a checksum: it fails all the same. What machines read is the same in every
# language.
story() {
    TMP=$(cd "$TMP" && pwd) && cd "$FIXTURES/incidents/$1" || return
    shift
    for report in text short markdown html mail; do
        for language in en ja ko; do
            echo "=== $report $language"
            "$WHY502" --host web-1 -o $report --lang $language "$@" > "$TMP/$report" || return
            [ $report = mail ] || { cat "$TMP/$report"; continue; }
            sed '/^$/q' "$TMP/mail"
            cksum < "$TMP/mail"
        done
    done
    for report in json metrics events; do
        echo "=== $report, in any language"
        for language in en ja ko; do
            "$WHY502" --host web-1 -o $report --lang $language "$@" > "$TMP/$report.$language" || return
            cmp "$TMP/$report.en" "$TMP/$report.$language" || return
        done
        case $report in
        json) sed 's/,"/,\n"/g; s/"sandbox":"[^"]*"/"sandbox":"as the kernel allows"/' "$TMP/json.en" ;;
        metrics) cat "$TMP/metrics.en" ;;
        events) cksum < "$TMP/events.en" ;;
        esac
    done
}
story "$@"
