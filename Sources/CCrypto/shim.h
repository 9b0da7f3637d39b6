// What digests use of OpenSSL's libcrypto, found through pkg-config.
#include <openssl/evp.h>
