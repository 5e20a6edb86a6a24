#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""docs/defects.md has a row for each of P1 to P68, and the tests it names exist.

A row ends with what is done about the defect: `test: <name of the case>`, in backquotes and once or
several times; or `issue: …`, the work to come that tests it; or `cannot be written: …`, and why."""

import re

from tree import ROOT, end, text_of

PAGE = ROOT / "docs/defects.md"
DEFECTS = [f"P{number}" for number in range(1, 69)]
# What registers a case; a string literal may be continued on the next line.
CASE = re.compile(r'\b(?:\w*TEST_CASE|\w*TEST_CASE_METHOD|rc::prop|prop)\s*\(\s*(?:\w+\s*,\s*)?((?:"(?:[^"\\]|\\.)*"\s*)+)')


def case_names():
    names = set()
    for folder in ("tests", "property_tests"):
        for path in (ROOT / folder).rglob("*.cpp"):
            for literals in CASE.findall(path.read_text()):
                names.add("".join(re.findall(r'"((?:[^"\\]|\\.)*)"', literals)).replace('\\"', '"'))
    # A must-not-compile test is named by its path, as CTest names it.
    for path in (ROOT / "tests/rejects").rglob("*.cpp"):
        names.add(".".join(path.relative_to(ROOT / "tests").with_suffix("").parts))
    return names


def main():
    problems, seen, tests = [], [], 0
    names = case_names()
    for line in text_of(PAGE).splitlines():
        match = re.match(r"\|\s*(P\d+)\s*\|(.*)\|\s*$", line)
        if not match:
            continue
        defect, row = match.groups()
        seen.append(defect)
        named = re.findall(r"`test: ([^`]+)`", row)
        tests += len(named)
        problems += [f"{defect}: there is no test {name!r}" for name in named if name not in names]
        answer = re.split(r"(?<!\\)\|", row)[-1].strip()
        if not named and not re.match(r"issue: \S|cannot be written: \S", answer):
            problems.append(f"{defect}: names no test, and its last column begins with neither `issue:` nor `cannot be written:`")
    problems += [f"{defect}: has no row" for defect in DEFECTS if defect not in seen]
    problems += [f"{defect}: has {seen.count(defect)} rows" for defect in sorted(set(seen)) if seen.count(defect) > 1]
    problems += [f"{defect}: is no defect of the list" for defect in sorted(set(seen) - set(DEFECTS))]
    end([f"docs/defects.md: {problem}" for problem in problems], f"defects: {len(seen)} rows, {tests} tests named")


main()
