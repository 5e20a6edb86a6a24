// rejects: ebb::ReservedIn: nobody has said how this space grows in place
// SPDX-License-Identifier: Apache-2.0
#include <ebb/space/buffer.hpp>
#include <ebb/space/reserved.hpp>

#ifdef EBB_ACCEPT
ebb::ReservedIn<ebb::Host> space;
#else
ebb::ReservedIn<ebb::Buffer> space;
#endif
