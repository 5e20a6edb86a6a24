// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// \brief The names of ebb without their definitions, for headers that only mention them.
///
/// Templates whose parameters are constrained are missing: naming them needs the constraint.

#include <cstddef>

namespace ebb {

// base
class Alignment;
struct BadConfiguration;
struct BadPlanFile;
struct BadRequest;
struct Block;
struct DataError;
struct EpochCell;
class Error;
struct FenceBroken;
class FixedText;
struct NoOpenCycle;
struct NotOpen;
struct Origin;
struct OutOfWorkspace;
struct Place;
struct PlanMismatch;
struct SpaceRefused;
struct StaleArray;
struct WrongRole;
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

// policy
struct BlockLeft;
template <std::size_t Min, std::size_t Max>
struct Bounds;
struct CycleUse;
struct Empty;
struct External;
struct Fail;
template <std::size_t Bytes>
struct Fenced;
struct FirstLoop;
struct Generational;
template <std::size_t Bytes>
struct Granule;
template <std::size_t Bytes>
struct LargestBlock;
template <std::size_t Keys>
struct LearnPlans;
struct NoLearning;
template <std::size_t Percent>
struct Overallocate;
template <std::size_t Cycles>
struct OverTime;
template <std::size_t Value>
struct Parameter;
template <std::size_t HalfLife>
struct PeakWithDecay;
struct Poisoning;
template <std::size_t Cycles>
struct Quarantined;
struct Reallocate;
struct Shortfall;
template <std::size_t Bytes>
struct SmallestBlock;
template <std::size_t Bytes>
struct StartWith;
struct Strict;
struct Trusting;
struct Unbounded;
struct Watch;

// space
class Buffer;
struct Host;
class HugePages;
class MappedFile;
template <class Inner>
class ReservedIn;

// engine
struct BrokenFence;
template <class Base>
class Checked;
class ChunkList;
class Core;
struct CycleMeter;
struct CycleRecord;
enum class DebugMode : unsigned char;
struct Failure;
struct Lifetime;
struct LonePiece;
struct Packing;
template <class P>
class PiecesByAddress;
struct PlaceReport;
class Plan;
struct PlanEvent;
class PlanHeap;
class Planner;
struct PlanReport;
struct PlanStep;
struct Report;
struct Scope;
template <class Allocation, class Learning, class Spill, class Bounds>
class Sizer;
struct Taken;
struct Totals;

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
template <class Allocation, class Start, class Learning, class Spill, class Reset, class Bounds,
          class Granule, class Checks, class Space>
struct Composition;
class Cycle;
template <class T>
class Detached;
template <bool Checked>
struct HostHandles;
template <class Self>
class MakesArrays;
class NamedPieces;
class Outside;

// facade
class AnyAllocation;
class AnyBounds;
class AnyChecks;
class AnyLearning;
class AnySpace;
class AnySpill;
class AnyStart;
class AnyWorkspace;
struct Configuration;
class Nd4jConfiguration;
struct SpaceChoice;

// manager
class ManagerHandle;
struct ManagerReport;
class RoleScope;
class WorkspaceManager;

// adapt
class CycleResource;
class MemoryResource;
template <class T>
class std_allocator;

}  // namespace ebb
