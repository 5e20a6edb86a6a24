// SPDX-License-Identifier: Apache-2.0
#include "../endings.hpp"
#include "../helpers.hpp"
#include <ebb/ebb.hpp>
#include <ebb/testing/laws/space.hpp>

#include <catch2/catch.hpp>

#include <csignal>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <fstream>
#include <sched.h>
#include <string>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <type_traits>
#include <unistd.h>
#include <utility>
#include <vector>

using namespace ebb;

static_assert(OneBlockSpace<MappedFile> && ResizableSpace<MappedFile> && LosableSpace<MappedFile>);
static_assert(LosableSpace<Counted<Limited<MappedFile>>> && !LosableSpace<Host>);
static_assert(std::is_nothrow_move_constructible_v<MappedFile> &&
              !std::is_copy_constructible_v<MappedFile>);

namespace {

constexpr std::size_t page = 4096;
constexpr std::size_t mega = std::size_t{1} << 20U;

struct stat facts_of(const std::string& path) {
  struct stat facts{};
  ::stat(path.c_str(), &facts);
  return facts;
}
std::size_t bytes_of(const std::string& path) {
  return static_cast<std::size_t>(facts_of(path).st_size);
}
std::size_t bytes_on_disk(const std::string& path) {
  return static_cast<std::size_t>(facts_of(path).st_blocks) * 512;
}
bool cut(const std::string& path, std::size_t bytes) {
  return ::truncate(path.c_str(), static_cast<off_t>(bytes)) == 0;
}

bool is_mapped(const std::string& path) {
  bool found = false;
  detail::for_each_line("/proc/self/maps",
                        [&](const char* line) { found = found || contains(line, path); });
  return found;
}

using OnFile = Workspace<MappedFile, NoLearning>;

/// Takes and writes pages until the space refuses; answers how many there were, all of them intact.
template <class W>
std::size_t pages_until_refused(W& workspace) {
  std::size_t count = 0;
  std::byte* first = nullptr;
  while (void* const piece = workspace.try_allocate(page)) {
    if (count++ == 0) first = bytes_at(piece);
    std::memset(piece, static_cast<int>(count % 251), page);
  }
  for (std::size_t i = 0; i < count; ++i)
    if (first[i * page] != static_cast<std::byte>((i + 1) % 251)) return 0;
  return count;
}

}  // namespace

// The first case here: the handler is set once in a process, and the children set theirs before.
TEST_CASE("A handler of SIGBUS that was there before is told of other addresses",
          "[space][mapped_file]") {
  const auto touch_beyond_a_file = [] {
    OnFile workspace{"step", MappedFile::temporary(page)};
    auto cycle = workspace.enter();
    const int file = ::open("/tmp", O_RDWR | O_TMPFILE, 0600);
    void* const foreign = ::mmap(nullptr, page, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    *static_cast<volatile char*>(foreign) = 'x';
    std::fputs("nobody was told", stderr);
  };
  const Ending plain = ending_of([&] {
    std::signal(SIGBUS, [](int) { ::_exit(std::fputs("plain", stderr) < 0); });
    touch_beyond_a_file();
  });
  const Ending informed = ending_of([&] {
    struct sigaction action{};
    action.sa_flags = SA_SIGINFO;
    action.sa_sigaction = [](int, siginfo_t* info, void*) {
      ::_exit(std::fputs(info->si_addr != nullptr ? "informed" : "no address", stderr) < 0);
    };
    ::sigaction(SIGBUS, &action, nullptr);
    touch_beyond_a_file();
  });
  const Ending none = ending_of([&] {
    std::signal(SIGBUS, SIG_DFL);
    touch_beyond_a_file();
  });

  CHECK(plain.text == "plain");
  CHECK(informed.text == "informed");
  CHECK(none.signal == SIGBUS);
  CHECK(none.text.empty());
}

TEST_CASE("A SIGBUS that somebody sends is the program's", "[space][mapped_file]") {
  const auto send = [] {
    OnFile workspace{"step", MappedFile::temporary(page)};
    auto cycle = workspace.enter();
    ::raise(SIGBUS);
    std::fputs("went on", stderr);
  };
  const Ending by_default = ending_of([&] {
    std::signal(SIGBUS, SIG_DFL);
    send();
  });
  const Ending ignored = ending_of([&] {
    std::signal(SIGBUS, SIG_IGN);
    send();
  });

  CHECK(by_default.signal == SIGBUS);
  CHECK(by_default.text.empty());
  CHECK(ignored.text == "went on");
}

TEST_CASE("MappedFile keeps the laws of spaces", "[space][mapped_file]") {
  const testing::SpaceRequest requests[] = {{100, 8}, {5000, 4096}, {0, 4096}, {70000, 4096}};
  MappedFile space = MappedFile::temporary(100000);

  CHECK(testing::SpaceLaws<MappedFile>::holds_for(space, requests).broken_law == std::string());
}

TEST_CASE("The size of a workspace in a file is that of the file", "[space][mapped_file][reuse]") {
  const Folder folder;
  {
    MappedFile made(folder.file(), 10 * page);
  }

  OnFile workspace{"step", MappedFile(folder.file())};
  auto cycle = workspace.enter();

  CHECK(workspace.space().one_block_bytes() == 10 * page);
  CHECK(workspace.report().block_bytes == 10 * page);
  for (int i = 0; i < 10; ++i) std::memset(workspace.allocate(page), 1, page);
  CHECK(workspace.report().spilled_bytes == 0);
}

TEST_CASE("A file is made larger in whole pages and never smaller", "[space][mapped_file]") {
  const Folder folder;

  CHECK(MappedFile(folder.file(), 10 * page + 1).one_block_bytes() == 11 * page);
  CHECK(bytes_of(folder.file()) == 11 * page);
  CHECK(MappedFile(folder.file(), page).one_block_bytes() == 11 * page);
  CHECK(bytes_of(folder.file()) == 11 * page);
}

TEST_CASE("A file that is no multiple of a page is used up to its last granule",
          "[space][mapped_file][reuse]") {
  const Folder folder;
  {
    MappedFile made(folder.file(), 3 * page);
  }
  REQUIRE(cut(folder.file(), 2 * page + 100));

  OnFile workspace{"step", MappedFile(folder.file())};
  auto cycle = workspace.enter();

  std::memset(workspace.allocate(2 * page + 64), 1, 2 * page + 64);
  CHECK(workspace.report().block_bytes == 2 * page + 64);
  CHECK(workspace.report().spilled_bytes == 0);
}

TEST_CASE("A file has disk space only for what was in use", "[space][mapped_file][reuse]") {
  const Folder folder;
  OnFile workspace{"step", MappedFile(folder.file(), 1024 * mega)};
  CHECK(bytes_on_disk(folder.file()) == 0);
  {
    auto cycle = workspace.enter();
    std::memset(workspace.allocate(3 * mega), 1, 3 * mega);
  }

  CHECK(bytes_of(folder.file()) == 1024 * mega);
  CHECK(bytes_on_disk(folder.file()) >= 3 * mega);
  CHECK(bytes_on_disk(folder.file()) <= 7 * mega);
  const std::uint64_t space_calls = workspace.report().space_calls;
  auto cycle = workspace.enter();
  std::memset(workspace.allocate(3 * mega), 1, 3 * mega);
  CHECK(workspace.report().space_calls == space_calls);
}

TEST_CASE("The spill policy serves what a file has no room for", "[space][mapped_file][reuse]") {
  const auto fill = [](auto& workspace) {
    auto cycle = workspace.enter();
    auto inside = workspace.template make<char>(2 * page);
    auto beyond = workspace.template make<char>(3 * page);
    beyond.view()[3 * page - 1] = inside.view()[2 * page - 1] = 'x';
    return workspace.report();
  };
  Workspace<MappedFile, NoLearning, External> external{"step", MappedFile::temporary(3 * page)};
  Workspace<MappedFile, NoLearning, Reallocate> chunks{"step", MappedFile::temporary(3 * page)};
  Workspace<MappedFile, NoLearning, Fail> fail{"step", MappedFile::temporary(3 * page)};

  CHECK(fill(external).oversize_bytes == 3 * page);
  CHECK(fill(chunks).spilled_bytes == 3 * page);
  CHECK(contains(message_of<OutOfWorkspace>([&] { fill(fail); }), "4 096 of 12 288 bytes left"));
  CHECK(chunks.report().block_bytes == 3 * page);
}

TEST_CASE("What was written to a file is there when it is opened again",
          "[space][mapped_file][reuse]") {
  const Folder folder;
  {
    OnFile workspace{"step", MappedFile(folder.file(), 100 * page)};
    auto cycle = workspace.enter();
    std::memcpy(workspace.allocate(100), "kept", 5);
  }

  OnFile workspace{"step", MappedFile(folder.file())};
  auto cycle = workspace.enter();
  CHECK(std::strcmp(static_cast<const char*>(workspace.allocate(100)), "kept") == 0);
}

TEST_CASE("A process killed in the middle of a cycle leaves a file that can be opened again",
          "[space][mapped_file][reuse]") {
  const Folder folder;
  const Ending ending = ending_of([&] {
    OnFile workspace{"step", MappedFile(folder.file(), 100 * page)};
    auto cycle = workspace.enter();
    auto* const piece = static_cast<char*>(workspace.allocate(50 * page));
    std::memset(piece, 'x', 50 * page);
    ::kill(::getpid(), SIGKILL);
    ::pause();
  });
  REQUIRE(ending.signal == SIGKILL);

  CHECK(bytes_of(folder.file()) == 100 * page);
  OnFile workspace{"step", MappedFile(folder.file())};
  auto cycle = workspace.enter();
  const auto* const piece = static_cast<const char*>(workspace.allocate(50 * page));
  CHECK(std::string(piece, 50 * page) == std::string(50 * page, 'x'));
  CHECK(workspace.report().block_bytes == 100 * page);
}

TEST_CASE("A file is unmapped and closed when its workspace goes", "[space][mapped_file][reuse]") {
  const Folder folder;
  {
    OnFile workspace{"step", MappedFile(folder.file(), 100 * page)};
    auto cycle = workspace.enter();
    static_cast<void>(workspace.allocate(page));
    CHECK(is_mapped(folder.file()));
    CHECK(contains(message_of<SpaceRefused>([&] { MappedFile second(folder.file()); }),
                   "/memory\" is in use by another space. Give"));
  }

  CHECK(!is_mapped(folder.file()));
  CHECK(MappedFile(folder.file()).one_block_bytes() == 100 * page);
}

TEST_CASE("Destroying a workspace unmaps its file and keeps it", "[space][mapped_file][reuse]") {
  const Folder folder;
  OnFile workspace{"step", MappedFile(folder.file(), 100 * page)};
  {
    auto cycle = workspace.enter();
    workspace.destroy();
  }

  CHECK(!is_mapped(folder.file()));
  auto cycle = workspace.enter();
  CHECK(is_mapped(folder.file()));
}

TEST_CASE("A quarantine does not keep the file of a workspace that is destroyed",
          "[space][mapped_file][reuse]") {
  const Folder folder;
  Workspace<MappedFile, NoLearning, Quarantined<2>> workspace{"step",
                                                              MappedFile(folder.file(), 8 * page)};
  for (const char letter : {'a', 'b'}) {
    {
      auto cycle = workspace.enter();
      *static_cast<char*>(workspace.allocate(64)) = letter;
    }
    std::ifstream file(folder.file());
    CHECK(file.get() == letter);
    workspace.destroy();
  }
}

TEST_CASE("A temporary file has no name and is as large as asked", "[space][mapped_file]") {
  const Folder folder;
  MappedFile space = MappedFile::temporary(100 * page, folder.name());

  CHECK(space.one_block_bytes() == 100 * page);
  CHECK(::rmdir(folder.name()) == 0);  // nothing is in it
  CHECK(contains(message_of<SpaceRefused>(
                     [&] { static_cast<void>(MappedFile::temporary(page, folder.name())); }),
                 "cannot be opened: No such file or directory"));
}

TEST_CASE("A file that cannot be a block is an error with its name", "[space][mapped_file]") {
  const Folder folder;
  const auto message_for = [&](auto... bytes) {
    return message_of<SpaceRefused>([&] { MappedFile space(folder.file(), bytes...); });
  };

  CHECK(contains(message_for(), "E05 SpaceRefused: the file \"/tmp/ebb-test-"));
  CHECK(contains(message_for(), "/memory\" cannot be opened: No such file or directory. Give"));
  CHECK(contains(message_for(max_bytes / 4), "cannot be made 4 611 686 018 427 387 904 bytes"));
  CHECK(contains(message_for(max_bytes), "bytes large: File too large. Ask for less"));
  CHECK(contains(message_of<BadConfiguration>([&] { MappedFile space(folder.file()); }),
                 "/memory\" has 0 bytes. Give a size along with its path."));
  CHECK(contains(message_of<SpaceRefused>([&] { MappedFile space(folder.name(), page); }),
                 "cannot be opened: Is a directory"));
  // None of the refusals has kept the file open.
  CHECK(MappedFile(folder.file(), page).one_block_bytes() == page);
}

TEST_CASE("A file moves with its space", "[space][mapped_file]") {
  MappedFile first = MappedFile::temporary(10 * page);
  void* const piece = first.allocate(5 * page, page);

  MappedFile second(std::move(first));

  CHECK(!second.is_lost());
  CHECK(second.resize(piece, 5 * page, 10 * page, page));
  second.deallocate(piece, 10 * page, page);
  CHECK(first.one_block_bytes() == 0);
}

TEST_CASE("Beside the block, MappedFile serves from the heap", "[space][mapped_file]") {
  MappedFile space = MappedFile::temporary(10 * page);
  void* const small = space.allocate(page, 64);
  void* const block = space.allocate(10 * page, page);
  void* const second = space.allocate(10 * page, page);

  CHECK(block != nullptr);
  CHECK(second != nullptr);
  CHECK(!space.resize(second, 10 * page, 10 * page + 1, page));
  CHECK(!space.resize(block, 10 * page, 10 * page + 1, page));
  space.deallocate(second, 10 * page, page);
  space.deallocate(block, 10 * page, page);
  space.deallocate(small, page, 64);
}

// ---- full disks ---------------------------------------------------------------------------------

namespace {

/// What happens on a disk of so many kilobytes that only a child process sees.
template <class Body>
Ending on_a_small_disk(const char* size, Body&& body) {
  const Folder folder;
  return ending_of([&] {
    if (::unshare(CLONE_NEWNS) != 0 ||
        ::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, "") != 0 ||
        ::mount("none", folder.name(), "tmpfs", 0, size) != 0)
      std::fputs("no mount", stderr);
    else
      body(folder.file());
  });
}

}  // namespace

TEST_CASE("A full disk refuses memory and takes none away", "[space][mapped_file][reuse]") {
  const Ending ending = on_a_small_disk("size=1m", [](const std::string& file) {
    Workspace<MappedFile, NoLearning, Fail> workspace{"step", MappedFile(file, 8 * mega)};
    auto cycle = workspace.enter();
    const std::size_t pages = pages_until_refused(workspace);
    const std::string message =
        message_of<SpaceRefused>([&] { static_cast<void>(workspace.allocate(page)); });
    std::fprintf(stderr, "%s pages, then %s", pages > 128 && pages <= 256 ? "some" : "wrong",
                 message.c_str());
  });
  if (ending.text == "no mount") return skip_loudly("nothing can be mounted here");

  CHECK(ending.signal == 0);
  CHECK(contains(ending.text, "some pages, then ebb-E05 SpaceRefused: the space of \"step\""));
}

TEST_CASE("A disk that is full from the start refuses the enter", "[space][mapped_file][reuse]") {
  const Ending ending = on_a_small_disk("size=16k", [](const std::string& file) {
    OnFile workspace{"step", MappedFile(file, 8 * mega)};
    const std::string message = message_of<SpaceRefused>([&] { auto cycle = workspace.enter(); });
    std::fprintf(stderr, "%s %s", workspace.is_open() ? "open" : "closed", message.c_str());
  });
  if (ending.text == "no mount") return skip_loudly("nothing can be mounted here");

  CHECK(contains(ending.text, "closed ebb-E05 SpaceRefused: the space of \"step\" refused 65 536"));
}

TEST_CASE("A file that may not become so long is refused", "[space][mapped_file]") {
  const Ending ending = ending_of([] {
    std::signal(SIGXFSZ, SIG_IGN);
    rlimit limit{};
    ::getrlimit(RLIMIT_FSIZE, &limit);
    limit.rlim_cur = mega;
    ::setrlimit(RLIMIT_FSIZE, &limit);
    const std::string message =
        message_of<SpaceRefused>([] { static_cast<void>(MappedFile::temporary(8 * mega)); });
    std::fputs(message.c_str(), stderr);
  });

  CHECK(contains(ending.text, "cannot be made 8 388 608 bytes large: File too large"));
}

// ---- files that somebody cuts short -------------------------------------------------------------

TEST_CASE("A file cut short between cycles is an error at the next enter",
          "[space][mapped_file][reuse]") {
  const Folder folder;
  OnFile workspace{"step", MappedFile(folder.file(), 100 * page)};
  {
    auto cycle = workspace.enter();
  }
  REQUIRE(cut(folder.file(), 10 * page));

  CHECK(workspace.space().is_lost());
  CHECK(contains(message_of<SpaceRefused>([&] { auto cycle = workspace.enter(); }),
                 "the file of \"step\" was cut short, or has pages that could not be had; 65 536 "
                 "bytes of it were in use. Give the file its length again"));
  CHECK(!workspace.is_open());

  REQUIRE(cut(folder.file(), 100 * page));
  auto cycle = workspace.enter();
  std::memset(workspace.allocate(100 * page), 1, 100 * page);
}

TEST_CASE("A file cut short within a cycle ends no process that touches it",
          "[space][mapped_file][reuse]") {
  const Folder folder;
  OnFile workspace{"step", MappedFile(folder.file(), 100 * page)};
  Violations violations;
  {
    auto cycle = workspace.enter();
    auto* const piece = static_cast<volatile char*>(workspace.allocate(20 * page));
    piece[15 * page + 1] = 'x';
    REQUIRE(cut(folder.file(), 10 * page));

    CHECK(piece[15 * page + 1] == 0);  // lost, and zeros in its place
    piece[15 * page + 2] = 'y';
    CHECK(piece[15 * page + 2] == 'y');
    // What needs more of the file is told.
    CHECK_THROWS_AS(static_cast<void>(workspace.allocate(50 * page)), SpaceRefused);
    CHECK(violations.count() == 0);
  }
  CHECK(violations.count() == 1);
  CHECK(contains(violations.last(), "the file of \"step\" was cut short"));
  CHECK_THROWS_AS(workspace.enter(), SpaceRefused);

  REQUIRE(cut(folder.file(), 100 * page));
  CHECK_THROWS_AS(workspace.enter(), SpaceRefused);  // pages of the process lie in the mapping
  workspace.destroy();
  auto cycle = workspace.enter();
  CHECK(violations.count() == 1);
}

TEST_CASE("The first 64 mappings of files are guarded, and no more are granted",
          "[space][mapped_file]") {
  std::vector<MappedFile> files;
  std::size_t granted = 0;
  for (int i = 0; i < 70; ++i) {
    files.push_back(MappedFile::temporary(page));
    granted += files.back().allocate(page, page) != nullptr ? 1U : 0U;
  }

  CHECK(granted == 64);
  files.clear();
  MappedFile again = MappedFile::temporary(page);
  CHECK(again.allocate(page, page) != nullptr);
}
