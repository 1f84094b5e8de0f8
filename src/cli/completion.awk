# completion.awk -- what a shell can complete after why502, from the option list and the catalogue.
# usage: awk -v shell=bash|zsh|fish -f completion.awk options.def ../catalogue/data/*.w5
#
# An option whose argument is a choice (WHEN, WHAT, LANG, FORMAT) lists its words in its help, behind
# the last colon and without what stands in parentheses.

function choices(help) {
    gsub(/ *\([^)]*\)/, "", help)
    sub(/^.*: /, "", help)
    gsub(/,/, "", help)
    return help
}

# X(ID, 'f', "follow", NULL, INPUT, W5_N_("help"))
/^X\(/ {
    n++
    split($0, quoted, "\"")
    letter[n] = quoted[1] ~ /'.'/ ? substr(quoted[1], index(quoted[1], "'") + 1, 1) : ""
    long[n] = quoted[2]
    argument[n] = quoted[3] ~ /NULL/ ? "" : quoted[4]
    help[n] = argument[n] == "" ? quoted[4] : quoted[6]
    if (argument[n] ~ /^(WHEN|WHAT|LANG|FORMAT)$/)
        words[n] = choices(help[n])
    many[n] = help[n] ~ /may be repeated/ || long[n] ~ /^(verbose|catalogue|tz)$/
    next
}
/^-- (class|cause|remedy|format) / && !seen[$3]++ { ids = ids " " $3; next }
/^codes:/ {
    for (i = 2; i <= NF; i++)
        if (!seen[$i]++)
            ids = ids " " $i
}

function is_file(i) { return argument[i] ~ /^(FILE|PATH)$/ }
function names(i, between) { return (letter[i] == "" ? "" : "-" letter[i] between) "--" long[i] }

function bash(  i, options, files, rest) {
    print "# bash completion for why502, made from its option list"
    print "_why502() {"
    print "    local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]} command= i"
    print "    if [[ $cur == = ]]; then"
    print "        cur="
    print "    elif [[ $prev == = ]]; then"
    print "        prev=${COMP_WORDS[COMP_CWORD-2]}"
    print "    fi"
    print "    COMPREPLY=()"
    print "    case $prev in"
    for (i = 1; i <= n; i++) {
        options = options " " names(i, " ")
        if (words[i] != "")
            printf "    %s) COMPREPLY=($(compgen -W \"%s\" -- \"$cur\")); return ;;\n", names(i, "|"), words[i]
        else if (argument[i] == "UNIT")
            printf "    %s) COMPREPLY=($(compgen -W \"$(systemctl list-units --all --plain --no-legend 2> /dev/null | cut -d ' ' -f 1)\" -- \"$cur\")); return ;;\n", names(i, "|")
        else if (is_file(i))
            files = files (files == "" ? "" : "|") names(i, "|")
        else if (argument[i] != "")
            rest = rest (rest == "" ? "" : "|") names(i, "|")
    }
    printf "    %s) compopt -o default; return ;;\n    %s) return ;;\n    esac\n", files, rest
    print "    if [[ $cur == -* ]]; then"
    printf "        COMPREPLY=($(compgen -W \"%s\" -- \"$cur\"))\n        return\n    fi\n", substr(options, 2)
    print "    for ((i = 1; i < COMP_CWORD; i++)); do"
    print "        case ${COMP_WORDS[i]} in"
    print "        explain|list|demo|catalogue) command=${COMP_WORDS[i]}; break ;;"
    print "        esac"
    print "    done"
    print "    case $command in"
    printf "    explain) COMPREPLY=($(compgen -W \"%s\" -- \"$cur\")) ;;\n", substr(ids, 2)
    print "    list) COMPREPLY=($(compgen -W \"formats classes causes remedies\" -- \"$cur\")) ;;"
    print "    demo) ;;"
    print "    catalogue)"
    print "        if [[ $prev == catalogue ]]; then"
    print "            COMPREPLY=($(compgen -W \"check test\" -- \"$cur\"))"
    print "        else"
    print "            compopt -o default"
    print "        fi ;;"
    print "    *)"
    print "        ((COMP_CWORD == 1)) && COMPREPLY=($(compgen -W \"explain list demo catalogue\" -- \"$cur\"))"
    print "        compopt -o filenames"
    print "        COMPREPLY+=($(compgen -f -- \"$cur\")) ;;"
    print "    esac"
    print "}"
    print "complete -F _why502 why502"
}

function zsh_text(s) {
    gsub(/'/, "'\\''", s)
    gsub(/[]:[]/, "\\\\&", s)
    return s
}
function zsh(  i, action, head) {
    print "#compdef why502"
    print "# zsh completion for why502, made from its option list"
    print "local context state line"
    print "typeset -A opt_args"
    print "_arguments -s -S \\"
    for (i = 1; i <= n; i++) {
        action = ""
        if (argument[i] != "")
            action = ":" zsh_text(argument[i]) ":" (words[i] != "" ? "(" words[i] ")" : is_file(i) ? "_files" : "")
        head = letter[i] == "" ? "" : "-" letter[i] (argument[i] == "" ? "" : "+")
        if (letter[i] != "" && !many[i])
            printf "  '(-%s --%s)'", letter[i], long[i]
        else
            printf "  %s", many[i] ? "'*'" : ""
        printf letter[i] == "" ? "%s" : "{%s,", head
        printf "--%s%s", long[i], argument[i] == "" ? "" : "="
        printf letter[i] == "" ? "" : "}"
        printf "'[%s]%s' \\\n", zsh_text(help[i]), action
    }
    print "  '1: :->first' '*: :->rest' && return"
    print "case $state in"
    print "first) _alternative 'commands:command:(explain list demo catalogue)' 'files:source:_files' ;;"
    print "rest)"
    print "  case $line[1] in"
    printf "  explain) compadd -- %s ;;\n", substr(ids, 2)
    print "  list) compadd -- formats classes causes remedies ;;"
    print "  catalogue) (( CURRENT == 3 )) && compadd -- check test || _files ;;"
    print "  demo) ;;"
    print "  *) _files ;;"
    print "  esac ;;"
    print "esac"
}

function fish_text(s) {
    gsub(/\\/, "\\\\", s)
    gsub(/'/, "\\'", s)
    return s
}
function fish(  i, argument_of) {
    print "# fish completion for why502, made from its option list"
    for (i = 1; i <= n; i++) {
        argument_of = argument[i] == "" ? "" : words[i] != "" ? " -x -a '" words[i] "'" : is_file(i) ? " -r" : " -x"
        printf "complete -c why502%s -l %s%s -d '%s'\n", letter[i] == "" ? "" : " -s " letter[i], long[i], argument_of, fish_text(help[i])
    }
    print "complete -c why502 -n __fish_use_subcommand -a 'explain list demo catalogue'"
    printf "complete -c why502 -n '__fish_seen_subcommand_from explain' -f -a '%s'\n", substr(ids, 2)
    print "complete -c why502 -n '__fish_seen_subcommand_from list' -f -a 'formats classes causes remedies'"
    print "complete -c why502 -n '__fish_seen_subcommand_from demo' -f"
    print "complete -c why502 -n '__fish_seen_subcommand_from catalogue; and not __fish_seen_subcommand_from check test' -f -a 'check test'"
}

END {
    if (shell == "bash")
        bash()
    else if (shell == "zsh")
        zsh()
    else
        fish()
}
