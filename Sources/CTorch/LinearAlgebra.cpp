// Decompositions, triangular systems, norms and distances.
#include "Boundary.h"

#include <ATen/ops/addmm.h>
#include <ATen/ops/linalg_eigh.h>
#include <ATen/ops/linalg_qr.h>
#include <ATen/ops/linalg_solve_triangular.h>
#include <ATen/ops/linalg_vector_norm.h>

using ct::guarded;
using ct::own;

ct_error *ct_solve_triangular(ct_tensor *out, ct_tensor matrix, ct_tensor self, bool is_upper) {
  return guarded([&] { *out = own(at::linalg_solve_triangular(matrix->value, self->value, is_upper)); });
}

ct_error *ct_eigh(ct_tensor *values, ct_tensor *vectors, ct_tensor self) {
  return guarded([&] {
    auto [eigenvalues, eigenvectors] = at::linalg_eigh(self->value);
    auto first = own(std::move(eigenvalues));
    *vectors = own(std::move(eigenvectors));
    *values = first;
  });
}

ct_error *ct_qr(ct_tensor *q, ct_tensor *r, ct_tensor self) {
  return guarded([&] {
    auto [orthogonal, triangular] = at::linalg_qr(self->value);
    auto first = own(std::move(orthogonal));
    *r = own(std::move(triangular));
    *q = first;
  });
}

ct_error *ct_vector_norm(ct_tensor *out, ct_tensor self, double order, const int64_t *dims, int32_t count,
                         bool keeps_dims) {
  return guarded([&] {
    *out = own(at::linalg_vector_norm(self->value, order, ct::array(dims, count), keeps_dims));
  });
}

ct_error *ct_squared_distances(ct_tensor *out, ct_tensor first, ct_tensor second) {
  return guarded([&] {
    // |x|² + |y|² − 2 x·y with one matrix product; rounding can leave tiny negatives, cut off at zero.
    const auto &x = first->value, &y = second->value;
    auto norms = x.square().sum(-1, /*keepdim=*/true).add(y.square().sum(-1).unsqueeze(0));
    *out = own(at::addmm(norms, x, y.t(), 1, -2).clamp_min(0));
  });
}
