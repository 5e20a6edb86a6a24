# SPDX-License-Identifier: Apache-2.0
# Warnings are errors for us, never for users: only our own programs call this.

function(ebb_warnings target)
  target_compile_options(${target} PRIVATE -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Werror)
endfunction()
