// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// \brief What the compiler offers: the only macros of ebb.
///
/// | macro                | is                                                              |
/// |----------------------|-----------------------------------------------------------------|
/// | `EBB_HAS_EXCEPTIONS` | 1 where `throw` works, 0 under `-fno-exceptions`                |
/// | `EBB_ALWAYS_INLINE`  | a function whose call would cost more than its body             |
/// | `EBB_COLD`           | a slow path: kept out of line, and out of the instruction cache |
/// | `EBB_SHARED`         | one object per process, also across shared libraries            |
/// | `EBB_FACADE_INLINE`  | `inline`, or nothing where the facade is the library            |
/// |                      | `ebb::facade`, whose users define `EBB_FACADE_COMPILED`         |

#if defined(__cpp_exceptions)
#define EBB_HAS_EXCEPTIONS 1
#else
#define EBB_HAS_EXCEPTIONS 0
#endif

#if defined(__GNUC__)
#define EBB_ALWAYS_INLINE [[gnu::always_inline]] inline
#define EBB_COLD [[gnu::noinline, gnu::cold]]
#define EBB_SHARED [[gnu::visibility("default")]]
#else
#error "ebb: g++ 12 or newer, or clang 14 or newer, is needed"
#endif

#if defined(EBB_FACADE_COMPILED)
#define EBB_FACADE_INLINE
#else
#define EBB_FACADE_INLINE inline
#endif
