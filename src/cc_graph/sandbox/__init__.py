"""Killable child processes with little memory and no network, for work on text that others wrote.

A query or a file from outside can loop for ever, eat all memory or overflow the stack of the library that reads it. So
it never does so in our process: a child (`python -m <module>`) does, which can be killed at any moment, and a failure
of the child is an ordinary error here.

- `Sandbox`: the parent's side for callers that wait; `store.pool` speaks to many children at a time.
- `serve`: the child's side.
- `frames`: what goes over the socket pair between them.
"""

from cc_graph.sandbox.child import serve
from cc_graph.sandbox.parent import Sandbox, read

__all__ = ["Sandbox", "read", "serve"]
