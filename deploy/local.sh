#!/usr/bin/env bash
# Deploys the function with nuctl next to CVAT's docker compose:
#
#     deploy/local.sh interactor|detector|embedder [more options of nuctl deploy]
#
# nuctl copies a whole folder into the image, so what the function needs is put into one of its own.
set -euo pipefail

root=$(cd "$(dirname "$0")/.." && pwd)
kind=${1:-}
case $kind in
    interactor) config=$root/function.yaml ;;
    detector | embedder) config=$root/deploy/$kind.yaml ;;
    *)
        echo "deploy/local.sh: say which function: interactor, detector or embedder, not '$kind'" >&2
        exit 2
        ;;
esac
shift
if ! command -v nuctl >/dev/null; then
    echo "deploy/local.sh: nuctl is not on PATH; CVAT's manual of serverless functions says which one" >&2
    exit 2
fi

stage=$(mktemp -d)
trap 'rm -rf "$stage"' EXIT
cp -R "$root"/{main.py,rle,cvat_sam,pyproject.toml,constraints.txt,README.md,LICENSE} "$stage"
find "$stage" -name __pycache__ -prune -exec rm -rf {} +
cp "$config" "$stage/function.yaml"

nuctl create project cvat --platform local
nuctl deploy --project-name cvat --path "$stage" --file "$stage/function.yaml" --platform local \
    --platform-config '{"attributes": {"network": "cvat_cvat"}}' "$@"
