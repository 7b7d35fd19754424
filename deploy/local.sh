#!/usr/bin/env bash
# Deploys a function next to CVAT's docker compose:
#
#     deploy/local.sh interactor|detector|embedder [options] [-- options of nuctl deploy]
#
#     --gpu             on a graphics card: Docker must have NVIDIA's container toolkit
#     --model NAME      which Segment Anything: vit_t (the default), vit_b, vit_l or vit_h
#     --port N          publish the function at this port of the host
#     --no-port         publish no port of the host
#     --network NAME    the network of CVAT's compose; CVAT_NETWORK, else cvat_cvat
#     --namespace NAME  Nuclio's; nuclio, which CVAT asks for
#     --help            show this
#
# nuctl copies a whole folder into the image, so `cvat-sam stage` puts what the function needs, weights
# included, into one of its own; CVAT_SAM names another cvat-sam, SAM_CHECKPOINT a file with weights.
# nuctl and docker then build the image, and fetch its base image and its Python packages.
#
# Ports: CVAT's compose calls a function at a port of the host (host.docker.internal), so one is
# published, on every address of the host, and Nuclio cannot publish it on one address alone. A function
# asks nobody for a password: whoever reaches the port can have masks made. Docker's own rules come
# before those of ufw and firewalld; a firewall in front of the host, or rules in the chain DOCKER-USER,
# keep others off. Better is no port: with CVAT_NUCLIO_INVOKE_METHOD=dashboard in the environment of
# both cvat_server and cvat_worker_annotation CVAT calls through Nuclio's dashboard, inside the network.
# Where both have it, no port is published unless --port says so.
#
# Nuclio's dashboard has no password either, and whoever reaches it can run programs on this host. Older
# files of CVAT's compose publish it at port 8070 of every address: take that out, or publish it at
# 127.0.0.1:8070.
set -euo pipefail
# shellcheck source=deploy/shared.sh
. "$(dirname "$0")/shared.sh"

kind=
stage=()
port=
network=${CVAT_NETWORK:-cvat_cvat}
namespace=nuclio
while (($#)); do
    case $1 in
        --) shift && break ;;
        --help | -h) show_help && exit ;;
        --gpu)
            stage+=(--gpu)
            shift
            ;;
        --no-port)
            [[ -z $port ]] || refuse "--port and --no-port exclude each other"
            port=none
            shift
            ;;
        --model)
            needs_value "$@"
            stage+=(--model "$2")
            shift 2
            ;;
        --port)
            needs_value "$@"
            needs_count "$1" "$2"
            (($2 <= 65535)) || refuse "--port is 65535 at most, not $2"
            [[ $port != none ]] || refuse "--port and --no-port exclude each other"
            port=$2
            shift 2
            ;;
        --network)
            needs_value "$@"
            network=$2
            shift 2
            ;;
        --namespace)
            needs_value "$@"
            needs_name "$1" "$2"
            namespace=$2
            shift 2
            ;;
        --gpu=* | --no-port=*) refuse "${1%%=*} takes no value" ;;
        --*=*) set -- "${1%%=*}" "${1#*=}" "${@:2}" ;;
        -*) refuse "there is no option $1; --help lists them, options of nuctl deploy go behind --" ;;
        *)
            [[ -z $kind ]] || refuse "one function at a time, not '$1' after $kind"
            needs_kind "$1"
            kind=$1
            shift
            ;;
    esac
done
needs_kind "$kind"
needs_name --network "$network"
needs_nuctl
needs_program docker "nuctl builds and runs the function with it"
# It passes its records to docker through files here.
[[ -w . ]] || refuse "nuctl writes files to the present folder, $PWD, and may not; start this in another"
cvat_sam=$(find_cvat_sam)

if ! why=$(docker network inspect "$network" 2>&1 >/dev/null); then
    case $why in
        *"not found"* | *"No such network"*)
            there=$(docker network ls --format '{{.Name}}' | tr '\n' ' ')
            refuse "there is no network '$network'; start CVAT, or name its network with --network (there are: ${there% })"
            ;;
        *) refuse "docker says: ${why##*$'\n'}" ;;
    esac
fi

# Only the one variable leaves docker: the others are passwords.
calls_through_dashboard() {
    local format='{{range .Config.Env}}{{if eq . "CVAT_NUCLIO_INVOKE_METHOD=dashboard"}}yes{{end}}{{end}}'
    local container
    for container in cvat_server cvat_worker_annotation; do
        [[ $(docker inspect --type container --format "$format" "$container" 2>/dev/null) == yes ]] || return 1
    done
}
if calls_through_dashboard; then
    port=${port:-none}
elif [[ $port == none ]]; then
    warn "without CVAT_NUCLIO_INVOKE_METHOD=dashboard in cvat_server and cvat_worker_annotation CVAT calls a port of the host, and will not reach this function"
fi
case $port in
    '') ;;
    none) stage+=(--no-port) ;;
    *) stage+=(--port "$port") ;;
esac

make_work
folder=$work/$kind
# It prints the folder's path, which goes with this script's end.
"$cvat_sam" stage "$kind" "$folder" ${stage[@]+"${stage[@]}"} >/dev/null
name=$(name_of "$kind")
ensure_project --platform local --namespace "$namespace"
# The network comes on top of the YAML's own platform attributes.
nuctl deploy --project-name cvat --path "$folder" --file "$folder/function.yaml" \
    --platform local --namespace "$namespace" \
    --platform-config "{\"attributes\": {\"network\": \"$network\"}}" "$@"

case $kind in
    detector) where="a task's menu under Automatic annotation, and a job's AI Tools under Detectors" ;;
    *) where="a job's AI Tools under Interactors" ;;
esac
echo "$name is deployed; CVAT shows it in $where."
where=
if [[ $namespace != nuclio ]]; then
    where=" --namespace $namespace"
fi
echo "How it is: deploy/state.sh $kind$where. Away with it: deploy/remove.sh $kind$where."
