// The one dictionary of tensors in a pickle that was read as data, and the checks of what it says about them.
#pragma once

#include "PickleReader.h"

namespace ct::pickle {

struct Entry {
  std::string name;
  Link tensor;
};

inline bool checked_product(int64_t a, int64_t b, int64_t *product) { return !__builtin_mul_overflow(a, b, product); }

inline int64_t byte_count(const Node &storage) {
  int64_t count = 0;
  if (storage.integer < 0 || !checked_product(storage.integer, storage.type->size, &count)) {
    refuse("a storage announces the impossible size " + std::to_string(storage.integer));
  }
  return count;
}

/// A key as it may stand in a message.
inline std::string quoted(const Node &key) {
  return "\"" + (key.kind == Kind::integer ? std::to_string(key.integer) : printable(key.text)) + "\"";
}

inline bool is_state(const Node &node) {
  if (node.kind != Kind::dictionary || node.items.empty()) return false;
  for (size_t i = 0; i < node.items.size(); i += 2) {
    if (node.items[i]->kind != Kind::text || node.items[i + 1]->kind != Kind::tensor) return false;
  }
  return true;
}

/// Says why a dictionary that holds tensors is no state.
[[noreturn]] inline void refuse_mixture(const Node &root) {
  for (size_t i = 0; i < root.items.size(); i += 2) {
    if (root.items[i + 1]->kind == Kind::tensor) continue;
    refuse(quoted(*root.items[i]) + " stands among the tensors and is none; save the state_dict alone");
  }
  refuse("the keys of the tensors are numbers; save a state_dict");
}

/// The dictionary of tensors: the root, or the only one that stands under a name in it.
inline const Node &state_of(const Node &root) {
  if (is_state(root)) return root;
  std::unordered_map<const Node *, bool> known;  // the same dictionary may stand under many names
  std::string names;
  size_t count = 0;
  const Node *found = nullptr;
  for (size_t i = 0; root.kind == Kind::dictionary && i < root.items.size(); i += 2) {
    const auto *value = root.items[i + 1].get();
    if (value->kind == Kind::tensor) refuse_mixture(root);
    const auto [place, is_new] = known.emplace(value, false);
    if (is_new) place->second = is_state(*value);
    if (!place->second) continue;
    found = value;
    if (++count <= 6) names += (names.empty() ? "" : ", ") + quoted(*root.items[i]);
  }
  if (count == 0) refuse("the file holds no dictionary of tensors; save a state_dict");
  if (count > 6) names += " and " + std::to_string(count - 6) + " more";
  if (count > 1) refuse("the file holds several dictionaries of tensors (" + names + "); save the one that is wanted");
  return *found;
}

/// The bytes of a tensor whose place in its storage is checked.
inline uint64_t checked_byte_count(const Entry &entry) {
  const auto &storage = *entry.tensor->items[0];
  const auto &sizes = entry.tensor->items[1]->items, &strides = entry.tensor->items[2]->items;
  const std::string name = "tensor \"" + printable(entry.name) + "\" ";
  if (sizes.size() != strides.size()) refuse(name + "has a shape and strides of two ranks");
  int64_t count = 1, last = entry.tensor->integer, bytes = 0;
  bool is_valid = last >= 0;
  for (size_t i = 0; i < sizes.size() && is_valid; ++i) {
    const auto size = sizes[i]->integer, stride = strides[i]->integer;
    int64_t reach = 0;
    is_valid = size >= 0 && stride >= 0 && checked_product(count, size, &count);
    if (is_valid && size > 0) {
      is_valid = checked_product(size - 1, stride, &reach) && !__builtin_add_overflow(last, reach, &last);
    }
  }
  if (!is_valid || !checked_product(count, storage.type->size, &bytes)) refuse(name + "has an impossible shape");
  if (entry.tensor->integer > storage.integer || (count > 0 && last >= storage.integer)) {
    refuse(name + "reaches past the end of its storage");
  }
  return static_cast<uint64_t>(bytes);
}

/// The tensors by name. Together they may not be much larger than what is stored of them; whether the file has what
/// they announce, the reader of its format checks.
inline std::vector<Entry> entries_of(const Node &root) {
  const auto &state = state_of(root);
  std::vector<Entry> entries;
  std::unordered_map<std::string_view, bool> names;
  std::unordered_map<const Node *, bool> storages;
  uint64_t total = 0, stored = 0;
  for (size_t i = 0; i < state.items.size(); i += 2) {
    entries.push_back({state.items[i]->text, state.items[i + 1]});
    const auto name = "\"" + printable(entries.back().name) + "\"";
    if (!names.emplace(state.items[i]->text, true).second) refuse("two tensors have the name " + name);
    const auto *storage = entries.back().tensor->items[0].get();
    const auto added = storages.emplace(storage, true).second ? static_cast<uint64_t>(byte_count(*storage)) : 0;
    if (__builtin_add_overflow(total, checked_byte_count(entries.back()), &total) ||
        __builtin_add_overflow(stored, added, &stored)) {
      refuse("tensor " + name + " has an impossible shape");
    }
  }
  if (total / 16 > stored) {
    refuse("the tensors repeat themselves: " + std::to_string(total) + " bytes from the " + std::to_string(stored) +
           " that are stored");
  }
  return entries;
}

}  // namespace ct::pickle
