import Foundation
import PluginKit
import Runner
import Terminal
import Testing

/// Collects what is written and holds a clock that only the test moves.
private final class Screen {
  var text = ""
  var now = 0.0
  var width = 80

  func terminal(isInteractive: Bool, hasColor: Bool = false) -> Terminal {
    Terminal(
      isInteractive: isInteractive, hasColor: hasColor, width: { self.width }, write: { self.text += $0 })
  }

  func bar(
    total: Int?, isInteractive: Bool, hasColor: Bool = false,
    configure: (inout ProgressBar.Options) -> Void = { _ in }
  ) -> ProgressBar {
    var options = ProgressBar.Options()
    options.clock = { self.now }
    configure(&options)
    return ProgressBar(
      label: "train", total: total, terminal: terminal(isInteractive: isInteractive, hasColor: hasColor),
      options: options)
  }

  var lastDrawn: String {
    let last = text.components(separatedBy: "\r").last ?? ""
    return last.replacingOccurrences(of: "\u{1B}[K", with: "")
  }
}

@Suite("Terminal")
struct TerminalTests {
  @Test("the bar shows part, count, rate, time left and details")
  func bar() {
    let screen = Screen()
    screen.width = 120
    let bar = screen.bar(total: 2000, isInteractive: true)
    bar.update(0)
    screen.now = 10
    bar.update(500, details: [("loss", 12.345), ("penalty", 0.00002)])
    #expect(
      screen.lastDrawn == "train  25%  ━━━━━━──────────────────  500/2000  50 steps/s  eta 30 s  loss 12.3  "
        + "penalty 2e-05")
    bar.finish()
    #expect(screen.text.hasSuffix("\n"))
  }

  @Test("the bar never fills the line", arguments: [1, 5, 12, 24, 40, 60, 80, 200])
  func width(columns: Int) {
    let screen = Screen()
    screen.width = columns
    let bar = screen.bar(total: 10, isInteractive: true)
    for step in 0...10 {
      screen.now += 3
      bar.update(step, details: [("重み", 1), ("∇ratio", 123_456_789), ("b", -0.001)])
      #expect(screen.lastDrawn.count <= max(columns - 1, 1))
    }
  }

  @Test("the bar is redrawn at most ten times a second")
  func throttled() {
    let screen = Screen()
    let bar = screen.bar(total: 1000, isInteractive: true)
    for step in 0..<1000 {
      screen.now = Double(step) / 1000
      bar.update(step)
    }
    #expect(screen.text.filter { $0 == "\r" }.count <= 11)
  }

  @Test("the rate comes from the last seconds and not from before a resume")
  func rate() {
    let screen = Screen()
    let bar = screen.bar(total: 100_000, isInteractive: true) { $0.completed = 50_000 }
    for second in 1...100 {
      screen.now = Double(second)
      bar.update(50_000 + (second <= 50 ? second : 50 + (second - 50) * 10))
    }
    #expect(screen.lastDrawn.contains("10 steps/s"))
    let slow = Screen()
    let slowBar = slow.bar(total: 10, isInteractive: true)
    for step in 1...3 {
      slow.now = Double(step) * 60
      slowBar.update(step)
    }
    #expect(slow.lastDrawn.contains("60 s/step  eta 7 min"))
  }

  @Test("a log gets a line per tenth and per interval, without control characters")
  func plain() {
    let screen = Screen()
    let bar = screen.bar(total: 100, isInteractive: false)
    for step in 0...100 {
      screen.now = Double(step) / 100
      bar.update(step)
    }
    bar.finish()
    let lines = screen.text.split(separator: "\n")
    #expect(lines.count == 11)
    #expect(lines.last == "train 100%  100/100  100 steps/s  in 1 s")
    #expect(!screen.text.contains("\r") && !screen.text.contains("\u{1B}"))
    let long = Screen()
    let longBar = long.bar(total: 1_000_000, isInteractive: false)
    for second in 0...100 {
      long.now = Double(second)
      longBar.update(second)
    }
    #expect(long.text.split(separator: "\n").count == 11)
  }

  @Test("a quiet bar shows nothing but messages")
  func quiet() {
    let screen = Screen()
    let bar = screen.bar(total: 10, isInteractive: true) { $0.isQuiet = true }
    bar.update(5)
    bar.log("saved")
    bar.finish()
    #expect(screen.text == "saved\n")
  }

  @Test("messages stand above the bar")
  func messages() {
    let screen = Screen()
    let bar = screen.bar(total: 10, isInteractive: true)
    bar.update(5)
    bar.log("saved")
    #expect(screen.text.contains("\r\u{1B}[Ksaved\n\rtrain  50%"))
  }

  @Test("work of unknown length shows count and rate; colour only where it is wanted")
  func variants() {
    let screen = Screen()
    let bar = screen.bar(total: nil, isInteractive: true) { $0.unit = "images" }
    screen.now = 2
    bar.update(500)
    #expect(screen.lastDrawn == "train  500 images  250 images/s")
    let colored = Screen()
    colored.bar(total: 2, isInteractive: true, hasColor: true).update(1)
    #expect(colored.text.contains("\u{1B}[36m"))
  }

  @Test("a table aligns numbers to the right and counts columns, not bytes")
  func table() {
    var table = TextTable(columns: ["name", .init("weight", title: "λ"), "steps", "note"])
    table.append([.string("moca ×2"), .number(100), .integer(5), .string("∇ ok")])
    table.append([.string("潜在"), .number(0.000123456), .null, .boolean(true)])
    #expect(
      table.text() == """
        name             λ  steps  note
        ───────  ─────────  ─────  ────
        moca ×2        100      5  ∇ ok
        潜在     0.0001235      –  yes
        """)
    #expect(
      table.json == """
        [
          {"name":"moca ×2","weight":100.0,"steps":5,"note":"∇ ok"},
          {"name":"潜在","weight":0.000123456,"steps":null,"note":true}
        ]
        """)
    #expect(TextTable(columns: ["a"]).json == "[]")
  }

  @Test("a long last column is wrapped to the window, and control characters are taken out")
  func wrapping() {
    var table = TextTable(columns: ["name", "summary"])
    table.append([.string("a\u{1B}[2J"), .string("one two three four five six seven")])
    #expect(
      table.text(width: 28) == """
        name   summary
        ─────  ─────────────────────
        a [2J  one two three four
               five six seven
        """)
  }

  @Test("the first signal asks, the second ends the process with 130")
  func signals() async {
    await #expect(processExitsWith: .exitCode(130)) {
      signal(SIGINT, SIG_DFL)
      let interruption = Interruption.fromSignals()
      guard !interruption.isRequested else { exit(1) }
      // Signals to a process arrive on some thread, a little later.
      let deadline = Date(timeIntervalSinceNow: 30)
      kill(getpid(), SIGINT)
      while !interruption.isRequested, Date() < deadline { sched_yield() }
      guard interruption.isRequested else { exit(2) }
      kill(getpid(), SIGTERM)
      while Date() < deadline { sched_yield() }
      exit(3)
    }
  }

  @Test("a program can ask itself to stop")
  func request() {
    let interruption = Interruption()
    #expect(!interruption.isRequested)
    interruption.request()
    #expect(interruption.isRequested)
  }
}
