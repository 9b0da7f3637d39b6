extension String {
  /// The text without characters that would move the cursor or change the terminal.
  package var printable: String {
    let scalars = unicodeScalars.map { $0.properties.generalCategory == .control ? " " : $0 }
    return String(String.UnicodeScalarView(scalars))
  }
}
