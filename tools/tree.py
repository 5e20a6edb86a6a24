# SPDX-License-Identifier: Apache-2.0
"""What the checkers share: the tree they look at, and how they say what is wrong."""

import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
INCLUDE = ROOT / "include" / "ebb"


def headers():
    """Every public header, as a path below include/ebb."""
    return sorted(path.relative_to(INCLUDE) for path in INCLUDE.rglob("*.hpp"))


def text_of(path):
    """A file's text; a missing file ends the program, and says so."""
    if not path.is_file():
        end([f"{path.relative_to(ROOT)} does not exist"], "")
    return path.read_text()


def includes(path, until=None):
    """The names in a file's include lines, or in those before a line: ('<', 'ebb/base/config.hpp')."""
    text = text_of(path).split(until)[0] if until else text_of(path)
    return re.findall(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]', text, re.MULTILINE)


def fenced_blocks(path):
    """The fenced blocks of a Markdown file: (info string, text, number of the first line)."""
    blocks, info, lines, start = [], None, [], 0
    for number, line in enumerate(text_of(path).splitlines(), 1):
        if line.startswith("```"):
            if info is None:
                info, lines, start = line[3:].strip(), [], number + 1
            else:
                blocks.append((info, "\n".join(lines) + "\n", start))
                info = None
        elif info is not None:
            lines.append(line)
    return blocks


def first_error(said):
    """The line of a compiler's message that matters."""
    return next((line for line in said.splitlines() if "error" in line), said[:200])


def end(problems, good):
    """Prints the problems, or the good news, and ends the program."""
    for problem in problems:
        print(problem)
    if not problems:
        print(good)
    sys.exit(1 if problems else 0)
