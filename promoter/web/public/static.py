"""Style, fonts and script: read once, named by their content, so that they are loaded once."""

import hashlib
import mimetypes
import re
from dataclasses import dataclass
from pathlib import Path

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from promoter.web.public.answers import FOREVER, answer

FOLDER = Path(__file__).parent.parent / "static"
KINDS = {".woff2": "font/woff2", ".svg": "image/svg+xml", ".txt": "text/plain; charset=utf-8"}
BRIEFLY = "public, max-age=300"
_LINKED = re.compile(rb'url\("([a-z0-9.-]+)"\)')


@dataclass(frozen=True, slots=True)
class File:
    """A file as it is served."""

    body: bytes
    kind: str
    mark: str


class Static:
    """The folder of static files, in memory."""

    def __init__(self, folder: Path = FOLDER) -> None:
        """Read the folder; style sheets are last, because they name the others."""
        self._files: dict[str, File] = {}
        paths = [path for path in folder.iterdir() if path.is_file()]
        for path in sorted(paths, key=lambda path: (path.suffix == ".css", path.name)):
            body = _LINKED.sub(self._named, path.read_bytes())
            kind = KINDS.get(path.suffix) or mimetypes.guess_type(path.name)[0] or "text/plain"
            if kind in ("text/css", "text/javascript"):
                kind += "; charset=utf-8"
            mark = hashlib.blake2b(body, digest_size=6).hexdigest()
            self._files[path.name] = File(body, kind, mark)

    def _named(self, match: re.Match[bytes]) -> bytes:
        return f'url("{self.url(match[1].decode())}")'.encode()

    def url(self, name: str) -> str:
        """Return the address of a file; it changes with the content."""
        return f"/static/{name}?v={self._files[name].mark}"

    def serve(self, request: Request, name: str) -> Response:
        """Return a file; kept forever only under the address of its content."""
        file = self._files.get(name)
        if file is None:
            raise HTTPException(404)
        cache = FOREVER if request.query_params.get("v") == file.mark else BRIEFLY
        if file.kind.startswith("font/"):  # compressed already
            return Response(file.body, headers={"cache-control": cache}, media_type=file.kind)
        return answer(request, file.body, file.kind, cache=cache)
