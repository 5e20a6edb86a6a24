// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// \brief The names of ebb without their definitions, for headers that only mention them.

#include <cstddef>
#include <span>

namespace ebb {

// base
class Alignment;
struct BadConfiguration;
struct BadRequest;
struct Block;
struct EpochCell;
class Error;
struct NoOpenCycle;
struct NotOpen;
struct OutOfWorkspace;
struct SpaceRefused;
struct StaleArray;
struct WrongThread;

// slots
struct AllocationSlot;
struct BoundsSlot;
struct ChecksSlot;
struct GranuleSlot;
struct LearningSlot;
struct ResetSlot;
struct SpaceSlot;
struct SpillSlot;
struct StartSlot;

// engine
class Core;
struct Failure;
struct PlanReport;
struct Report;

// workspace
template <class T, class Traits>
class Array;
template <class T, class Traits>
class ArrayView;
template <class C>
class BasicWorkspace;
class Borrow;
template <class W>
class Burst;
class Cycle;
template <class T>
class Detached;
class Outside;

// adapt
class CycleResource;
class MemoryResource;
template <class T>
class std_allocator;

}  // namespace ebb
