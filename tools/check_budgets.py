#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""One include of <ebb/ebb.hpp> stays below the compile time and memory in tools/budgets.txt."""

import os
import shutil
import subprocess
import tempfile

from tree import ROOT, end, first_error

RUNS = 3  # the best one counts: what else the machine does only adds


def measure(compiler, source):
    """Processor seconds and peak MB of the compiler, its own processes included."""
    command = [compiler, "-std=c++20", "-O2", f"-I{ROOT / 'include'}", "-c", source, "-o", os.devnull]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    said = process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        raise RuntimeError(f"{compiler}: {first_error(said)}")
    return usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def main():
    problems, figures = [], []
    with tempfile.TemporaryDirectory() as folder:
        source = os.path.join(folder, "one_include.cpp")
        with open(source, "w") as file:
            file.write("#include <ebb/ebb.hpp>\n")
        for line in (ROOT / "tools/budgets.txt").read_text().splitlines():
            if line.startswith("#"):
                continue
            compiler, most_seconds, most_mb = line.split()
            if not shutil.which(compiler):
                problems.append(f"{compiler}: is not installed")
                continue
            try:
                runs = [measure(compiler, source) for _ in range(RUNS)]
            except RuntimeError as error:
                problems.append(str(error))
                continue
            seconds, mb = min(run[0] for run in runs), min(run[1] for run in runs)
            figures.append(f"{compiler} {seconds:.2f} s {mb:.0f} MB")
            if seconds > float(most_seconds) or mb > float(most_mb):
                problems.append(f"{figures[-1]}: more than {most_seconds} s or {most_mb} MB")
    end(problems, "one include: " + ", ".join(figures))


main()
