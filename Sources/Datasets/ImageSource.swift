import Foundation

/// Where image files come from.
enum ImageSource {
  case folder(FolderScan)
  case archive(path: String)

  /// Looks at what `path` is.
  ///
  /// - Throws: ``DataError/missing(path:advice:)``, ``DataError/unreadable(path:reason:)``.
  init(path: String) throws {
    guard let status = FileStatus(path: path) else {
      throw DataError.missing(path: path, advice: ImageFiles.advice)
    }
    self = status.isFolder ? .folder(try FolderScan(root: path)) : .archive(path: path)
  }

  /// The path of the folder or archive.
  var path: String {
    switch self {
    case .folder(let scan): scan.root
    case .archive(let path): path
    }
  }

  /// How many files there are, images or not, where that is known.
  var fileCount: Int? {
    if case .folder(let scan) = self { return scan.files.count }
    return nil
  }

  func identity() throws -> SourceIdentity {
    var identity = SourceIdentity()
    switch self {
    case .folder(let scan): identity.add(folder: scan)
    case .archive(let path): try identity.add(file: path)
    }
    return identity
  }

  /// Calls `body` with each image file until it returns false.
  ///
  /// A file counts as an image if it begins like one or is called like one; the rest is passed over.
  func forEachImage(_ body: (ImageFile) throws -> Bool) throws {
    switch self {
    case .folder(let scan):
      for file in scan.files {
        let path = scan.root + "/" + file.path
        let signature = try FileBytes.read(path, limit: ImageFormat.signatureSize)
        guard ImageFile.isImage(signature, name: path) else { continue }
        let bytes = try FileBytes.read(path, limit: ImageLimits.fileSize + 1)
        guard try body(ImageFile(name: path, relativePath: file.path, bytes: bytes)) else { return }
      }
    case .archive(let path):
      let reader = try ArchiveReader(path: path)
      while let entry = try reader.nextFile() {
        let signature = try reader.read(limit: ImageFormat.signatureSize)
        guard ImageFile.isImage(signature, name: entry) else { continue }
        let bytes = signature + (try reader.read(limit: ImageLimits.fileSize))
        guard try body(ImageFile(name: reader.currentName, relativePath: entry, bytes: bytes)) else { return }
      }
    }
  }
}
