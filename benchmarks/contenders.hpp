// SPDX-License-Identifier: Apache-2.0
#pragma once

// The contenders that are not ebb.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory_resource>
#include <new>

// The baseline: what a programmer writes by hand. It rounds to 64, checks the end, and forgets
// everything at once. Five instructions for a known size; its state is in memory, as a workspace's.
class Bump {
 public:
  explicit Bump(std::size_t bytes)
      : begin_(static_cast<std::byte*>(::operator new(bytes, std::align_val_t{4096}))),
        cur_(begin_),
        end_(begin_ + bytes) {}
  Bump(const Bump&) = delete;
  Bump& operator=(const Bump&) = delete;
  ~Bump() { ::operator delete(begin_, std::align_val_t{4096}); }

  void reset() { cur_ = begin_; }

  [[gnu::always_inline]] void* allocate(std::size_t bytes) {
    std::byte* const piece = cur_;
    const std::uintptr_t next = reinterpret_cast<std::uintptr_t>(piece) + ((bytes + 63) & ~63UL);
    if (next > reinterpret_cast<std::uintptr_t>(end_)) [[unlikely]]
      return is_full();
    cur_ = reinterpret_cast<std::byte*>(next);
    return piece;
  }
  [[gnu::always_inline]] void deallocate(void* pointer, std::size_t bytes) {
    auto* const piece = static_cast<std::byte*>(pointer);
    if (piece + ((bytes + 63) & ~63UL) == cur_) cur_ = piece;
  }

 private:
  [[gnu::noinline, gnu::cold]] static void* is_full() { std::abort(); }

  std::byte* begin_;
  std::byte* cur_;
  std::byte* end_;
};

// The same for containers. What is given back is used again if it lies on top, as in a workspace;
// or, with `Forgets`, it is forgotten, and the compiler may drop a destructor that only gives back.
template <class T, bool Forgets = false>
class BumpAllocator {
 public:
  using value_type = T;
  template <class U>
  struct rebind {
    using other = BumpAllocator<U, Forgets>;
  };

  explicit BumpAllocator(Bump& bump) noexcept : bump_(&bump) {}
  template <class U>
  BumpAllocator(const BumpAllocator<U, Forgets>& other) noexcept : bump_(other.bump_) {}  // NOLINT

  [[nodiscard]] T* allocate(std::size_t count) {
    return static_cast<T*>(bump_->allocate(count * sizeof(T)));
  }
  void deallocate(T* pointer, std::size_t count) noexcept {
    if constexpr (!Forgets) bump_->deallocate(pointer, count * sizeof(T));
  }

  template <class U>
  friend bool operator==(const BumpAllocator& a, const BumpAllocator<U, Forgets>& b) noexcept {
    return a.bump_ == b.bump_;
  }

 private:
  Bump* bump_;

  template <class U, bool OtherForgets>
  friend class BumpAllocator;
};

// The heap under a standard resource, counted.
class CountedHeap : public std::pmr::memory_resource {
 public:
  [[nodiscard]] std::size_t calls() const { return calls_; }

 private:
  void* do_allocate(std::size_t bytes, std::size_t alignment) override {
    ++calls_;
    return std::pmr::new_delete_resource()->allocate(bytes, alignment);
  }
  void do_deallocate(void* pointer, std::size_t bytes, std::size_t alignment) override {
    std::pmr::new_delete_resource()->deallocate(pointer, bytes, alignment);
  }
  bool do_is_equal(const memory_resource& other) const noexcept override { return this == &other; }

  std::size_t calls_ = 0;
};

// A `monotonic_buffer_resource` whose buffer is large enough.
class SizedMonotonic {
 public:
  explicit SizedMonotonic(std::size_t bytes)
      : bytes_(bytes), buffer_(::operator new(bytes, std::align_val_t{4096})) {}
  SizedMonotonic(const SizedMonotonic&) = delete;
  SizedMonotonic& operator=(const SizedMonotonic&) = delete;
  ~SizedMonotonic() { ::operator delete(buffer_, std::align_val_t{4096}); }

  // As a workspace answers: aligned to 64.
  [[gnu::always_inline]] void* allocate(std::size_t bytes) { return resource_.allocate(bytes, 64); }
  void reset() { resource_.release(); }
  [[nodiscard]] std::pmr::memory_resource& resource() { return resource_; }
  [[nodiscard]] std::size_t space_calls() const { return heap_.calls(); }

 private:
  std::size_t bytes_;
  void* buffer_;
  CountedHeap heap_;
  std::pmr::monotonic_buffer_resource resource_{buffer_, bytes_, &heap_};
};
