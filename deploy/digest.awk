# What a function's log tells, for state.sh: lines that begin with asked (SAM_DEVICE), ready (device and
# back end), cannot (why the last start failed), total (replies), replies (the status of the last 20), and
# told (of the warnings and errors the last `keep`). A log's line is Nuclio's for people, or JSON.

{ gsub(/\033\[[0-9;]*m/, "") }
/cvat-sam starts/ { asked = value("SAM_DEVICE"); ready = ""; cannot = "" }
/cvat-sam cannot start: / {
    cannot = $0
    sub(/.*cvat-sam cannot start: /, "", cannot)
    # What follows the sentence is Nuclio's.
    sub(/ *("|\{"worker_id").*/, "", cannot)
}
/cvat-sam is ready/ { ready = value("device") ", " value("backend") }
/cvat-sam answered/ { statuses[total++] = value("status") }
/ \([WE]\) / || /"level": ?"(warn|warning|error)"/ {
    # Nuclio says so at each start of a function for which nobody collects figures.
    if (!/No metric sinks configured/) told[complaints++] = shortened($0)
}
END {
    print "asked", asked
    print "ready", ready
    print "cannot", cannot
    print "total", total + 0
    for (i = total > 20 ? total - 20 : 0; i < total; i++) count[statuses[i]]++
    for (status in count) replies = replies (replies ? ", " : "") count[status] " × " status
    print "replies", replies
    for (i = complaints > keep ? complaints - keep : 0; i < complaints; i++) print "told", told[i]
}

# The value of a key in "key": "value" or "key": 1; a question mark where there is none.
function value(key,    text) {
    if (!match($0, "\"" key "\": ?\"?[^\",} ]+")) return "?"
    text = substr($0, RSTART, RLENGTH)
    sub("^\"" key "\": ?\"?", "", text)
    return text
}

# Of a traceback the exception, which is its last line.
function shortened(line,    parts, n) {
    n = split(line, parts, /\\n/)
    if (line !~ /Traceback/ || n < 3) return line
    sub(/ *\{.*/, "", parts[1])
    return parts[1] ": " parts[n - 1]
}
