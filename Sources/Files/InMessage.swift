extension String {
  /// A name from a file as it may stand in a message: what could change the terminal or the order of the text is
  /// escaped, and what is too long cut.
  package func inMessage(limit: Int = 100) -> String {
    var result = ""
    for scalar in unicodeScalars.prefix(limit) {
      switch scalar.properties.generalCategory {
      case .control, .format, .lineSeparator, .paragraphSeparator: result += scalar.escaped(asASCII: true)
      default: result.unicodeScalars.append(scalar)
      }
    }
    return unicodeScalars.count > limit ? result + "…" : result
  }
}
