#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The umbrellas include every header of their scope, sorted, and fwd.hpp names every public class
that can be declared without more."""

import re

from tree import INCLUDE, end, headers, includes, text_of

# What each umbrella is for. ebb.hpp is what needs the standard library alone.
SCOPES = {
    "ebb.hpp": r"(base|policy|space(?!/on_node\.)|engine|workspace)/|adapt/(std_allocator|pmr)\.hpp$|(fwd|version)\.hpp$",
    # The command line needs CLI11.
    "facade.hpp": r"facade/(?!cli\.hpp)|manager/",
    "testing.hpp": r"testing/",
}
# Words of a class's line that are not its name.
CLASS = re.compile(r"^(?:class|struct)(?: \[\[[^\]]*\]\])*(?: alignas\([^)]*\))?(?: EBB_\w+)? (\w+)(?: final)?(?: : .*)?(?: {.*)?$")


# A template whose parameter is a concept cannot be declared without that concept.
CONSTRAINED = re.compile(r"requires|template <(.*, )?[A-Z]\w*(<.*>)? ")


def namespace_classes(text):
    """The classes defined directly in namespace ebb; namespaces are not indented, so they begin a line."""
    open_namespaces, above = [], ""
    for line in text.splitlines():
        if match := re.match(r"namespace ([\w:]*) ?{$", line):
            open_namespaces.append(match.group(1))
        elif line.startswith("}  // namespace"):
            open_namespaces.pop()
        elif open_namespaces == ["ebb"] and not CONSTRAINED.match(above) and (match := CLASS.match(line)):
            yield match.group(1)
        above = line


def main():
    problems = []
    for umbrella, scope in SCOPES.items():
        wanted = {str(header) for header in headers() if re.match(scope, str(header)) and "cuda_" not in header.name}
        found = [name.removeprefix("ebb/") for _, name in includes(INCLUDE / umbrella) if name.startswith("ebb/")]
        problems += [f"{umbrella}: does not include {name}" for name in sorted(wanted - set(found))]
        problems += [f"{umbrella}: includes {name}, which is not of its scope" for name in sorted(set(found) - wanted)]
        if found != sorted(set(found)):
            problems.append(f"{umbrella}: its includes are not sorted")

    forward = INCLUDE / "fwd.hpp"
    named = set(re.findall(r"\b(?:class|struct) (?:EBB_\w+ )?(\w+);", text_of(forward)))
    classes = [(header, name) for header in headers() if header.parts[0] != "testing" and header != forward.relative_to(INCLUDE)
               for name in namespace_classes((INCLUDE / header).read_text())]
    problems += [f"fwd.hpp: does not name {name} of {header}" for header, name in classes if name not in named]
    problems += [f"fwd.hpp: names {name}, which no header defines" for name in sorted(named - {name for _, name in classes})]
    end(problems, f"umbrellas: {', '.join(SCOPES)} complete, {len(classes)} classes in fwd.hpp")


main()
