// The plain stream of tensors that is written for libtorch's unpickler.
#pragma once

#include "PickleState.h"

namespace ct::pickle {

/// A tuple of tensors, each storage described once under its number.
class Stream {
 public:
  explicit Stream(const std::vector<Entry> &entries) {
    text_ = std::string("\x80\x02(", 3);
    for (const auto &entry : entries) write(*entry.tensor);
    text_ += "t.";
  }

  const std::string &text() const { return text_; }
  /// The file's keys of the storages by their numbers.
  const std::vector<std::string> &keys() const { return keys_; }

 private:
  std::string text_;
  std::vector<std::string> keys_;
  std::unordered_map<std::string, uint32_t> numbers_;

  template <typename T>
  void write_bytes(T value) {
    text_.append(reinterpret_cast<const char *>(&value), sizeof(T));
  }
  void write(int64_t value) {
    text_ += "\x8a\x08";
    write_bytes(value);
  }
  void write(std::string_view value) {
    text_ += 'X';
    write_bytes(static_cast<uint32_t>(value.size()));
    text_ += value;
  }
  void write_sizes(const Node &sizes) {
    text_ += '(';
    for (const auto &size : sizes.items) write(size->integer);
    text_ += 't';
  }
  void write_storage(const Node &storage) {
    const auto [place, is_new] = numbers_.emplace(storage.text, static_cast<uint32_t>(keys_.size()));
    if (!is_new) {
      text_ += 'j';
      return write_bytes(place->second);
    }
    keys_.push_back(storage.text);
    text_ += '(';
    write(std::string_view("storage"));
    text_ += std::string("ctorch\n") + storage.type->name + "\n";
    write(std::string_view(std::to_string(place->second)));
    write(std::string_view("cpu"));
    write(storage.integer);
    text_ += "tQr";
    write_bytes(place->second);
  }
  void write(const Node &tensor) {
    text_ += "ctorch._utils\n_rebuild_tensor_v2\n(";
    write_storage(*tensor.items[0]);
    write(tensor.integer);
    write_sizes(*tensor.items[1]);
    write_sizes(*tensor.items[2]);
    text_ += "\x89NtR";
  }
};

}  // namespace ct::pickle
