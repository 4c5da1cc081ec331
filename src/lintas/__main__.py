"""`lintas` and `python -m lintas`: hands the command line the doors a running node opens.

The front doors do not know one another; this is where they meet.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, cast

from lintas.cli import command

Scope = MutableMapping[str, Any]
App = Callable[[Scope, Any, Any], Awaitable[None]]


def doors(node: Any) -> App:  # noqa: ANN401 - a Node; imported only when one runs, it costs a second
    """The officers' door: the HTTP API under `/api/` and where clients of yente look, the pages everywhere else."""
    from lintas.api import OTHERS, create_api  # noqa: PLC0415
    from lintas.web import create_web  # noqa: PLC0415

    api, web = cast("App", create_api(node)), cast("App", create_web(node))

    async def app(scope: Scope, receive: Any, send: Any) -> None:  # noqa: ANN401
        await (api if scope.get("path", "").startswith(("/api/", *OTHERS)) else web)(scope, receive, send)

    return app


def main() -> None:
    """Run the command line."""
    command(obj=doors)


if __name__ == "__main__":
    main()
