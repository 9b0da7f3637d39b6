// State dictionaries in the files of torch.save: the zip format, and the one before torch 1.6.
//
// libtorch's restricted unpickler alone does not do for files that others wrote: it cannot give an OrderedDict its
// state, knows the long integers of one size only, and takes sizes, strides and places in its memo as they come.
// So the stream is first read as data (PickleReader.h). What it describes is checked against the file's size and
// written anew as the plain stream that the unpickler understands; that stream alone reaches it.
#include "Boundary.h"
#include "PickleArchive.h"
#include "PickleReader.h"

#include <c10/core/CPUAllocator.h>
#include <torch/csrc/jit/serialization/unpickler.h>

#include <algorithm>
#include <memory>

namespace ct::pickle {

namespace {

struct Entry {
  std::string name;
  Link tensor;
};

// What the tensors need of the file: each storage once, and where its bytes are.
struct Contents {
  std::vector<Entry> entries;
  std::unordered_map<std::string, Span> records;
};

bool checked_product(int64_t a, int64_t b, int64_t *product) { return !__builtin_mul_overflow(a, b, product); }

int64_t byte_count(const Node &storage) {
  int64_t count = 0;
  if (storage.integer < 0 || !checked_product(storage.integer, storage.type->size, &count)) {
    refuse("a storage announces the impossible size " + std::to_string(storage.integer));
  }
  return count;
}

// The tensors of a checked root

bool is_state(const Node &node) {
  if (node.kind != Kind::dictionary || node.items.empty()) return false;
  for (size_t i = 0; i < node.items.size(); i += 2) {
    if (node.items[i]->kind != Kind::text || node.items[i + 1]->kind != Kind::tensor) return false;
  }
  return true;
}

const Node &state_of(const Node &root) {
  if (is_state(root)) return root;
  if (root.kind != Kind::dictionary) refuse("the file holds no dictionary of tensors; save a state_dict");
  std::vector<std::string> names;
  const Node *found = nullptr;
  for (size_t i = 0; i < root.items.size(); i += 2) {
    const auto &key = *root.items[i], &value = *root.items[i + 1];
    if (value.kind == Kind::tensor) {
      for (size_t j = 1; j < root.items.size(); j += 2) {
        if (root.items[j]->kind == Kind::tensor) continue;
        refuse("\"" + printable(root.items[j - 1]->text) + "\" stands among the tensors and is none; save the "
               "state_dict alone");
      }
    }
    if (!is_state(value)) continue;
    names.push_back("\"" + printable(key.text) + "\"");
    found = &value;
  }
  if (names.empty()) refuse("the file holds no dictionary of tensors; save a state_dict");
  if (names.size() > 1) {
    std::string list;
    for (const auto &name : names) list += (list.empty() ? "" : ", ") + name;
    refuse("the file holds several dictionaries of tensors (" + list + "); save the one that is wanted");
  }
  return *found;
}

void check(const Entry &entry, uint64_t &total) {
  const auto &storage = *entry.tensor->items[0];
  const auto &sizes = entry.tensor->items[1]->items, &strides = entry.tensor->items[2]->items;
  const std::string name = "tensor \"" + printable(entry.name) + "\" ";
  if (sizes.size() != strides.size() || sizes.size() > 16) refuse(name + "has a shape and strides of two ranks");
  int64_t count = 1, last = entry.tensor->integer;
  bool is_valid = last >= 0;
  for (size_t i = 0; i < sizes.size() && is_valid; ++i) {
    const auto size = sizes[i]->integer, stride = strides[i]->integer;
    int64_t reach = 0;
    is_valid = size >= 0 && stride >= 0 && checked_product(count, size, &count);
    if (is_valid && size > 0) {
      is_valid = checked_product(size - 1, stride, &reach) && !__builtin_add_overflow(last, reach, &last);
    }
  }
  if (!is_valid) refuse(name + "has an impossible shape");
  if (entry.tensor->integer > storage.integer || (count > 0 && last >= storage.integer)) {
    refuse(name + "reaches past the end of its storage");
  }
  int64_t bytes = 0;
  if (!checked_product(count, storage.type->size, &bytes)) refuse(name + "has an impossible shape");
  if (__builtin_add_overflow(total, static_cast<uint64_t>(bytes), &total)) refuse(name + "has an impossible shape");
}

std::vector<Entry> entries_of(const Node &root, size_t file_size) {
  const auto &state = state_of(root);
  std::vector<Entry> entries;
  std::unordered_map<std::string_view, bool> names;
  uint64_t total = 0;
  for (size_t i = 0; i < state.items.size(); i += 2) {
    entries.push_back({state.items[i]->text, state.items[i + 1]});
    if (!names.emplace(state.items[i]->text, true).second) {
      refuse("two tensors have the name \"" + printable(state.items[i]->text) + "\"");
    }
    check(entries.back(), total);
  }
  if (total / 16 > file_size) {
    refuse("the tensors repeat themselves: " + std::to_string(total) + " bytes from a file of " +
           std::to_string(file_size));
  }
  return entries;
}

// The two formats

Contents read_zip(Span file) {
  const auto entries = zip_entries(file);
  const auto root = std::find_if(entries.begin(), entries.end(), [](const auto &entry) {
    const auto slash = entry.first.find('/');
    return slash != std::string::npos && entry.first.substr(slash) == "/data.pkl";
  });
  if (root == entries.end()) refuse("the archive has no data.pkl; torch.save did not write it");
  const auto prefix = root->first.substr(0, root->first.find('/') + 1);
  if (const auto order = entries.find(prefix + "byteorder"); order != entries.end()) {
    if (std::string(order->second.begin(), order->second.end()) != "little") refuse("the numbers are big-endian");
  }
  Reader reader;
  Bytes bytes{root->second};
  const auto node = reader.read(bytes);
  Contents contents{entries_of(*node, file.size()), {}};
  uint64_t total = 0;
  for (const auto &entry : contents.entries) {
    const auto &storage = *entry.tensor->items[0];
    if (contents.records.contains(storage.text)) continue;
    const auto record = entries.find(prefix + "data/" + storage.text);
    const auto needed = static_cast<uint64_t>(byte_count(storage));
    if (record == entries.end() ? needed > 0 : record->second.size() != needed) {
      refuse("the storage of tensor \"" + printable(entry.name) + "\" should have " + std::to_string(needed) +
             " bytes and has " + (record == entries.end() ? "none" : std::to_string(record->second.size())));
    }
    total += needed;
    if (total > file.size()) refuse("storages of the archive overlap");
    contents.records[storage.text] = needed > 0 ? record->second : Span();
  }
  return contents;
}

constexpr std::string_view legacy_start("\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19.", 15);

Contents read_legacy(Span file) {
  Reader reader;
  Bytes bytes{file, legacy_start.size()};
  const auto protocol = reader.read(bytes);
  if (protocol->kind != Kind::integer || protocol->integer != 1001) refuse("the protocol is not 1001");
  const auto system = reader.read(bytes);
  for (size_t i = 0; system->kind == Kind::dictionary && i < system->items.size(); i += 2) {
    const auto &value = *system->items[i + 1];
    if (system->items[i]->text == "little_endian" && value.integer == 0) refuse("the numbers are big-endian");
  }
  const auto root = reader.read(bytes);
  Contents contents{entries_of(*root, file.size()), {}};
  const auto keys = reader.read(bytes);
  if (keys->kind != Kind::list) refuse("the list of storages is missing");
  for (const auto &key : keys->items) {
    const auto storage = reader.storages.find(key->text);
    if (key->kind != Kind::text || storage == reader.storages.end()) refuse("a storage belongs to no tensor");
    if (bytes.read<int64_t>() != storage->second->integer) refuse("a storage has another size than its tensors say");
    const auto size = static_cast<uint64_t>(byte_count(*storage->second));
    const auto *start = reinterpret_cast<const uint8_t *>(bytes.take(size));
    if (!contents.records.emplace(key->text, Span(start, size)).second) refuse("a storage stands twice in the file");
  }
  for (const auto &entry : contents.entries) {
    if (!contents.records.contains(entry.tensor->items[0]->text)) {
      refuse("the storage of tensor \"" + printable(entry.name) + "\" is missing");
    }
  }
  return contents;
}

// The tensors

// The plain stream for libtorch: a tuple of tensors, each storage described once under its number.
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

// A copy of a storage's bytes, so that the tensors outlive the file. Any byte but 0 stands for true.
at::DataPtr copied(Span record, bool is_boolean) {
  auto data = c10::GetCPUAllocator()->allocate(record.size());
  auto *bytes = static_cast<uint8_t *>(data.get());
  std::copy(record.begin(), record.end(), bytes);
  if (is_boolean) std::transform(bytes, bytes + record.size(), bytes, [](uint8_t byte) { return byte != 0; });
  return data;
}

std::vector<at::Tensor> tensors_of(const Contents &contents) {
  const Stream stream(contents.entries);
  std::unordered_map<std::string, const Node *> storages;
  for (const auto &entry : contents.entries) storages[entry.tensor->items[0]->text] = entry.tensor->items[0].get();
  size_t position = 0;
  torch::jit::Unpickler unpickler(
      [&](char *buffer, size_t count) {
        const auto taken = stream.text().copy(buffer, count, position);
        position += taken;
        return taken;
      },
      /*type_resolver=*/nullptr, /*obj_loader=*/nullptr,
      [&](const std::string &number) {
        const auto &key = stream.keys().at(std::stoul(number));
        return copied(contents.records.at(key), storages.at(key)->type->scalar == at::kBool);
      },
      at::Device(at::kCPU));
  std::vector<at::Tensor> tensors;
  const auto root = unpickler.parse_ivalue();
  for (const auto &value : root.toTupleRef().elements()) tensors.push_back(value.toTensor().detach().contiguous());
  TORCH_CHECK(tensors.size() == contents.entries.size(), "the unpickler gave ", tensors.size(), " tensors of ",
              contents.entries.size());
  return tensors;
}

}  // namespace

}  // namespace ct::pickle

struct ct_state_impl {
  std::vector<std::string> names;
  std::vector<at::Tensor> tensors;
};

ct_pickle_format ct_pickle_format_of(const uint8_t *data, int64_t byte_count) {
  const std::string_view bytes(reinterpret_cast<const char *>(data), static_cast<size_t>(byte_count));
  if (bytes.starts_with("PK\3\4")) return CT_PICKLE_ZIP;
  return bytes.starts_with(ct::pickle::legacy_start) ? CT_PICKLE_LEGACY : CT_PICKLE_NONE;
}

ct_error *ct_state_read(ct_state **out, const uint8_t *data, int64_t byte_count) {
  using namespace ct::pickle;
  ct_error *refusal = nullptr;
  auto *error = ct::guarded([&] {
    try {
      const Span file(data, static_cast<size_t>(byte_count));
      const auto format = ct_pickle_format_of(data, byte_count);
      if (format == CT_PICKLE_NONE) refuse("it is no file of torch.save");
      const auto contents = format == CT_PICKLE_ZIP ? read_zip(file) : read_legacy(file);
      auto state = std::make_unique<ct_state_impl>();
      state->tensors = tensors_of(contents);
      for (const auto &entry : contents.entries) state->names.push_back(entry.name);
      *out = state.release();
    } catch (const Refusal &reason) {
      refusal = ct::make_error(reason.code, reason.message.c_str());
    }
  });
  return refusal != nullptr ? refusal : error;
}

int64_t ct_state_count(const ct_state *state) { return static_cast<int64_t>(state->names.size()); }

const char *ct_state_name(const ct_state *state, int64_t index, int64_t *length) {
  const auto &name = state->names.at(static_cast<size_t>(index));
  *length = static_cast<int64_t>(name.size());
  return name.data();
}

ct_error *ct_state_tensor(ct_tensor *out, const ct_state *state, int64_t index) {
  return ct::guarded([&] { *out = ct::own(at::Tensor(state->tensors.at(static_cast<size_t>(index)))); });
}

void ct_state_free(ct_state *state) { delete state; }
