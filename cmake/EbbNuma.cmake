# SPDX-License-Identifier: Apache-2.0
# Finds libnuma, for `ebb/space/on_node.hpp`: the target `ebb_numa`, or a word that it is not there.
find_library(EBB_NUMA_LIBRARY numa)
find_path(EBB_NUMA_INCLUDE numaif.h)
if(EBB_NUMA_LIBRARY AND EBB_NUMA_INCLUDE)
  add_library(ebb_numa INTERFACE)
  target_link_libraries(ebb_numa INTERFACE ${EBB_NUMA_LIBRARY})
  target_include_directories(ebb_numa SYSTEM INTERFACE ${EBB_NUMA_INCLUDE})
else()
  message(STATUS "ebb: libnuma is not installed: the tests of `OnNode` are off")
endif()
