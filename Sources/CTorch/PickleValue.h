// What a pickle may hold here, and the bytes that it is read from.
#pragma once

#include "CTorch.h"

#include <ATen/core/ScalarType.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace ct::pickle {

/// Why a file is not read.
struct Refusal {
  ct_error_code code;
  std::string message;
};

[[noreturn]] inline void refuse(std::string message) { throw Refusal{CT_ERROR_VALUE, std::move(message)}; }

/// Text of a file as it may stand in a message: without control characters, at most 100 bytes.
inline std::string printable(std::string_view text) {
  std::string result(text.substr(0, 100));
  for (auto &character : result) {
    if (character < 0x20 || character > 0x7e) character = '?';
  }
  return result;
}

using Span = std::span<const uint8_t>;

/// Bytes with a position; reading past the end is refused.
struct Bytes {
  Span all;
  size_t position = 0;

  size_t remaining() const { return all.size() - position; }

  const char *take(uint64_t count) {
    if (count > remaining()) {
      refuse("the data ends at byte " + std::to_string(all.size()) + ", in the middle; copy the file again");
    }
    const auto *start = reinterpret_cast<const char *>(all.data()) + position;
    position += count;
    return start;
  }

  template <typename T>
  T read() {
    T value;
    std::memcpy(&value, take(sizeof(T)), sizeof(T));
    return value;
  }

  std::string line() {
    const auto *start = reinterpret_cast<const char *>(all.data()) + position;
    const auto *end = static_cast<const char *>(std::memchr(start, '\n', std::min<size_t>(remaining(), 512)));
    if (end == nullptr) refuse("an import at byte " + std::to_string(position) + " has no end");
    position += static_cast<size_t>(end - start) + 1;
    return std::string(start, end);
  }
};

/// An element type that a storage may have.
struct StorageType {
  const char *name;
  at::ScalarType scalar;
  int64_t size;
};

inline constexpr std::array<StorageType, 8> storage_types{{
    {"FloatStorage", at::kFloat, 4},
    {"DoubleStorage", at::kDouble, 8},
    {"HalfStorage", at::kHalf, 2},
    {"BFloat16Storage", at::kBFloat16, 2},
    {"LongStorage", at::kLong, 8},
    {"IntStorage", at::kInt, 4},
    {"ByteStorage", at::kByte, 1},
    {"BoolStorage", at::kBool, 1},
}};

enum class Kind : uint8_t {
  none, boolean, integer, real, text, tuple, list, dictionary,
  make_dictionary, make_tensor, make_parameter, element_type, storage_type, storage, tensor,
};

/// A value of the stream. A container takes no more values once it is inside another, so there are no cycles.
struct Node {
  Kind kind = Kind::none;
  bool is_sealed = false;
  uint8_t depth = 1;
  const StorageType *type = nullptr;  // of a storage
  int64_t integer = 0;                // the count of a storage's elements; the offset of a tensor
  std::string text{};                 // the key of a storage
  std::vector<std::shared_ptr<Node>> items{};  // keys and values in turn; of a tensor: storage, sizes, strides
};
using Link = std::shared_ptr<Node>;

/// Moves values into a container, which from then on holds them for good.
inline void put_inside(Node &container, std::vector<Link> items) {
  for (auto &item : items) {
    item->is_sealed = true;
    container.depth = std::max<uint8_t>(container.depth, static_cast<uint8_t>(item->depth + 1));
    if (container.depth > 64) refuse("values are nested more than 64 deep");
    container.items.push_back(std::move(item));
  }
}

}  // namespace ct::pickle
