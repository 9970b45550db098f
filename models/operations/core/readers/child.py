"""The child's side of `models.operations.core.child_process`: take the limits on, then read the one file that
stands on stdin.

Called as `child.py READER MEMORY SECONDS`; stdin is a line of JSON (`path`, `ask`), then the file; stdout is
a line of JSON (`{"yes": …}` or `{"no": word, "with": {…}}`), then the bytes that the reader gave. Anything
else is no answer.
"""

from __future__ import annotations

import importlib.util
import json
import sys
from typing import Any


def limit(memory: int, seconds: int) -> None:
    """Memory, processor time, no files written, no core, few files open, no process or thread of its own.

    Where the system has no such limits (Windows) the parent's clock and the process itself are all there is.
    """
    try:
        import resource
    except ImportError:
        return
    for name, soft, hard in (("AS", memory, memory), ("CPU", seconds, seconds + 1), ("FSIZE", 0, 0),
                             ("CORE", 0, 0),
                             ("NOFILE", 32, 32), ("NPROC", 0, 0)):
        which = getattr(resource, f"RLIMIT_{name}", None)
        if which is not None:
            most = resource.getrlimit(which)[1]
            if most != resource.RLIM_INFINITY:
                soft, hard = min(soft, most), min(hard, most)
            resource.setrlimit(which, (soft, hard))


def answer(reader: str) -> tuple[dict[str, Any], bytes]:
    """What the reader makes of the file."""
    requested = json.loads(sys.stdin.buffer.readline())
    content = sys.stdin.buffer.read()
    sys.path[:] = requested["path"]
    spec = importlib.util.spec_from_file_location("reader", reader)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["reader"] = module
    spec.loader.exec_module(module)
    try:
        result, body = module.read(content, requested["ask"])
    except module.No as no:
        return {"no": no.word, "with": no.params}, b""
    return {"yes": result}, body


def main() -> None:
    reader, memory, seconds = sys.argv[1:4]
    limit(int(memory), int(seconds))
    try:
        head, body = answer(reader)
        line = json.dumps(head).encode() + b"\n"
    except MemoryError:
        line, body = b'{"no": "memory", "with": {}}\n', b""
    sys.stdout.buffer.write(line)
    sys.stdout.buffer.write(body)
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
