// Stands in for the implementation where the package links a prebuilt libctorch.so.
#include "CTorch.h"
