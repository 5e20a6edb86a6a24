# SPDX-License-Identifier: Apache-2.0
# The component facade: the target ebb::facade, compiled once from src/. Without it the headers of
# the facade bring their own code, and need the same two libraries.
#
# Sets EBB_FACADE_OFF to the reason where a library is missing.
find_package(Boost 1.81 QUIET)  # Hana: headers alone
find_package(nlohmann_json QUIET)

set(EBB_FACADE_OFF)
if(NOT Boost_FOUND)
  set(EBB_FACADE_OFF "Boost 1.81 is not installed")
elseif(NOT nlohmann_json_FOUND)
  set(EBB_FACADE_OFF "nlohmann/json is not installed")
endif()
if(EBB_FACADE_OFF)
  return()
endif()

file(GLOB sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/src/*.cpp)
add_library(ebb_facade ${sources})
add_library(ebb::facade ALIAS ebb_facade)
set_target_properties(ebb_facade PROPERTIES
  EXPORT_NAME facade CXX_EXTENSIONS OFF POSITION_INDEPENDENT_CODE ON)
target_compile_definitions(ebb_facade PUBLIC EBB_FACADE_COMPILED)
target_link_libraries(ebb_facade PUBLIC ebb nlohmann_json::nlohmann_json)
target_include_directories(ebb_facade SYSTEM PRIVATE ${Boost_INCLUDE_DIRS})
