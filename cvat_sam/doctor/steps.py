"""Next steps that several findings have in common."""

LOG = "look into the function's log (deploy/state.sh shows its last errors)"
PORT = (
    "find the function's own port (deploy/state.sh, or `nuctl get functions`, NODE PORT): it "
    "changes when the function is restarted, unless the YAML fixes it"
)
BODY_LIMIT = "set maxRequestBodySize: 33554432 in the HTTP trigger's attributes (function.yaml)"
