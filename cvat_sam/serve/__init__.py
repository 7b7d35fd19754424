"""A local host for the function's hooks, for trying things and for tests.

`serve` puts `main.py` on a port of 127.0.0.1 and treats it as Nuclio's Python wrapper does. It is
no deployment: there is one worker, no event timeout, no authentication and no way to listen on
another address. Rooms: `hooks` finds and imports main.py, `wrapper` turns one request into one
reply, `worker` is the one worker, `http` and `body` are the sockets, `host` puts them together;
`process` starts the whole as a process of its own.
"""

from cvat_sam.serve.host import serve

__all__ = ["serve"]
