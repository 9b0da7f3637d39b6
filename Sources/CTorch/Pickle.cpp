// State dictionaries in the files of torch.save: the zip format, and the one before torch 1.6.
//
// libtorch's restricted unpickler alone does not do for files that others wrote: it cannot give an OrderedDict its
// state, knows the long integers of one size only, and takes sizes, strides and places in its memo as they come.
// So the stream is first read as data (PickleReader.h). What it describes is checked against the file's size and
// written anew as the plain stream that the unpickler understands; that stream alone reaches it.
#include "Boundary.h"
#include "PickleArchive.h"
#include "PickleStream.h"

#include <c10/core/CPUAllocator.h>
#include <torch/csrc/jit/serialization/unpickler.h>

#include <algorithm>
#include <memory>

namespace ct::pickle {

namespace {

// What the tensors need of the file: each storage once, and where its bytes are.
struct Contents {
  std::vector<Entry> entries;
  std::unordered_map<std::string, Span> records;
};

// The two formats

Contents read_zip(Span file) {
  const auto entries = zip_entries(file);
  const auto is_root = [](const auto &entry) {
    const auto slash = entry.first.find('/');
    return slash != std::string::npos && std::string_view(entry.first).substr(slash) == "/data.pkl";
  };
  const auto root = std::find_if(entries.begin(), entries.end(), is_root);
  if (root == entries.end()) refuse("the archive has no data.pkl; torch.save did not write it");
  if (std::count_if(entries.begin(), entries.end(), is_root) > 1) {
    refuse("the archive has several data.pkl; torch.save writes one");
  }
  const auto prefix = root->first.substr(0, root->first.find('/') + 1);
  if (const auto order = entries.find(prefix + "byteorder"); order != entries.end()) {
    if (std::string(order->second.begin(), order->second.end()) != "little") refuse("the numbers are big-endian");
  }
  Reader reader;
  Bytes bytes{root->second};
  const auto node = reader.read(bytes);
  Contents contents{entries_of(*node), {}};
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
  Contents contents{entries_of(*root), {}};
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
