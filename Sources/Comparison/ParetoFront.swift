import PluginKit

/// Groups that no other group beats in everything: reconstruction, latent match and samples at once.
package struct ParetoFront: Sendable, Encodable {
  /// A group's place.
  package struct Point: Sendable, Encodable {
    /// The position of the group in the comparison.
    package let group: Int
    /// What is compared on each axis: the mean, or its distance from the target. Smaller is better.
    package let values: [Double]
    /// From the least to the greatest over the seeds on each axis.
    package let ranges: [ClosedRange<Double>]
    /// Whether another point is at least as good on every axis and better on one.
    package let isDominated: Bool
  }

  /// What the points have in common, as in `moca`; `overall` for all groups.
  package let family: String
  /// Names of the columns.
  package let axes: [String]
  /// In the order of the groups.
  package let points: [Point]
  /// The worst value of each axis over all families, and a tenth of the range beyond.
  package let referencePoint: [Double]
  /// The best value of each axis over all families.
  package let idealPoint: [Double]
  /// The share of the box between ``idealPoint`` and ``referencePoint`` that the front dominates, from 0 to 1.
  package let hypervolume: Double

  /// Which points are dominated by another one; smaller is better. Equal points do not dominate each other.
  package static func dominated(_ points: [[Double]]) -> [Bool] {
    points.map { point in
      points.contains { other in
        zip(other, point).allSatisfy { $0 <= $1 } && zip(other, point).contains { $0 < $1 }
      }
    }
  }

  /// The volume between points and a reference point that lies beyond them: what at least one point dominates.
  ///
  /// Slices along the last axis, whose volume is that of the points below without that axis.
  package static func hypervolume(_ points: [[Double]], reference: [Double]) -> Double {
    let inside = points.filter { zip($0, reference).allSatisfy { $0 < $1 } }
    guard let limit = reference.last, !inside.isEmpty else { return 0 }
    if reference.count == 1 { return limit - (inside.map { $0[0] }.min() ?? limit) }
    let last = reference.count - 1
    let heights = Set(inside.map { $0[last] }).sorted() + [limit]
    return zip(heights, heights.dropFirst()).reduce(0) { sum, slice in
      let below = inside.filter { $0[last] <= slice.0 }.map { Array($0.dropLast()) }
      return sum + (slice.1 - slice.0) * hypervolume(below, reference: Array(reference.dropLast()))
    }
  }

  /// A group's values, before it is held against others.
  struct Place {
    let group: Int
    let values: [Double]
    let ranges: [ClosedRange<Double>]
  }

  /// The fronts of each family that has more than one point, and the overall one first.
  ///
  /// - Parameter points: Groups with their families and values, at least one.
  static func fronts(axes: [String], _ points: [(family: String, place: Place)]) -> [ParetoFront] {
    if points.count < 2 { return [] }
    let columns = axes.indices.map { axis in points.map { $0.place.values[axis] } }
    let ideal = columns.map { $0.min() ?? 0 }
    let worst = columns.map { $0.max() ?? 0 }
    let reference = zip(worst, ideal).map { $0 + ($0 > $1 ? ($0 - $1) / 10 : 1) }
    let box = zip(reference, ideal).reduce(1) { $0 * ($1.0 - $1.1) }
    let families = points.map(\.family).uniqued()
    let named =
      [("overall", points)]
      + (families.count < 2
        ? []
        : families.map { family in
          (family, points.filter { $0.family == family })
        }.filter { $0.1.count > 1 })
    return named.map { family, members in
      let values = members.map(\.place.values)
      let points = zip(members, dominated(values)).map { member, isDominated in
        Point(
          group: member.place.group, values: member.place.values, ranges: member.place.ranges,
          isDominated: isDominated)
      }
      return ParetoFront(
        family: family, axes: axes, points: points, referencePoint: reference, idealPoint: ideal,
        hypervolume: hypervolume(values, reference: reference) / box)
    }
  }
}
