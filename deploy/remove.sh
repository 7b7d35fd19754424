#!/usr/bin/env bash
# Removes a function from Nuclio, and says what stays:
#
#     deploy/remove.sh interactor|detector|embedder|NAME [options]
#
#     --platform local|kube  where it is deployed; local
#     --namespace NAME       Nuclio's; nuclio
#     --help                 show this
#
# The image and, in a cluster, the claim with the embeddings stay: the script says how they are removed.
set -euo pipefail
# shellcheck source=deploy/shared.sh
. "$(dirname "$0")/shared.sh"

name=
platform=local
namespace=nuclio
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
        --*=*) set -- "${1%%=*}" "${1#*=}" "${@:2}" ;;
        -*) refuse "there is no option $1; --help lists them" ;;
        *)
            [[ -z $name ]] || refuse "one function at a time, not '$1' after $name"
            name=$(our_name "$1")
            shift
            ;;
    esac
done
[[ -n $name ]] || refuse "say which function: interactor, detector or embedder"
needs_nuctl
where=(--platform "$platform" --namespace "$namespace")

make_work
if ! nuctl get function "$name" "${where[@]}" --output json >"$work/function" 2>"$work/why"; then
    grep -q 'No functions found' "$work/function" "$work/why" ||
        refuse "nuctl could not look for $name: $(cause "$work/why" "$work/function")"
fi
if grep -q 'No functions found' "$work/function" "$work/why"; then
    echo "$name is not deployed in the namespace $namespace; there is nothing to remove"
    exit 0
fi
# CVAT's own function for the browser has the embedder's name.
grep -q '"SAM_FUNCTION"' "$work/function" ||
    refuse "the $name that is deployed is not this project's; \`nuctl delete function $name ${where[*]}\` removes it"

# What stays is asked before: afterwards nobody knows.
image=
claims=
case $platform in
    local)
        if command -v docker >/dev/null; then
            image=$(docker inspect --type container --format '{{.Config.Image}}' "nuclio-$namespace-$name" 2>/dev/null) || image=
        fi
        ;;
    kube)
        if command -v kubectl >/dev/null; then
            claims=$(kubectl get deployment "nuclio-$name" --namespace "$namespace" --output \
                'jsonpath={.spec.template.spec.volumes[*].persistentVolumeClaim.claimName}' 2>/dev/null) || claims=
        fi
        ;;
esac

nuctl delete function "$name" "${where[@]}"
echo "$name is removed."
if [[ $platform == local ]]; then
    if [[ -n $image ]]; then
        echo "Its image stays: docker image rm $image"
    else
        echo "Its image stays; docker image ls lists it as cvat-sam-$(kind_of "$name")."
    fi
else
    echo "Its image stays in the registry, which has its own way to remove it."
    for claim in $claims; do
        echo "The claim $claim stays, with the embeddings: kubectl delete persistentvolumeclaim $claim --namespace $namespace"
    done
fi
