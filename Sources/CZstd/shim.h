// What the storage layer uses of libzstd, found through pkg-config.
#include <zstd.h>
