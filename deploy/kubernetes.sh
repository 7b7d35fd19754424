#!/usr/bin/env bash
# Deploys a function to a Kubernetes cluster on which Nuclio runs (deploy/kubernetes.md says more):
#
#     deploy/kubernetes.sh interactor|detector|embedder --registry REGISTRY [options] [-- options of nuctl deploy]
#
#     --registry REGISTRY      where the image is pushed; NUCTL_REGISTRY
#     --run-registry REGISTRY  where the cluster pulls it from, if that has another name there
#     --gpu                    a graphics card for each replica
#     --model NAME             which Segment Anything: vit_t (the default), vit_b, vit_l or vit_h
#     --replicas N             so many pods, always; 1
#     --namespace NAME         where Nuclio looks for functions; nuclio
#     --claim NAME             keep embeddings on this PersistentVolumeClaim
#     --cache-size SIZE        or on one that is made with this size, in Mi or Gi; 10Gi
#     --storage-class NAME     and of this class; the cluster's default
#     --help                   show this
#
# `cvat-sam stage` puts what the function needs into a folder; nuctl builds the image with this machine's
# docker and pushes it. CVAT_SAM names another cvat-sam, SAM_CHECKPOINT a file with weights. Log in to the
# registry with `docker login` before; how the cluster logs in is said where Nuclio is installed.
#
# The cluster is that of kubectl's present context. Neither the function nor Nuclio's dashboard asks for
# a password: see deploy/kubernetes.md for who is to reach them.
set -euo pipefail
# shellcheck source=deploy/shared.sh
. "$(dirname "$0")/shared.sh"

kind=
stage=()
registry=${NUCTL_REGISTRY:-}
run_registry=()
replicas=1
namespace=nuclio
claim=
size=
class=
while (($#)); do
    case $1 in
        --) shift && break ;;
        --help | -h) show_help && exit ;;
        --gpu)
            stage+=(--gpu)
            shift
            ;;
        --model)
            needs_value "$@"
            stage+=(--model "$2")
            shift 2
            ;;
        --registry)
            needs_value "$@"
            registry=$2
            shift 2
            ;;
        --run-registry)
            needs_value "$@"
            run_registry=(--run-registry "$2")
            shift 2
            ;;
        --replicas)
            needs_value "$@"
            needs_count "$1" "$2"
            replicas=$2
            shift 2
            ;;
        --namespace)
            needs_value "$@"
            needs_name "$1" "$2"
            namespace=$2
            shift 2
            ;;
        --claim)
            needs_value "$@"
            needs_name "$1" "$2"
            claim=$2
            shift 2
            ;;
        --cache-size)
            needs_value "$@"
            [[ $2 =~ ^[1-9][0-9]{1,6}Mi$|^[1-9][0-9]{0,4}Gi$ ]] ||
                refuse "--cache-size is 10Mi at least, a number with Mi or Gi, not '$2'"
            size=$2
            shift 2
            ;;
        --storage-class)
            needs_value "$@"
            needs_name "$1" "$2"
            class=$2
            shift 2
            ;;
        --gpu=*) refuse "${1%%=*} takes no value" ;;
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
[[ -n $registry ]] || refuse "--registry says where the image is pushed; a cluster takes it from there"
if [[ -n $claim && -n $size$class ]]; then
    refuse "--cache-size and --storage-class are for a claim that is made, and --claim names one that is there"
fi
needs_nuctl
needs_program docker "nuctl builds and pushes the image with it"
needs_program kubectl "the claim for the embeddings is made or looked at with it"
cvat_sam=$(find_cvat_sam)

made=
if [[ -z $claim ]]; then
    made=cvat-sam-$kind-embeddings
    claim=$made
fi
mode=ReadWriteOnce
if ((replicas > 1)); then
    # With another mode the pods of one node have the claim, and those of the others never start.
    mode=ReadWriteMany
fi

# What a claim is cannot be changed, so one that is there is looked at and taken as it is.
claim_has() {
    kubectl get persistentvolumeclaim "$claim" --namespace "$namespace" --ignore-not-found \
        --output "jsonpath={$1}" || refuse "kubectl could not look for the claim $claim"
}

modes=$(claim_has '.spec.accessModes[*]')
if [[ -n $modes ]]; then
    if [[ $mode == ReadWriteMany && $modes != *ReadWriteMany* ]]; then
        refuse "$replicas replicas need a claim with ReadWriteMany, and $claim has $modes; name another with --claim"
    fi
    if [[ -n $size$class ]]; then
        warn "the claim $claim is there and stays as it is"
    fi
    size=$(claim_has .spec.resources.requests.storage)
elif [[ -z $made ]]; then
    refuse "there is no claim $claim in the namespace $namespace"
else
    size=${size:-10Gi}
fi

# Before anything is made in the cluster: what is wrong with the model or its weights shows here.
make_work
folder=$work/$kind
# It prints the folder's path, which goes with this script's end.
"$cvat_sam" stage "$kind" "$folder" --replicas "$replicas" --claim "$claim" ${stage[@]+"${stage[@]}"} >/dev/null

if [[ -z $modes ]]; then
    kubectl apply --filename - <<END
apiVersion: v1
kind: PersistentVolumeClaim
metadata:
  name: "$claim"
  namespace: "$namespace"
spec:
  accessModes: [$mode]
  resources:
    requests:
      storage: $size
${class:+  storageClassName: "$class"}
END
fi

environment=()
# A claim that somebody named may have other things on it: there the function's own limit stays.
if [[ -n $made && $size =~ ^[0-9]+[MG]i$ ]]; then
    amount=${size%?i}
    if [[ $size == *Gi ]]; then
        amount=$((amount * 1024))
    fi
    # Nine tenths: the rest is for what is being written, and for the file system's own.
    environment=(--env "SAM_EMBEDDINGS_DIR_MB=$((amount * 9 / 10))")
fi

name=$(name_of "$kind")
ensure_project --platform kube --namespace "$namespace"
nuctl deploy --project-name cvat --path "$folder" --file "$folder/function.yaml" \
    --platform kube --namespace "$namespace" --registry "$registry" \
    ${run_registry[@]+"${run_registry[@]}"} ${environment[@]+"${environment[@]}"} "$@"

echo "$name is deployed; pods: $replicas, claim for the embeddings: $claim."
echo "How it is: deploy/state.sh $kind --platform kube --namespace $namespace."
echo "Away with it: deploy/remove.sh $kind --platform kube --namespace $namespace."
