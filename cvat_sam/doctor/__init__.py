"""What `cvat-sam doctor` looks at: this machine, a deployed function, a CVAT server.

Each room yields a `Finding` for each thing it has looked at, as soon as it has; nothing is mended,
and nothing is imported that runs networks.

    versions, gpu, cache_folder, models_here, settings_here   what can be seen on this machine
    function_url                                              a real click through a function's URL
    server                                                    what a CVAT server says and lists
"""
