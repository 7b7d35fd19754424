#!/usr/bin/env bash
# Says how this project's functions are: state, port, device, replies, last complaints.
#
#     deploy/state.sh [interactor|detector|embedder|NAME] [options]
#
#     --platform local|kube  where it is deployed; local
#     --namespace NAME       Nuclio's; nuclio
#     --lines N              so many of the last warnings and errors; 5
#     --help                 show this
#
# Without a function: all that are deployed. It changes nothing, and asks what is there: nuctl, and docker
# or kubectl. The exit status is 1 where something is missing, not ready or not as it was asked for.
set -euo pipefail
# shellcheck source=deploy/shared.sh
. "$(dirname "$0")/shared.sh"

names=()
platform=local
namespace=nuclio
lines=5
while (($#)); do
    case $1 in
        --help | -h) show_help && exit ;;
        --platform)
            needs_value "$@"
            needs_platform "$2"
            platform=$2
            shift 2
            ;;
        --namespace)
            needs_value "$@"
            needs_name "$1" "$2"
            namespace=$2
            shift 2
            ;;
        --lines)
            needs_value "$@"
            needs_count "$1" "$2"
            lines=$2
            shift 2
            ;;
        --*=*) set -- "${1%%=*}" "${1#*=}" "${@:2}" ;;
        -*) refuse "there is no option $1; --help lists them" ;;
        *)
            ((${#names[@]} == 0)) || refuse "one function, or none for all, not '$1' too"
            name=$(our_name "$1")
            names=("$name")
            shift
            ;;
    esac
done

wrong=0
# One line of a function, and one that tells what is wrong with it.
say() { printf '  %-9s %s\n' "$1" "$2"; }
complain() {
    say "$1" "$2"
    wrong=1
}

# What a program answers, or the last of why it cannot; the functions go on with less.
ask() {
    local answer
    if answer=$("$@" 2>"$work/why"); then
        printf '%s\n' "$answer"
    else
        tail -n 1 "$work/why"
        return 1
    fi
}

# Says what the log in $work tells; the argument is yes where the deployment asks for a GPU.
tell_log() {
    local asks_gpu=$1 key rest asked='' ready='' cannot='' total=0 replies='' told=()
    while read -r key rest; do
        case $key in
            asked) asked=$rest ;;
            ready) ready=$rest ;;
            cannot) cannot=$rest ;;
            total) total=$rest ;;
            replies) replies=$rest ;;
            told) told+=("$rest") ;;
        esac
    done < <(awk -v keep="$lines" -f "$root/deploy/digest.awk" "$work/log")
    if [[ -n $cannot ]]; then
        complain start "failed: $cannot"
    elif [[ -z $ready ]]; then
        complain device "unknown: the log has no line \"cvat-sam is ready\" since the last start"
    elif [[ $ready != cuda* && ($asks_gpu == yes || $asked == cuda*) ]]; then
        complain device "$ready, though a GPU is asked for"
    else
        say device "$ready"
    fi
    if ((total)); then
        say replies "$total in the log, of the last $((total < 20 ? total : 20)): $replies"
    else
        say replies "none in the log"
    fi
    for rest in ${told[@]+"${told[@]}"}; do
        say told "${rest:0:300}"
    done
}

state_local() {
    local container format answer status health restarts killed gpu ports
    # What Nuclio calls a function's container.
    container=nuclio-$namespace-$1
    format='{{.State.Status}}|{{if .State.Health}}{{.State.Health.Status}}{{end}}|{{.RestartCount}}'
    format+='|{{.State.OOMKilled}}|{{range .HostConfig.DeviceRequests}}{{range .Capabilities}}{{.}}{{end}}{{end}}'
    format+='|{{range .NetworkSettings.Ports}}{{range .}}{{.HostIp}}:{{.HostPort}} {{end}}{{end}}'
    if ! command -v docker >/dev/null; then
        complain container "docker is not on PATH, which knows the port, the device and the log"
        return
    fi
    if ! answer=$(ask docker inspect --type container --format "$format" "$container"); then
        complain container "docker says: $answer"
        return
    fi
    IFS='|' read -r status health restarts killed gpu ports <<<"$answer"
    health=${health:+, $health}
    if [[ $status == running && $health != ", unhealthy" ]]; then
        say container "$container is $status$health, restarted $restarts times"
    else
        complain container "$container is $status$health, restarted $restarts times"
    fi
    if [[ $killed == true ]]; then
        complain memory "the kernel ended it for want of memory"
    fi
    if [[ -z $ports ]]; then
        say port "none on the host; CVAT reaches it through Nuclio's dashboard only"
    else
        say port "${ports% } of the host, without a password"
    fi
    if [[ $gpu == *gpu* ]]; then
        gpu=yes
    fi
    if ! docker logs "$container" >"$work/log" 2>&1; then
        complain log "docker says: $(tail -n 1 "$work/log")"
        return
    fi
    tell_log "$gpu"
}

state_kube() {
    local name=$1 answer format pod phase ready restarts waiting gpu
    if ! command -v kubectl >/dev/null; then
        complain pods "kubectl is not on PATH, which knows the pods, the device and the log"
        return
    fi
    format='jsonpath={.spec.type}{" "}{.spec.ports[0].nodePort}'
    if answer=$(ask kubectl get service "nuclio-$name" --namespace "$namespace" --output "$format"); then
        case $answer in
            ClusterIP*) say port "inside the cluster only" ;;
            *) say port "$answer, outside the cluster, without a password" ;;
        esac
    else
        complain port "kubectl says: $answer"
    fi
    format='jsonpath={range .items[*]}{.metadata.name}|{.status.phase}|{.status.containerStatuses[0].ready}'
    format+='|{.status.containerStatuses[0].restartCount}|{.status.containerStatuses[0].state.waiting.reason}'
    format+='|{.spec.containers[0].resources.limits.nvidia\.com/gpu}{"\n"}{end}'
    if ! answer=$(ask kubectl get pods --namespace "$namespace" --selector "nuclio.io/function-name=$name" --output "$format"); then
        complain pods "kubectl says: $answer"
        return
    fi
    if [[ -z $answer ]]; then
        complain pods "there is none"
        return
    fi
    while IFS='|' read -r pod phase ready restarts waiting gpu; do
        if [[ $ready == true ]]; then
            say pod "$pod is $phase, restarted $restarts times"
        else
            complain pod "$pod is $phase, not ready${waiting:+ ($waiting)}, restarted ${restarts:-0} times"
        fi
        if ! kubectl logs "$pod" --namespace "$namespace" >"$work/log" 2>"$work/why"; then
            complain log "kubectl says: $(tail -n 1 "$work/why")"
            continue
        fi
        tell_log "${gpu:+yes}"
    done <<<"$answer"
}

make_work
table=
if command -v nuctl >/dev/null; then
    if ! nuctl get function --platform "$platform" --namespace "$namespace" >"$work/table" 2>"$work/why"; then
        warn "nuctl could not list the functions: $(cause "$work/why" "$work/table")"
        wrong=1
    else
        table=$(<"$work/table")
    fi
else
    warn "nuctl is not on PATH, which knows the functions that are deployed"
    wrong=1
fi

# A line "state|replicas" of nuctl's table; nothing where the function is not in it.
row_of() {
    awk -F '|' -v name="$1" '
        /NAMESPACE/ { for (i = 1; i <= NF; i++) { column = $i; gsub(/ /, "", column); at[column] = i } }
        { shown = $(at["NAME"]); gsub(/ /, "", shown) }
        at["NAME"] && shown == name {
            state = $(at["STATE"]); replicas = $(at["REPLICAS"])
            gsub(/ /, "", state); gsub(/ /, "", replicas)
            print state "|" replicas
            exit
        }' <<<"$table"
}

all=no
if ((${#names[@]} == 0)); then
    all=yes
    for kind in interactor detector embedder; do
        name=$(name_of "$kind")
        names+=("$name")
    done
fi
shown=0
for name in "${names[@]}"; do
    row=$(row_of "$name")
    if [[ -z $row && -n $table ]]; then
        if [[ $all == no ]]; then
            echo "$name is not deployed in the namespace $namespace; deploy/local.sh and deploy/kubernetes.sh do that"
            wrong=1
        fi
        continue
    fi
    shown=$((shown + 1))
    echo "$name ($(kind_of "$name"))"
    if [[ -n $row ]]; then
        IFS='|' read -r state replicas <<<"$row"
        if [[ $state == ready ]]; then
            say state "$state, $replicas replicas"
        else
            complain state "$state, $replicas replicas"
        fi
    fi
    case $platform in
        local) state_local "$name" ;;
        kube) state_kube "$name" ;;
    esac
done
if ((shown == 0)) && [[ $all == yes ]]; then
    echo "none of this project's functions is deployed in the namespace $namespace"
    wrong=1
fi
exit "$wrong"
