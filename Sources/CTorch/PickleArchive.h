// The entries of the zip archives that torch.save writes: stored as they are, never compressed. libtorch's own reader
// of archives allocates what an entry announces, so a small hostile file could ask it for any amount.
#pragma once

#include "PickleReader.h"

namespace ct::pickle {

inline Span slice(Span bytes, uint64_t start, uint64_t count, const char *what) {
  if (start > bytes.size() || count > bytes.size() - start) {
    refuse(std::string(what) + " reaches past the end of the file at byte " + std::to_string(bytes.size()));
  }
  return bytes.subspan(start, count);
}

template <typename T>
T field(Span bytes, uint64_t offset) {
  Bytes cursor{slice(bytes, offset, sizeof(T), "the archive's directory")};
  return cursor.read<T>();
}

struct ZipRecord {
  uint64_t packed, size, header;
};

/// The sizes and the place of a directory entry; those that do not fit 32 bits stand in its extra field.
inline ZipRecord zip_record(Span entry, Span extra) {
  constexpr uint32_t elsewhere = 0xffffffff;
  ZipRecord record{field<uint32_t>(entry, 20), field<uint32_t>(entry, 24), field<uint32_t>(entry, 42)};
  for (size_t at = 0; at + 4 <= extra.size();) {
    const auto id = field<uint16_t>(extra, at), length = field<uint16_t>(extra, at + 2);
    const auto body = slice(extra, at + 4, length, "an extra field of the archive");
    if (id == 1) {
      size_t next = 0;
      for (auto *value : {&record.size, &record.packed, &record.header}) {
        if (*value != elsewhere) continue;
        *value = field<uint64_t>(body, next);
        next += 8;
      }
    }
    at += 4u + length;
  }
  return record;
}

/// Where the archive's directory is and how many entries it has.
inline std::pair<Span, uint64_t> zip_directory(Span file) {
  const auto is_at = [&](size_t at, const char *mark) { return std::memcmp(file.data() + at, mark, 4) == 0; };
  if (file.size() < 22) refuse("the archive is too short");
  const size_t first = file.size() > 65557 ? file.size() - 65557 : 0;
  size_t end = file.size() - 22;
  while (end > first && !is_at(end, "PK\5\6")) --end;
  if (!is_at(end, "PK\5\6")) refuse("the archive has no directory: its end is missing; copy the file again");
  uint64_t count = field<uint16_t>(file, end + 10), size = field<uint32_t>(file, end + 12);
  uint64_t start = field<uint32_t>(file, end + 16);
  if (end >= 20 && is_at(end - 20, "PK\6\7")) {
    const auto wide = slice(file, field<uint64_t>(file, end - 12), 56, "the archive's directory");
    count = field<uint64_t>(wide, 32);
    size = field<uint64_t>(wide, 40);
    start = field<uint64_t>(wide, 48);
  }
  return {slice(file, start, size, "the archive's directory"), count};
}

/// The bytes of the archive's entries by their names; torch.save packs none of them.
inline std::unordered_map<std::string, Span> zip_entries(Span file) {
  std::unordered_map<std::string, Span> entries;
  const auto [directory, count] = zip_directory(file);
  size_t at = 0;
  for (uint64_t index = 0; index < count; ++index) {
    const auto entry = slice(directory, at, 46, "the archive's directory");
    if (std::memcmp(entry.data(), "PK\1\2", 4) != 0) refuse("the archive's directory is damaged");
    const auto name_length = field<uint16_t>(entry, 28), extra_length = field<uint16_t>(entry, 30);
    const auto name = slice(directory, at + 46, name_length, "a name of the archive");
    const auto extra = slice(directory, at + 46 + name_length, extra_length, "an entry of the archive");
    const auto record = zip_record(entry, extra);
    const std::string text(name.begin(), name.end());
    if (field<uint16_t>(entry, 10) != 0 || record.packed != record.size) {
      refuse("entry \"" + printable(text) + "\" of the archive is compressed, which torch.save never does");
    }
    const auto local = slice(file, record.header, 30, "an entry of the archive");
    const uint64_t skipped = 30u + field<uint16_t>(local, 26) + field<uint16_t>(local, 28);
    const auto body = slice(slice(file, record.header, file.size() - record.header, "an entry"), skipped,
                            record.size, "an entry of the archive");
    if (!entries.emplace(text, body).second) refuse("the archive has two entries \"" + printable(text) + "\"");
    at += 46u + name_length + extra_length + field<uint16_t>(entry, 32);
  }
  return entries;
}

}  // namespace ct::pickle
