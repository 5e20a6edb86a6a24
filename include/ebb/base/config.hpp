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
/// | `EBB_HAS_ASAN`       | 1 where AddressSanitizer watches the program                    |
/// | `EBB_HAS_VALGRIND`   | 1 where Valgrind can be told about memory                       |

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

#if defined(__SANITIZE_ADDRESS__)
#define EBB_HAS_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define EBB_HAS_ASAN 1
#endif
#endif
#if !defined(EBB_HAS_ASAN)
#define EBB_HAS_ASAN 0
#endif

#if !EBB_HAS_ASAN && !defined(NVALGRIND) && __has_include(<valgrind/memcheck.h>)
#define EBB_HAS_VALGRIND 1
#else
#define EBB_HAS_VALGRIND 0
#endif
