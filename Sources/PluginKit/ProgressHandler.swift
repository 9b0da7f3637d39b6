/// Hears how far a long step is: how much is done, of how much where that is known, and what is done. It may be called from
/// several threads.
public typealias ProgressHandler = @Sendable (_ done: Int, _ total: Int?, _ what: String) -> Void
