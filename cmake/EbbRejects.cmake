# SPDX-License-Identifier: Apache-2.0
# Must-not-compile tests. A file says in a line `// rejects: <regex>` what the compiler has to answer
# (see tools/expect_reject), and compiles when EBB_ACCEPT repairs it, so that it cannot be refused for
# another reason. Both are tested with both compilers. A file without its line stops the configuration.

find_program(EBB_REJECTS_GCC g++-12)
find_program(EBB_REJECTS_CLANG clang++-19)

function(ebb_add_rejects)
  set(flags -std=c++20 -fsyntax-only -I${PROJECT_SOURCE_DIR}/include)
  if(TARGET Eigen3::Eigen)
    get_target_property(eigen Eigen3::Eigen INTERFACE_INCLUDE_DIRECTORIES)
    list(APPEND flags -isystem ${eigen})
  endif()

  foreach(file IN LISTS ARGN)
    file(STRINGS ${file} line REGEX "^// rejects: .")
    list(LENGTH line count)
    if(NOT count EQUAL 1)
      message(FATAL_ERROR "${file}: has ${count} lines `// rejects: <regex>`, needs one")
    endif()
    file(RELATIVE_PATH name ${CMAKE_CURRENT_SOURCE_DIR} ${file})
    string(REGEX REPLACE "\\.cpp$" "" name ${name})
    string(REPLACE "/" "." name ${name})

    foreach(compiler GCC CLANG)
      set(program ${EBB_REJECTS_${compiler}})
      string(TOLOWER ${compiler} suffix)
      if(NOT program)
        # Said aloud: ctest lists it as skipped.
        add_test(NAME ${name}.${suffix} COMMAND ${CMAKE_COMMAND} -E echo "no such compiler here")
        set_tests_properties(${name}.${suffix} PROPERTIES SKIP_REGULAR_EXPRESSION "no such compiler")
        continue()
      endif()
      add_test(NAME ${name}.${suffix}
        COMMAND ${PROJECT_SOURCE_DIR}/tools/expect_reject ${file} ${program} ${flags})
      add_test(NAME ${name}.${suffix}.repaired COMMAND ${program} ${flags} -DEBB_ACCEPT ${file})
      set_tests_properties(${name}.${suffix} ${name}.${suffix}.repaired PROPERTIES LABELS rejects)
    endforeach()
  endforeach()
endfunction()
