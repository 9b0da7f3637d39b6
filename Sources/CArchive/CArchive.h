// libarchive: reads tar, cpio, zip and 7z in any of their compressions.
#ifndef CARCHIVE_H
#define CARCHIVE_H

#include <archive.h>
#include <archive_entry.h>

// File types as numbers: libarchive's own are casts, which Swift does not import.
static inline int carchive_is_regular_file(struct archive_entry *entry) {
  return archive_entry_filetype(entry) == AE_IFREG;
}

// The target of a symbolic link, or NULL.
static inline const char *carchive_symbolic_link(struct archive_entry *entry) {
  const char *target = archive_entry_symlink_utf8(entry);
  return target ? target : archive_entry_symlink(entry);
}

// The target of a hard link, or NULL.
static inline const char *carchive_hard_link(struct archive_entry *entry) {
  const char *target = archive_entry_hardlink_utf8(entry);
  return target ? target : archive_entry_hardlink(entry);
}

// The entry's path, or NULL where its name is in no known encoding.
static inline const char *carchive_path(struct archive_entry *entry) {
  const char *path = archive_entry_pathname_utf8(entry);
  return path ? path : archive_entry_pathname(entry);
}

#endif
