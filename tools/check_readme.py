#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The README shows what is true: its program is examples/first_loop.cpp, its output is the checked
output, its figures stand in docs/benchmarks/, its folders exist."""

import re

from tree import INCLUDE, ROOT, end, fenced_blocks, text_of

README = ROOT / "README.md"
EXAMPLE = ROOT / "examples/first_loop.cpp"
TOP_FOLDERS = ["include", "tests", "property_tests", "benchmarks", "examples", "docs", "cmake", "tools"]


def program(text):
    """A program without the comment lines at its top, which the README has no room for."""
    return re.sub(r"\A(//.*\n|\n)*", "", text).strip()


def output(text):
    """What a program prints, without the remarks that the README puts behind an arrow."""
    return [line.split("←")[0].rstrip() for line in text.strip().splitlines()]


def main():
    problems = []
    text = text_of(README)
    blocks = fenced_blocks(README)

    first = next((index for index, block in enumerate(blocks) if block[0] == "cpp"), None)
    if first is None:
        problems.append("no ```cpp block")
    else:
        if program(blocks[first][1]) != program(text_of(EXAMPLE)):
            problems.append("its first program is not examples/first_loop.cpp")
        shown = next((block[1] for block in blocks[first + 1:] if block[0] in ("", "text")), "")
        if output(shown) != output(text_of(EXAMPLE.with_suffix(".expected"))):
            problems.append("the output under its first program is not examples/first_loop.expected")

    # Figures: the rows of a table that hold a digit outside code are prints of a benchmark.
    measured = "\n".join(page.read_text() for page in sorted((ROOT / "docs/benchmarks").glob("*.md"))).splitlines()
    rows = [line for line in text.splitlines() if line.startswith("|") and re.search(r"\d", re.sub(r"`[^`]*`", "", line))]
    problems += [f"this row stands on no page of docs/benchmarks: {row}" for row in rows if row not in measured]
    if not rows:
        problems.append("no measured figures")

    # Folders: whatever is written `name/`, or begins a line of a text block with it.
    folders = set(re.findall(r"`([\w./]+)/`", text))
    for info, block, _ in blocks:
        if info in ("", "text"):
            folders |= set(re.findall(r"^\s*([\w./]+)/(?:\s|$)", block, re.MULTILINE))
    problems += [f"there is no folder {folder}/" for folder in sorted(folders)
                 if not any((base / folder).is_dir() for base in (ROOT, INCLUDE))]
    named = {folder.split("/")[0] for folder in folders}
    problems += [f"the map does not name {folder}/" for folder in TOP_FOLDERS if folder not in named]

    end([f"README.md: {problem}" for problem in problems], f"readme: program, output, {len(rows)} figures and {len(folders)} folders are true")


main()
