# SPDX-License-Identifier: Apache-2.0
# find_package(ebb COMPONENTS …): which components there are, and their installation.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

set(EBB_COMPONENTS core)
set(off "data, nn, cuda (not part of this version)")
set(headers_only ARCH_INDEPENDENT)
if(TARGET ebb_facade)
  list(APPEND EBB_COMPONENTS facade)
  set(headers_only)
else()
  string(PREPEND off "facade (${EBB_FACADE_OFF}); ")
endif()
if(PROJECT_IS_TOP_LEVEL)
  list(JOIN EBB_COMPONENTS ", " on)
  message(STATUS "ebb ${PROJECT_VERSION}: components ${on}; off: ${off}")
endif()

set(config_folder ${CMAKE_INSTALL_LIBDIR}/cmake/ebb)
install(TARGETS ebb EXPORT ebbTargets
  FILE_SET HEADERS FILE_SET toolkit_headers FILE_SET included)
install(EXPORT ebbTargets NAMESPACE ebb:: DESTINATION ${config_folder})
if(TARGET ebb_facade)
  # An export of its own: who only wants the core needs no other library.
  install(TARGETS ebb_facade EXPORT ebbFacadeTargets)
  install(EXPORT ebbFacadeTargets NAMESPACE ebb:: DESTINATION ${config_folder})
endif()

configure_package_config_file(cmake/ebbConfig.cmake.in ebbConfig.cmake
  INSTALL_DESTINATION ${config_folder})
write_basic_package_version_file(ebbConfigVersion.cmake
  COMPATIBILITY SameMinorVersion ${headers_only})
install(FILES ${PROJECT_BINARY_DIR}/ebbConfig.cmake ${PROJECT_BINARY_DIR}/ebbConfigVersion.cmake
  DESTINATION ${config_folder})
