import Crypto
import Foundation

#if canImport(FoundationNetworking)
  import FoundationNetworking
#endif

/// A file on the network with its published MD5.
public struct Download: Sendable {
  /// Where the file is.
  public let address: String
  /// The MD5 in hexadecimal: it shows that the file is whole and the one that is meant, no more.
  public let md5: String

  /// Names a file.
  public init(address: String, md5: String) {
    self.address = address
    self.md5 = md5
  }

  /// Fetches the file to `target`, which appears only when it is whole and checked. Waits until then.
  ///
  /// - Throws: ``DataError/download(url:reason:)``, ``DataError/wrongDigest(path:expected:found:)``,
  ///   ``DataError/disk(path:reason:)``.
  public func fetch(
    to target: URL, progress: @escaping @Sendable (_ done: Int, _ total: Int?, _ what: String) -> Void
  ) throws {
    guard let url = URL(string: address) else {
      throw DataError.download(url: address, reason: "it is not an address")
    }
    let folder = target.deletingLastPathComponent()
    let temporary = folder.appendingPathComponent("\(target.lastPathComponent).\(UUID().uuidString).partial")
    do {
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    } catch {
      throw DataError.disk(path: folder.path, reason: error.localizedDescription)
    }
    defer { unlink(temporary.path) }  // Nothing is there any more once the file has its name.
    let transfer = Transfer(
      target: temporary, label: "downloading \(target.lastPathComponent)", progress: progress)
    if let failure = transfer.run(url) { throw failure }
    let found = try Self.md5(of: temporary.path)
    guard found == md5 else {
      throw DataError.wrongDigest(path: address, expected: "md5:" + md5, found: "md5:" + found)
    }
    guard rename(temporary.path, target.path) == 0 else {
      throw DataError.disk(path: target.path, reason: systemError())
    }
  }

  private static func md5(of path: String) throws -> String {
    let file = try MappedFile(path: path)
    var hash = Insecure.MD5()
    hash.update(bufferPointer: file.bytes)
    return hash.finalize().hexadecimal
  }
}

/// One transfer to a file; its callbacks come on the session's own serial queue, and `run` reads the outcome
/// only after they have ended.
private final class Transfer: NSObject, URLSessionDownloadDelegate, @unchecked Sendable {
  private let target: URL
  private let label: String
  private let progress: @Sendable (Int, Int?, String) -> Void
  private let done = DispatchSemaphore(value: 0)
  private var failure: DataError?

  init(target: URL, label: String, progress: @escaping @Sendable (Int, Int?, String) -> Void) {
    self.target = target
    self.label = label
    self.progress = progress
  }

  /// Waits for the transfer and gives what went wrong.
  func run(_ url: URL) -> DataError? {
    let session = URLSession(configuration: .ephemeral, delegate: self, delegateQueue: nil)
    session.downloadTask(with: url).resume()
    done.wait()
    session.finishTasksAndInvalidate()
    return failure
  }

  func urlSession(
    _ session: URLSession, downloadTask: URLSessionDownloadTask, didFinishDownloadingTo location: URL
  ) {
    let status = (downloadTask.response as? HTTPURLResponse)?.statusCode ?? 200
    guard status == 200 else {
      failure = .download(url: address(of: downloadTask), reason: "the server answers with status \(status)")
      return
    }
    do {
      try FileManager.default.moveItem(at: location, to: target)
    } catch {
      failure = .disk(path: target.path, reason: error.localizedDescription)
    }
  }

  func urlSession(
    _ session: URLSession, downloadTask: URLSessionDownloadTask, didWriteData bytesWritten: Int64,
    totalBytesWritten: Int64, totalBytesExpectedToWrite: Int64
  ) {
    let total = totalBytesExpectedToWrite > 0 ? Int(totalBytesExpectedToWrite) : nil
    progress(Int(totalBytesWritten), total, label)
  }

  func urlSession(_ session: URLSession, task: URLSessionTask, didCompleteWithError error: (any Error)?) {
    if let error, failure == nil {
      failure = .download(
        url: address(of: task), reason: "\(error.localizedDescription); check the connection and the proxy")
    }
    done.signal()
  }

  private func address(of task: URLSessionTask) -> String { task.originalRequest?.url?.absoluteString ?? "" }
}
