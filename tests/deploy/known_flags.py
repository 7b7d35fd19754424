"""The options that nuctl, docker, kubectl and cvat-sam document for the commands that deploy/ uses.

Nuclio's are those of `nuctl COMMAND --help` (1.13), all of them; Docker's and kubectl's those of
`docker COMMAND --help` (28) and `kubectl COMMAND --help` (1.32) that a script of ours could want.
"""

# Whether an option is followed by a value.
VALUE, SWITCH = True, False

NUCTL = {
    "--concurrency": VALUE,
    "--help": SWITCH,
    "--kubeconfig": VALUE,
    "--mask-sensitive-fields": SWITCH,
    "--namespace": VALUE,
    "--platform": VALUE,
    "--verbose": SWITCH,
}

NUCTL_DEPLOY = {
    **dict.fromkeys(
        [
            *("--annotations", "--base-image", "--build-code-entry-attrs", "--build-command"),
            *("--build-runtime-attrs", "--code-entry-type", "--data-bindings", "--desc", "--env"),
            *("--file", "--fsgroup", "--handler", "--http-trigger-service-type", "--image"),
            *("--input-image-file", "--labels", "--logger-level", "--max-replicas"),
            *("--min-replicas", "--nodeName", "--nodeSelector", "--onbuild-image", "--path"),
            *("--platform-config", "--preemptionPolicy", "--priorityClassName", "--project-name"),
            *("--readiness-timeout", "--registry", "--replicas", "--resource-limit"),
            *("--resource-request", "--run-as-group", "--run-as-user", "--run-image"),
            *("--run-registry", "--runtime", "--runtime-attrs", "--source", "--target-cpu"),
            *("--triggers", "--volume"),
        ],
        VALUE,
    ),
    **dict.fromkeys(["--disable", "--no-cleanup", "--no-pull", "--offline", "--publish"], SWITCH),
}

KUBECTL = {"--namespace": VALUE, "--context": VALUE, "--kubeconfig": VALUE}

COMMANDS = {
    "nuctl": {
        "deploy": {**NUCTL, **NUCTL_DEPLOY},
        "get function": {**NUCTL, "--labels": VALUE, "--output": VALUE},
        "get project": {**NUCTL, "--output": VALUE},
        "create project": {**NUCTL, "--description": VALUE, "--owner": VALUE},
        "delete function": {**NUCTL, "--force": SWITCH, "--with-api-gateways": SWITCH},
    },
    "docker": {
        "inspect": {"--format": VALUE, "--size": SWITCH, "--type": VALUE},
        "logs": {"--details": SWITCH, "--since": VALUE, "--tail": VALUE, "--timestamps": SWITCH},
        "network inspect": {"--format": VALUE, "--verbose": SWITCH},
        "network ls": {"--filter": VALUE, "--format": VALUE, "--quiet": SWITCH},
    },
    "kubectl": {
        "apply": {**KUBECTL, "--filename": VALUE, "--dry-run": VALUE, "--output": VALUE},
        "get": {
            **KUBECTL,
            "--ignore-not-found": SWITCH,
            "--output": VALUE,
            "--selector": VALUE,
        },
        "logs": {**KUBECTL, "--container": VALUE, "--previous": SWITCH, "--tail": VALUE},
    },
    "cvat-sam": {
        "stage": {
            "--claim": VALUE,
            "--gpu": SWITCH,
            "--model": VALUE,
            "--no-port": SWITCH,
            "--port": VALUE,
            "--replicas": VALUE,
        },
    },
}


class UnknownFlag(Exception):
    """A command or an option that the program does not document."""


def parsed(program, arguments):
    """The command, its options with their values (True for a switch), and the other words.

    >>> parsed("nuctl", ["get", "function", "x", "--output", "json"])
    ('get function', {'--output': 'json'}, ['x'])
    >>> parsed("nuctl", ["get", "function", "--tail", "9"])
    Traceback (most recent call last):
        ...
    known_flags.UnknownFlag: nuctl get function has no --tail
    """
    commands = COMMANDS[program]
    command = next((one for one in commands if one.split() == arguments[: len(one.split())]), None)
    if command is None:
        raise UnknownFlag(f"{program} has no command {' '.join(arguments[:2])}")
    words, options, others = iter(arguments[len(command.split()) :]), {}, []
    for word in words:
        if not word.startswith("-") or word == "-":
            others.append(word)
            continue
        name, equals, value = word.partition("=")
        if name not in commands[command]:
            raise UnknownFlag(f"{program} {command} has no {name}")
        if commands[command][name] is SWITCH:
            options[name] = True
        else:
            value = value if equals else next(words, None)
            if value is None:
                raise UnknownFlag(f"{program} {command} wants a value after {name}")
            # An option that may come several times keeps all its values.
            options[name] = [*options[name], value] if name in options else [value]
    return command, {name: one(value) for name, value in options.items()}, others


def one(value):
    return value[0] if isinstance(value, list) and len(value) == 1 else value
