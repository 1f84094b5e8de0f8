# cmocka.awk -- turns the logs of unit tests (TAP, and "exit N" as the last line) into "ok NAME" and
# "FAIL NAME"; the log of a failed one is shown. usage: awk -f tests/cmocka.awk LOG…
function close_log() {
    if (file == "")
        return
    if (status != 0 && failed == 0)
        print "FAIL " suite ": ended with " status
    if (status != 0)
        printf "%s", text
}

FNR == 1 {
    close_log()
    file = FILENAME
    suite = FILENAME
    sub(/^.*tests\/unit\//, "", suite)
    sub(/\.log$/, "", suite)
    text = ""
    failed = status = 0
}
/^ok [0-9]+ - / {
    sub(/^ok [0-9]+ - /, "")
    print "ok " suite " " $0
    next
}
/^not ok [0-9]+ # SKIP / {
    sub(/^not ok [0-9]+ # SKIP /, "")
    print "ok " suite " " $0 " (left out here)"
    next
}
/^not ok [0-9]+ - / {
    sub(/^not ok [0-9]+ - /, "")
    print "FAIL " suite " " $0
    failed++
    next
}
/^exit [0-9]+$/ {
    status = $2
    next
}
{ text = text "    " $0 "\n" }
END { close_log() }
