import SwiftProtobuf

enum EventLog {}
