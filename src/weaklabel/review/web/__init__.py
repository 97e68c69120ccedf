"""The review on the web: an application around a desk, and a server for it.

It imports Starlette, uvicorn and itsdangerous, so import it where it is needed.
"""

from importlib.util import find_spec

from weaklabel.errors import MissingDependencyError

for _library in ("starlette", "uvicorn", "itsdangerous"):
    if find_spec(_library) is None:
        raise MissingDependencyError.of(_library, "the review in the browser", "review")

from weaklabel.review.web._addresses import DEFAULT_PORT  # noqa: E402
from weaklabel.review.web._app import create_app  # noqa: E402
from weaklabel.review.web._secret import load_secret, start_token  # noqa: E402
from weaklabel.review.web._serve import serve, serving  # noqa: E402

__all__ = ["DEFAULT_PORT", "create_app", "load_secret", "serve", "serving", "start_token"]
