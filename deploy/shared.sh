# shellcheck shell=bash
# What the scripts beside it share: it is sourced, never run.

script=deploy/$(basename "$0")
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
# The script's temporary folder, once make_work has made it.
work=

# One sentence about the command line or the machine, and the exit status of both.
refuse() {
    echo "$script: $1" >&2
    exit 2
}

warn() {
    echo "$script: $1" >&2
}

# The lines of the script's own head, but for the first.
show_help() {
    awk 'NR == 1 { next } !/^#/ { exit } { sub(/^# ?/, ""); print }' "$0"
}

# `needs_value "$@"`: the option that comes first is followed by something that is not an option.
needs_value() {
    if (($# < 2)) || [[ -z $2 || $2 == -* ]]; then
        refuse "$1 needs a value; --help says which"
    fi
}

needs_kind() {
    case $1 in
        interactor | detector | embedder) ;;
        *) refuse "say which function: interactor, detector or embedder, not '$1'" ;;
    esac
}

needs_program() {
    command -v "$1" >/dev/null || refuse "$1 is not on PATH; $2"
}

needs_nuctl() {
    needs_program nuctl "CVAT's manual of serverless functions says which version and where it is"
}

# A name of Nuclio's, Docker's or Kubernetes' that goes into JSON, YAML or a filter as it is.
needs_name() {
    [[ $2 =~ ^[A-Za-z0-9][A-Za-z0-9_.-]*$ ]] ||
        refuse "$1 takes a name of letters, digits, dots, dashes and underscores, not '$2'"
}

needs_platform() {
    case $1 in
        local | kube) ;;
        *) refuse "--platform is local or kube, not '$1'" ;;
    esac
}

needs_count() {
    [[ $2 =~ ^[1-9][0-9]{0,4}$ ]] || refuse "$1 takes a number from 1 on, not '$2'"
}

# The function's name in Nuclio: its YAML says it.
name_of() {
    local config=$root/deploy/$1.yaml
    if [[ $1 == interactor ]]; then
        config=$root/function.yaml
    fi
    awk '/^metadata:/ { inside = 1; next }
        inside && /^[^ #]/ { exit }
        inside && /^  name:/ { print $2; exit }' "$config"
}

# The other way round; nothing where the name is no function of ours.
kind_of() {
    local kind
    for kind in interactor detector embedder; do
        if [[ $1 == "$(name_of "$kind")" ]]; then
            echo "$kind"
        fi
    done
}

# A kind or a name becomes the name.
our_name() {
    case $1 in
        interactor | detector | embedder) name_of "$1" ;;
        *)
            if [[ -z $(kind_of "$1") ]]; then
                refuse "'$1' is no function of this project: $(name_of interactor), $(name_of detector) or $(name_of embedder)"
            fi
            echo "$1"
            ;;
    esac
}

# The program that stages, in the order in which one is looked for.
find_cvat_sam() {
    if [[ -n ${CVAT_SAM:-} ]]; then
        command -v "$CVAT_SAM" || refuse "CVAT_SAM is '$CVAT_SAM', which cannot be run"
    elif [[ -x $root/.venv/bin/cvat-sam ]]; then
        echo "$root/.venv/bin/cvat-sam"
    else
        command -v cvat-sam || refuse "cvat-sam is not there; \`make demo\` makes it in .venv"
    fi
}

# It goes however the script ends.
make_work() {
    work=$(mktemp -d)
    trap 'rm -rf "$work"' EXIT
    trap 'exit 129' HUP
    trap 'exit 130' INT
    trap 'exit 143' TERM
}

# `ensure_project --platform … --namespace …`: CVAT lists the functions of this project only.
ensure_project() {
    nuctl get project cvat "$@" >/dev/null 2>&1 || nuctl create project cvat "$@"
}

# `cause FILE…`: of what a program of Nuclio's said before it failed, the line that says why. It prints its
# errors with the calls that led there, and the first line is often no more than an exit status.
cause() {
    awk '/annot connect|denied|refused|forbidden|no such/ { print; found = 1; exit }
        NF && first == "" { first = $0 }
        END { if (!found) print first }' "$@"
}
