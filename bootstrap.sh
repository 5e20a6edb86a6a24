#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# ./bootstrap.sh demo [arguments of examples/digits]   build and run the main example
# ./bootstrap.sh test                                  build and run every test
#
# Both install what is missing first (Debian 12, as root or with sudo); on other systems they check,
# and say what to install. A second run installs nothing.
set -uo pipefail
cd "$(dirname "$0")"

# ---- what is needed ------------------------------------------------------------------------------

# Debian's package, and how another system shows that it has the same: a command, or a header.
demo_needs="
  g++-12               g++-12
  cmake                cmake
  ninja-build          ninja
  libeigen3-dev        <eigen3/Eigen/Core>
  nlohmann-json3-dev   <nlohmann/json.hpp>
  zlib1g-dev           <zlib.h>"
test_needs="$demo_needs
  clang-19             clang++-19
  libclang-rt-19-dev   clang++-19
  llvm-19              llvm-symbolizer-19
  clang-format-19      clang-format-19
  ccache               ccache
  catch2               <catch2/catch.hpp>
  librapidcheck-dev    <rapidcheck.h>
  libboost1.81-dev     <boost/hana.hpp>
  libcli11-dev         <CLI/CLI.hpp>
  libbenchmark-dev     <benchmark/benchmark.h>
  libnuma-dev          <numaif.h>
  valgrind             valgrind
  binutils             objdump
  python3              python3"

on_debian_12() { (. /etc/os-release && [ "$ID $VERSION_ID" = "debian 12" ]) 2>/dev/null; }

is_here() {  # package, probe
  if on_debian_12; then
    [ "$(dpkg-query -W -f='${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
  elif [[ $2 == \<* ]]; then
    echo "#include $2" | g++-12 -std=c++20 -fsyntax-only -xc++ - 2>/dev/null
  else
    command -v "$2" >/dev/null
  fi
}

install_missing() {  # table of needs
  local missing=() package probe as_root=
  while read -r package probe; do
    [ -z "$package" ] || is_here "$package" "$probe" || missing+=("$package")
  done <<<"$1"
  if [ ${#missing[@]} -eq 0 ]; then
    echo "Everything needed is installed."
    return
  fi
  if ! on_debian_12; then
    echo "Please install what these packages of Debian 12 hold, then run this again: ${missing[*]}"
    exit 1
  fi
  if [ "$(id -u)" -ne 0 ]; then
    as_root=sudo
    command -v sudo >/dev/null || { echo "Please install, as root: apt-get install ${missing[*]}"; exit 1; }
  fi
  echo "Installing with apt-get: ${missing[*]}"
  $as_root apt-get update -qq &&
    $as_root env DEBIAN_FRONTEND=noninteractive \
      apt-get install -y -qq --no-install-recommends "${missing[@]}" >/tmp/ebb-apt.$$ 2>&1 ||
    { tail -n 20 /tmp/ebb-apt.$$; echo "Installing failed."; exit 1; }
  rm -f /tmp/ebb-apt.$$
}

# ---- demo ----------------------------------------------------------------------------------------

demo() {
  install_missing "$demo_needs"
  mkdir -p build
  echo "Building examples/digits."
  if ! { cmake --preset demo && cmake --build --preset demo; } >build/demo.log 2>&1; then
    tail -n 40 build/demo.log
    exit 1
  fi
  exec build/demo/examples/digits "$@"
}

# ---- test ----------------------------------------------------------------------------------------

passed=0
failed=0

# Prints how a part ended and adds its tests to the sum.
add() {  # name, passed, failed, skipped
  passed=$((passed + $2))
  failed=$((failed + $3))
  printf '== %s: %d passed, %d failed, %d skipped (%d s since the start)\n' "$1" "$2" "$3" "$4" "$SECONDS"
}

# Configures, builds and tests one preset. What cannot be configured or built is one failure.
preset() {
  local name=$1 log=build/$1.log status skipped
  echo "== $name: building"
  if ! { cmake --preset "$name" && cmake --build --preset "$name"; } >"$log" 2>&1; then
    grep -E -A8 'error|FAILED|CMake Error' "$log" | head -n 60
    echo "$name: the whole log is $log"
    add "$name" 0 1 0
    return
  fi
  log=build/$name.tests.log
  ctest --preset "$name" --parallel "$(nproc)" >"$log" 2>&1
  status=$?
  if [ $status -ne 0 ]; then
    grep -vE '^ +Start |^ *[0-9]+/[0-9]+ .* Passed ' "$log" | tail -n 200
  fi
  # "97% tests passed, 2 tests failed out of 80": a skipped test is among the 80, and has not failed.
  skipped=$(grep -cE '^ *[0-9]+/[0-9]+ .*\*\*\*Skipped ' "$log")
  grep -E '^ *[0-9]+/[0-9]+ .*\*\*\*Skipped ' "$log"
  if [[ $(grep 'tests passed, ' "$log") =~ ,\ ([0-9]+)\ tests?\ failed\ out\ of\ ([0-9]+) ]]; then
    add "$name" $((BASH_REMATCH[2] - BASH_REMATCH[1] - skipped)) "${BASH_REMATCH[1]}" "$skipped"
  else
    add "$name" 0 1 0
  fi
}

# The tools of tools/check; its last line is `N passed, N failed`.
checks() {
  local output
  output=$(tools/check 2>&1)
  echo "$output"
  if [[ ${output##*$'\n'} =~ ^([0-9]+)\ passed,\ ([0-9]+)\ failed$ ]]; then
    add tools/check "${BASH_REMATCH[1]}" "${BASH_REMATCH[2]}" 0
  else
    add tools/check 0 1 0
  fi
}

run_tests() {
  install_missing "$test_needs"
  mkdir -p build
  export CMAKE_CXX_COMPILER_LAUNCHER=ccache CCACHE_SLOPPINESS=pch_defines,time_macros
  checks
  preset release   # everything, with g++
  preset asan      # what runs, with clang
  preset tsan      # the threaded tests
  preset noexcept  # the headers and tests/noexcept
  echo "$passed passed, $failed failed"
  [ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
}

case "${1:-}" in
  demo) shift; demo "$@" ;;
  test) run_tests ;;
  *) sed -n '3,7s/^# \{0,1\}//p' "$0"; exit 2 ;;
esac
