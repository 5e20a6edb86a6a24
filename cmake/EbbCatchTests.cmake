# SPDX-License-Identifier: Apache-2.0
# Links Catch2 (2.13 or 3), and registers every case of a program as a test with a label.
find_package(Catch2 REQUIRED)
include(Catch)

function(ebb_catch_tests target label)
  target_link_libraries(${target} PRIVATE ebb::ebb Catch2::Catch2WithMain)
  if(Catch2_VERSION VERSION_GREATER_EQUAL 3)
    target_include_directories(${target} PRIVATE ${PROJECT_SOURCE_DIR}/tests/catch3)
  endif()
  ebb_warnings(${target})
  # `--warn NoTests`: a name that Catch2 does not find again (it has a language for names) is then a
  # failure, not a success.
  # A test that cannot run here says so (`skip_loudly`), and ctest lists it.
  catch_discover_tests(${target} EXTRA_ARGS --warn NoTests
    PROPERTIES LABELS ${label} TIMEOUT 300 SKIP_REGULAR_EXPRESSION "skipped, because ")
endfunction()

# Runs a whole program once in each debug mode (ebb/engine/debug_mode.hpp), but for the cases tagged
# [reuse]: those say where memory lies, how much of it there is, and what is counted.
function(ebb_debug_mode_tests target)
  foreach(mode spill-everything bypass-everything)
    add_test(NAME ${target}.${mode} COMMAND ${target} "~[reuse]" --warn NoTests)
    set_tests_properties(${target}.${mode} PROPERTIES
      LABELS debug_mode ENVIRONMENT EBB_DEBUG=${mode} TIMEOUT 300)
  endforeach()
endfunction()
