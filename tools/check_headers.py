#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Every public header begins with licence, #pragma once and its idea, has a good name, defines macros
only where they may be, and has a test at the mirrored path."""

import re

from tree import INCLUDE, ROOT, end, headers

LICENCE = "// SPDX-License-Identifier: Apache-2.0"
# A name that says nothing collects everything.
FORBIDDEN_NAMES = {"common", "detail", "helper", "helpers", "impl", "internal", "misc", "util", "utils"}
MACRO_FILES = {"base/config.hpp", "base/contract.hpp"}
MOST_MACROS = 8
# Headers without a test of their own: they only include or declare, and tests/odr and
# tests/consume compile them.
UMBRELLAS = {"ebb.hpp", "facade.hpp", "fwd.hpp", "testing.hpp"}


def has_test(header):
    path = header.with_suffix("")
    candidates = [ROOT / "tests" / f"{path}_test.cpp"]
    candidates += [ROOT / "property_tests" / f"{path}_{kind}.cpp" for kind in ("laws", "model")]
    if header.parts[:2] == ("testing", "laws"):
        # The laws of a slot or space are run where the slot or space is tested.
        candidates += (ROOT / "property_tests").rglob(f"{header.stem}_laws.cpp")
    return any(candidate.is_file() for candidate in candidates)


def problems_of(header, text):
    lines = text.splitlines()
    if lines[:1] != [LICENCE]:
        yield f"the first line is not `{LICENCE}`"
    if lines[1:2] != ["#pragma once"]:
        yield "the second line is not `#pragma once`"
    if not re.search(r"^/// \\file\n/// \\brief \S", text, re.MULTILINE):
        yield "no `/// \\file`, `/// \\brief …`: the idea of the file in one sentence"
    if not re.fullmatch(r"[a-z0-9_]+", header.stem) or header.stem in FORBIDDEN_NAMES:
        yield "the file's name does not say what it holds"
    if re.search(r"^\s*using namespace (?!std::literals)", text, re.MULTILINE):
        yield "`using namespace` in a header"
    if str(header) not in MACRO_FILES and re.search(r"^\s*#\s*define\b", text, re.MULTILINE):
        yield f"a macro; they stand in {' and '.join(sorted(MACRO_FILES))} alone"
    if re.search(r"\b(m_[a-z]\w*|_[A-Z]\w*(?<!_Pragma)\b(?!\())", re.sub(r"//.*|\"[^\"]*\"", "", text)):
        found = re.search(r"\b(m_[a-z]\w*|_[A-Z]\w*)", re.sub(r"//.*|\"[^\"]*\"", "", text)).group()
        yield f"the name `{found}`; private members end in an underscore"
    if str(header) not in UMBRELLAS and not has_test(header):
        yield "no test at the mirrored path in tests/ or property_tests/"


def main():
    problems = []
    macros = set()
    for header in headers():
        text = (INCLUDE / header).read_text()
        problems += [f"include/ebb/{header}: {problem}" for problem in problems_of(header, text)]
        macros |= set(re.findall(r"^\s*#\s*define\s+(\w+)", text, re.MULTILINE))
    problems += [f"the macro {macro} does not begin with EBB_" for macro in sorted(macros) if not macro.startswith("EBB_")]
    if len(macros) > MOST_MACROS:
        problems.append(f"{len(macros)} macros, more than {MOST_MACROS}: {', '.join(sorted(macros))}")
    for folder in ("tests", "property_tests", "benchmarks", "examples"):
        for path in sorted((ROOT / folder).rglob("*.[ch]pp")):
            if LICENCE not in path.read_text().splitlines()[:2]:
                problems.append(f"{path.relative_to(ROOT)}: no licence line at the top")
    end(problems, f"headers: {len(headers())} headers in order, {len(macros)} macros")


main()
