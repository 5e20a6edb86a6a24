#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Doc comments have their fields, in order; every error has its page; what a page shows as C++ compiles.

A ```cpp block with an #include is a whole file; one without is the body of a function that sees
<ebb/ebb.hpp> and `using namespace ebb`. The fence ```cpp ignore is for what is not meant to compile.
A block whose fence names a file, as in ```cpp examples/roles.cpp, stands in that file, line for line,
but for how far it is indented."""

import os
import re
import subprocess
import textwrap
from concurrent.futures import ThreadPoolExecutor

from tree import INCLUDE, ROOT, end, fenced_blocks, first_error, headers, text_of

# The vocabulary, in the order in which fields stand. The answer to a slot names its costs before
# its errors: they are what it is chosen by.
FIELDS = ["For", "Needs", "Laws", "Models", "Check yours", "Units", "Expects", "Effects", "Returns",
          "Errors", "Costs", "Keeps", "Threads", "Streams", "Example", "Note"]
ANSWER_FIELDS = [*FIELDS[:9], "Costs", "Errors", *FIELDS[11:]]
# What the laws of a slot and the answers to it may not leave out.
NEEDED = {"law": ["Needs", "Laws", "Models", "Check yours"], "answer": ["For", "Errors", "Costs"]}

COMPILER = [os.environ.get("CXX", "g++-12"), "-std=c++20", "-fsyntax-only", "-xc++", "-DEBB_FACADE_COMPILED",
            f"-I{ROOT / 'include'}", "-isystem", "/usr/include/eigen3", "-"]
BODY = """#include <ebb/ebb.hpp>
#include <cstdio>
#include <iostream>
#include <span>
#include <utility>
#include <vector>
using namespace ebb;
[[maybe_unused]] static void page() {
#line 1
%s}
"""


def comments(text):
    """The doc comments of a header: (line number, comment lines, the code below)."""
    lines = text.splitlines()
    at = 0
    while at < len(lines):
        if not re.match(r"\s*///(?!<)", lines[at]):
            at += 1
            continue
        start = at
        while at < len(lines) and re.match(r"\s*///(?!<)", lines[at]):
            at += 1
        comment = [re.sub(r"^\s*/// ?", "", line) for line in lines[start:at]]
        if not re.match(r"\\[a-z{}]", comment[0]):  # \file, and the brackets of a group
            yield start + 1, comment, "\n".join(lines[at:at + 30])


def kind_of(code):
    """'law' (of a slot or of spaces), 'answer' (to a slot), or nothing for what may leave fields out."""
    if re.match(r"template <[^;{]*>\s*concept (\w+Policy|\w*Space)\b", code):
        return "law"
    if re.match(r"(template <.*\s+)?(requires .*\s+)?(struct|class) ", code) and "using slot = " in code.split("\n};")[0]:
        return "answer"
    return None


def comment_problems(comment, code):
    sentence = " ".join(comment).split(" - ")[0] if "" not in comment else " ".join(comment[:comment.index("")])
    if not re.search(r"[.:|`]$", sentence.strip()):
        yield f"the first sentence has no end: {sentence[:60]!r}"
    if re.match(r"This (class|struct|function|header)", sentence):
        yield "begins with `This …`; say what it is or does"

    fields = [match.group(1) for line in comment if (match := re.match(r"- ([A-Z][\w/ ]*):", line))]
    unknown = [field for field in fields if field not in FIELDS]
    if unknown:
        yield f"no such field: {', '.join(unknown)}"
        return
    kind = kind_of(code)
    in_order = sorted(set(fields), key=(ANSWER_FIELDS if kind == "answer" else FIELDS).index)
    if fields != in_order:
        yield f"fields in the order {', '.join(in_order)}, each once"
    missing = [field for field in NEEDED.get(kind, []) if field not in fields]
    if missing:
        yield f"leaves out {', '.join(missing)}"

    text = "\n".join(comment)
    for path in re.findall(r"^- Example: .*?`([^`]+)`", text, re.MULTILINE):
        if not (ROOT / path).is_file():
            yield f"names `{path}`, which does not exist"
    laws_header = re.search(r"^- Check yours: `([^`]+)`", text, re.MULTILINE)
    if laws_header:
        laws_file = ROOT / "include" / laws_header.group(1)
        laws = re.search(r"^- Laws: (.*?)(?=^- |\Z)", text, re.MULTILINE | re.DOTALL)
        if not laws_file.is_file():
            yield f"names `{laws_header.group(1)}`, which does not exist"
        else:
            for law in re.findall(r"\*(\w+)\*", laws.group(1) if laws else ""):
                if not re.search(rf"\b{law}\b", laws_file.read_text()):
                    yield f"names the law *{law}*, which {laws_header.group(1)} does not have"


def error_page_problems():
    """Every id of base/error.hpp has a page that begins with it, and no page is of no error."""
    wanted = dict(re.findall(r'Error\("(E\d+)", "(\w+)"', text_of(INCLUDE / "base/error.hpp")))
    pages = {page.stem: page.read_text() for page in (ROOT / "docs/errors").glob("E*.md")}
    for error in sorted(wanted.keys() | pages.keys()):
        if error not in pages:
            yield f"docs/errors/{error}.md: {wanted[error]} has no page"
        elif error not in wanted:
            yield f"docs/errors/{error}.md: no error has this id"
        elif not pages[error].startswith(f"# {error} {wanted[error]}\n"):
            yield f"docs/errors/{error}.md: does not begin with `# {error} {wanted[error]}`"


def page_blocks():
    pages = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", INCLUDE / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
    for page in pages:
        if page.is_file():
            yield from ((page, *block) for block in fenced_blocks(page))


def quoted_file(info):
    """The file that a fence names behind its language, or nothing."""
    words = info.split()
    return ROOT / words[1] if len(words) == 2 and "/" in words[1] else None


def stands_in(block, text):
    lines, block = text.splitlines(), textwrap.dedent(block).splitlines()
    return any(textwrap.dedent("\n".join(lines[at:at + len(block)])).splitlines() == block
               for at in range(len(lines) - len(block) + 1))


def quote_problems(block):
    page, info, text, line = block
    file = quoted_file(info)
    if not stands_in(text, text_of(file)):
        yield f"{page.relative_to(ROOT)}:{line}: the block does not stand in {file.relative_to(ROOT)}"


def compile_block(block):
    page, _, text, line = block
    source = text if "#include" in text else BODY % text
    run = subprocess.run(COMPILER, input=source, capture_output=True, text=True)
    if run.returncode == 0:
        return []
    return [f"{page.relative_to(ROOT)}:{line}: the block does not compile: {first_error(run.stderr)}"]


def main():
    problems, seen = list(error_page_problems()), 0
    for header in headers():
        for line, comment, code in comments((INCLUDE / header).read_text()):
            seen += 1
            problems += [f"include/ebb/{header}:{line}: {problem}" for problem in comment_problems(comment, code)]
    blocks = [block for block in page_blocks() if block[1] == "cpp"]
    quotes = [block for block in page_blocks() if quoted_file(block[1])]
    for quote in quotes:
        problems += quote_problems(quote)
    with ThreadPoolExecutor(max_workers=2) as pool:
        for found in pool.map(compile_block, blocks):
            problems += found
    end(problems, f"docs: {seen} doc comments in order, {len(blocks)} code blocks compile, {len(quotes)} stand in their files")


main()
