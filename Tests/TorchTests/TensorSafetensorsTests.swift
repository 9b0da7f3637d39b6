import Foundation
import Testing
import Torch

@Suite("Tensors in safetensors files")
struct TensorSafetensorsTests {
  @Test("every type survives a file bit for bit", arguments: DType.allCases)
  func file(_ dtype: DType) throws {
    let generator = Generator(seed: 5)
    let scalar = Tensor.ones([], dtype: dtype)
    let matrix = (Tensor.uniform([3, 5], using: generator) * 100).to(dtype: dtype)
    let empty = Tensor.zeros([2, 0], dtype: dtype)
    try withTemporaryFolder { folder in
      let url = folder.appendingPathComponent("state.safetensors")
      let records = [
        scalar.record(named: "scalar"), matrix.record(named: "matrix"), empty.record(named: "empty"),
      ]
      try Safetensors.write(records, to: url)
      let read = try Safetensors.read(url).records
      #expect(read == records)
      for (record, tensor) in zip(read, [scalar, matrix, empty]) {
        let again = try Tensor(record)
        #expect(again.dtype == dtype)
        #expect(again.shape == tensor.shape)
        #expect(again.data == tensor.data)
      }
    }
  }

  @Test("the stored type and the tensor type name each other", arguments: DType.allCases)
  func types(_ dtype: DType) {
    #expect(SafetensorsType(dtype).dtype == dtype)
    #expect(SafetensorsType(dtype).byteCount == dtype.byteCount)
  }

  @Test("a channels-last tensor is stored in row-major order", arguments: floatingTypes)
  func channelsLast(_ dtype: DType) throws {
    let plain = Tensor((0..<48).map(Double.init), shape: [2, 3, 4, 2]).to(dtype: dtype)
    let record = plain.channelsLast().record(named: "x")
    #expect(record == plain.record(named: "x"))
    #expect(try Tensor(record).doubles == plain.doubles)
  }

  @Test("a leaf of the graph is stored and read outside the graph")
  func leaves() throws {
    let x = leaf([1, 2])
    #expect(!(try Tensor(x.record(named: "x")).requiresGradient))
  }

  @Test(
    "a type that tensors do not have is an error that names the tensor",
    arguments: [
      SafetensorsType.int8, .int16,
    ])
  func unsupportedType(_ type: SafetensorsType) {
    #expect(type.dtype == nil)
    let record = TensorRecord(name: "codes", dtype: type, shape: [0], data: Data())
    let error = #expect(throws: TorchError.self) { try Tensor(record) }
    #expect(error?.description.hasPrefix("tensor \"codes\" has the element type \(type.rawValue)") == true)
  }

  @Test("bytes and shape must agree")
  func wrongLength() {
    let record = TensorRecord(name: "x", dtype: .bfloat16, shape: [3], data: Data(count: 5))
    #expect(throws: SafetensorsError.wrongLength(name: "x", expected: 6, found: 5)) { try Tensor(record) }
    let negative = TensorRecord(name: "x", dtype: .float32, shape: [-1], data: Data())
    #expect(throws: SafetensorsError.invalidShape(name: "x", shape: [-1])) { try Tensor(negative) }
  }

  @Test("a foreign Boolean of any byte is true")
  func foreignBooleans() throws {
    let record = TensorRecord(name: "x", dtype: .bool, shape: [3], data: Data([0, 1, 7]))
    #expect(try Tensor(record).to(dtype: .int64).ints == [0, 1, 1])
  }
}
