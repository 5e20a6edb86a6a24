#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Every checker can fail: each is shown a copy of the tree with one thing broken, and must name it."""

import re
import shutil
import subprocess
import tempfile
from pathlib import Path

from tree import ROOT, end

# checker, file to break, what to replace (a pattern; None: put the text at the end), by what, and
# what the checker then has to say.
BREAKS = [
    ("check_layers.py", "include/ebb/base/alignment.hpp", None, "#include <ebb/space/host.hpp>\n", "base/ may include"),
    ("check_layers.py", "include/ebb/space/host.hpp", None, "#include <ebb/ebb.hpp>\n", "an umbrella is for users"),
    ("check_layers.py", "include/ebb/space/host.hpp", None, "#include <Eigen/Core>\n", "allowed only in adapt/eigen.hpp"),
    ("check_layers.py", "include/ebb/space/space.hpp", None, "#include <ebb/space/host.hpp>\n", "a cycle"),
    ("check_layers.py", "tools/layers.txt", r"space: +base", "space: base policy", "its table differs"),
    ("check_headers.py", "include/ebb/space/host.hpp", r"#pragma once", "", "the second line"),
    ("check_headers.py", "include/ebb/space/host.hpp", None, "#define EBB_MORE 1\n", "a macro"),
    ("check_headers.py", "tests/space/host_test.cpp", "delete", "", "host.hpp: no test"),
    ("check_docs.py", "include/ebb/policy/spill.hpp", r"/// - Costs: .*\n", "", "leaves out Costs"),
    ("check_docs.py", "include/ebb/policy/spill.hpp", r"/// - For:", "/// - Purpose:", "no such field: Purpose"),
    ("check_docs.py", "include/ebb/policy/spill.hpp", r"\*monotone\*", "*invented*", "names the law *invented*"),
    ("check_docs.py", "README.md", None, "\n```cpp\nint x = \"no number\";\n```\n", "does not compile"),
    ("check_docs.py", "examples/kept_too_long.cpp", r"last_ = activations;", "last_ = activations ;", "does not stand in examples/kept_too_long.cpp"),
    ("check_docs.py", "docs/errors/E04.md", "delete", "", "NotOpen has no page"),
    ("check_umbrellas.py", "include/ebb/ebb.hpp", r"#include <ebb/space/host.hpp>\n", "", "does not include space/host.hpp"),
    ("check_umbrellas.py", "include/ebb/fwd.hpp", r"\bCore;", "Kore;", "does not name Core"),
    ("check_readme.py", "examples/first_loop.cpp", r"int main", "int  main", "its first program"),
    ("check_readme.py", "examples/first_loop.expected", None, "more\n", "the output under"),
    ("check_readme.py", "README.md", None, "\n| ebb | 0.0001 ns |\n", "stands on no page"),
    ("check_readme.py", "README.md", None, "\n`nowhere/`\n", "no folder nowhere"),
    ("check_defects.py", "docs/defects.md", r"\| *P40 *\|.*\n", "", "P40: has no row"),
    ("check_defects.py", "docs/defects.md", r"`test: ", "`test: not ", "there is no test"),
    ("check_budgets.py", "tools/budgets.txt", r"(?m)^(g\+\+-12 .*) \d+$", r"\1 1", "more than"),
    ("check_instructions", "tools/instructions.txt", r"(?m)^(known_size .*) \d+$", r"\1 4", "known_size: 5 instructions"),
    ("check_mutants", "include/ebb/engine/ledger.hpp", r"position_peak \+ outside_peak", "outside_peak + position_peak", "stands 0 times there"),
    ("check_format", "include/ebb/version.hpp", r"int version_major", "int   version_major", "needs tools/format"),
]


def apply(tree, name, pattern, text):
    """Breaks one file; answers whether anything changed."""
    path = tree / name
    if pattern == "delete":
        path.unlink()
        return True
    before = path.read_text()
    path.write_text(before + text if pattern is None else re.sub(pattern, text, before, count=1))
    return path.read_text() != before


def main():
    problems = []
    with tempfile.TemporaryDirectory() as folder:
        tree = Path(folder) / "tree"
        shutil.copytree(ROOT, tree, ignore=shutil.ignore_patterns("build", ".git"))
        for checker, name, pattern, text, said in BREAKS:
            whole = (ROOT / name).read_bytes() if (ROOT / name).is_file() else None
            if whole is None or not apply(tree, name, pattern, text):
                problems.append(f"{checker}: nothing to break in {name}; keep the list in tools/check_checkers.py true")
                continue
            run = subprocess.run([tree / "tools" / checker], capture_output=True, text=True)
            if run.returncode == 0:
                problems.append(f"{checker}: is content although {name} is broken")
            elif said not in run.stdout:
                problems.append(f"{checker}: does not say {said!r} of {name}, but:\n{run.stdout[:300]}{run.stderr[-300:]}")
            (tree / name).write_bytes(whole)
    end(problems, f"checkers: {len(BREAKS)} broken trees are refused")


main()
