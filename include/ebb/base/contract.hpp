// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// \brief What happens to an error: it is thrown, or handed to the violation handler.
///
/// | found                            | with exceptions | without                    |
/// |----------------------------------|-----------------|----------------------------|
/// | in a call that may fail          | thrown          | handler, then `std::abort` |
/// | in a close, a give, a destructor | handler         | handler                    |
///
/// Where the handler returns, a close or a give on a foreign thread has changed nothing, and the
/// destructor of a workspace goes on.

#include <ebb/base/config.hpp>
#include <ebb/base/error.hpp>

#include <atomic>
#include <cstdio>
#include <cstdlib>

namespace ebb {

/// Is told of an error that cannot be thrown.
using ViolationHandler = void (*)(const Error&);

namespace detail {

[[noreturn]] inline void print_and_abort(const Error& error) {
  std::fprintf(stderr, "%s\n", error.what());
  std::abort();
}

EBB_SHARED inline constinit std::atomic<ViolationHandler> violation_handler_v1{&print_and_abort};

}  // namespace detail

/// Sets who is told of errors that cannot be thrown; null sets the default, which prints and
/// aborts.
///
/// - Expects: a handler that does not throw
/// - Returns: the handler so far
/// - Costs: one atomic exchange
inline ViolationHandler set_violation_handler(ViolationHandler handler) noexcept {
  return detail::violation_handler_v1.exchange(handler ? handler : &detail::print_and_abort);
}

namespace detail {

/// Tells the violation handler; goes on when that returns.
EBB_COLD inline void violate(const Error& error) { violation_handler_v1.load()(error); }

/// Throws, or tells the violation handler where throwing is switched off.
template <class E>
[[noreturn]] EBB_COLD void raise(const E& error) {
#if EBB_HAS_EXCEPTIONS
  throw error;
#else
  violate(error);
  std::abort();
#endif
}

}  // namespace detail

}  // namespace ebb
