// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// \brief The roles that arrays play in a network.
///
/// | role                             | an array that                                                |
/// |----------------------------------|--------------------------------------------------------------|
/// | `input`                          | a layer is given                                             |
/// | `activations`                    | a layer answers with on the way forward                      |
/// | `activation_gradient`            | a layer answers with on the way back                         |
/// | `forward_working_memory`         | a layer needs for itself on the way forward                  |
/// | `backward_working_memory`        | a layer needs for itself on the way back                     |
/// | `recurrent_forward_loop_memory`  | one time step needs on the way forward                       |
/// | `recurrent_backward_loop_memory` | one time step needs on the way back                          |
/// | `updater_working_memory`         | the updater of the parameters needs for itself               |
/// | `forward_cache`                  | the way back needs from the way forward                      |

#include <string_view>

namespace ebb {

/// What an array is to a network: `Roles<ArrayType>` says where each kind lives.
///
/// - For: layers, which name a role and not a workspace
/// - Threads: a value; anybody
enum class ArrayType : unsigned char {
  input,
  activations,
  activation_gradient,
  forward_working_memory,
  backward_working_memory,
  recurrent_forward_loop_memory,
  recurrent_backward_loop_memory,
  updater_working_memory,
  forward_cache,
};

/// The word for a role, as messages print it.
[[nodiscard]] constexpr std::string_view name_of(ArrayType type) noexcept {
  switch (type) {
    case ArrayType::input:
      return "input";
    case ArrayType::activations:
      return "activations";
    case ArrayType::activation_gradient:
      return "activation_gradient";
    case ArrayType::forward_working_memory:
      return "forward_working_memory";
    case ArrayType::backward_working_memory:
      return "backward_working_memory";
    case ArrayType::recurrent_forward_loop_memory:
      return "recurrent_forward_loop_memory";
    case ArrayType::recurrent_backward_loop_memory:
      return "recurrent_backward_loop_memory";
    case ArrayType::updater_working_memory:
      return "updater_working_memory";
    case ArrayType::forward_cache:
      return "forward_cache";
  }
  return "no array type";
}

}  // namespace ebb
