#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Includes go down: every include of a public header is allowed by tools/layers.txt, other libraries
stand only where TOOLKITS says, there is no cycle, and include/ebb/README.md shows the same table."""

import re

from tree import INCLUDE, ROOT, end, headers, includes

# Other people's libraries, and the only places that may include them.
TOOLKITS = {
    r"boost/": (),
    r"Eigen/|unsupported/Eigen/": ("adapt/eigen.hpp",),
    r"nlohmann/": ("json.hpp", "facade/configuration_json.hpp"),
    r"CLI/": ("facade/cli.hpp",),
    r"numa": ("space/on_node.hpp",),
    r"rapidcheck": ("testing/",),
    r"catch2/|gtest/|benchmark/": (),
    r"cuda|cublas|curand|thrust/|cub/": (),
    r"dnnl|oneapi/": (),
}
# Headers beside the folders that every folder may include; they include nothing of a folder.
WORDS = ("fwd.hpp", "version.hpp")


def read_layers():
    layers = {}
    for line in (ROOT / "tools/layers.txt").read_text().splitlines():
        folder, _, allowed = line.partition(":")
        layers[folder] = allowed.split()
    return layers


def read_table():
    rows = re.findall(r"^\| `(\w+)/` \|[^|]*\|([^|]*)\|$", (INCLUDE / "README.md").read_text(), re.MULTILINE)
    return {folder: allowed.split() for folder, allowed in rows}


def find_cycle(graph):
    """A chain of headers that includes its own beginning, or nothing."""
    done = set()

    def visit(header, chain):
        if header in chain:
            return chain[chain.index(header):] + [header]
        if header in done:
            return None
        for other in graph.get(header, []):
            cycle = visit(other, chain + [header])
            if cycle:
                return cycle
        done.add(header)
        return None

    return next((cycle for cycle in (visit(header, []) for header in graph) if cycle), None)


def problem_of(header, quote, name, layers):
    """What is wrong with one include line, or nothing."""
    folder = header.parts[0] if len(header.parts) > 1 else None
    if quote == '"':
        return f'"{name}": includes are written <ebb/…>'
    for pattern, places in TOOLKITS.items():
        if re.match(pattern, name) and not str(header).startswith(places or ("nowhere/",)):
            return f"<{name}>: allowed only in {', '.join(places) or 'no public header'}"
    if not name.startswith("ebb/"):
        return None
    target = name.removeprefix("ebb/")
    if not (INCLUDE / target).is_file():
        return f"<{name}>: there is no such header"
    target_folder = target.split("/")[0] if "/" in target else None
    if target_folder is None:
        if folder and target not in WORDS:
            return f"<{name}>: an umbrella is for users, not for a folder"
    elif folder is None:
        if str(header) in WORDS:
            return f"<{name}>: {header} includes nothing of a folder"
    elif target_folder != folder and target_folder not in layers.get(folder, []):
        return f"<{name}>: {folder}/ may include {' '.join(layers.get(folder, [])) or 'nothing'}"
    return None


def main():
    layers = read_layers()
    problems = []
    if read_table() != layers:
        problems.append("include/ebb/README.md: its table differs from tools/layers.txt")
    graph = {}
    for header in headers():
        if len(header.parts) > 1 and header.parts[0] not in layers:
            problems.append(f"{header}: tools/layers.txt does not know this folder")
        lines = includes(INCLUDE / header)
        # What follows the declarations, in the form that is headers alone, is no part of them.
        declared = includes(INCLUDE / header, until="#ifndef EBB_FACADE_COMPILED")
        graph[str(header)] = [name.removeprefix("ebb/") for _, name in declared if name.startswith("ebb/")]
        for quote, name in lines:
            problem = problem_of(header, quote, name, layers)
            if problem:
                problems.append(f"include/ebb/{header}: {problem}")
    cycle = find_cycle(graph)
    if cycle:
        problems.append("include/ebb: a cycle: " + " -> ".join(cycle))
    end(problems, f"layers: {len(graph)} headers include only what they may")


main()
