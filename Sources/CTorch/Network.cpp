// Layers, losses and linear algebra.
#include "Boundary.h"

#include <ATen/ops/_upsample_bicubic2d_aa.h>
#include <ATen/ops/_upsample_bilinear2d_aa.h>
#include <ATen/ops/affine_grid_generator.h>
#include <ATen/ops/avg_pool2d.h>
#include <ATen/ops/batch_norm.h>
#include <ATen/ops/binary_cross_entropy_with_logits.h>
#include <ATen/ops/addmm.h>
#include <ATen/ops/conv2d.h>
#include <ATen/ops/conv_transpose2d.h>
#include <ATen/ops/cross_entropy_loss.h>
#include <ATen/ops/grid_sampler.h>
#include <ATen/ops/layer_norm.h>
#include <ATen/ops/linalg_qr.h>
#include <ATen/ops/linalg_solve_triangular.h>
#include <ATen/ops/linalg_vector_norm.h>
#include <ATen/ops/linear.h>
#include <ATen/ops/log_softmax.h>
#include <ATen/ops/softmax.h>
#include <ATen/ops/upsample_nearest2d.h>

#include <array>

using ct::guarded;
using ct::own;

ct_error *ct_linear(ct_tensor *out, ct_tensor input, ct_tensor weight, ct_tensor bias) {
  return guarded([&] { *out = own(at::linear(input->value, weight->value, ct::maybe(bias))); });
}

ct_error *ct_convolution(ct_tensor *out, ct_tensor input, ct_tensor weight, ct_tensor bias, int64_t stride,
                         int64_t padding, bool is_transposed) {
  return guarded([&] {
    const std::array<int64_t, 2> strides{stride, stride}, paddings{padding, padding}, ones{1, 1}, zeros{0, 0};
    // Not at::convolution: autocast on a CPU knows these two only.
    *out = own(is_transposed
                   ? at::conv_transpose2d(input->value, weight->value, ct::maybe(bias), strides, paddings, zeros,
                                          /*groups=*/1, ones)
                   : at::conv2d(input->value, weight->value, ct::maybe(bias), strides, paddings, ones,
                                /*groups=*/1));
  });
}

ct_error *ct_batch_norm(ct_tensor *out, ct_tensor input, ct_tensor weight, ct_tensor bias,
                        ct_tensor running_mean, ct_tensor running_variance, bool is_training, double momentum,
                        double epsilon, bool is_rectified) {
  return guarded([&] {
    auto result = at::batch_norm(input->value, weight->value, bias->value, running_mean->value,
                                 running_variance->value, is_training, momentum, epsilon,
                                 /*cudnn_enabled=*/true);
    // In place: the backward pass of the normalisation does not need its result.
    *out = own(std::move(is_rectified ? result.relu_() : result));
  });
}

ct_error *ct_log_softmax(ct_tensor *out, ct_tensor self, int64_t dim) {
  return guarded([&] { *out = own(at::log_softmax(self->value, dim)); });
}

ct_error *ct_cross_entropy(ct_tensor *out, ct_tensor logits, ct_tensor targets) {
  return guarded([&] { *out = own(at::cross_entropy_loss(logits->value, targets->value)); });
}

ct_error *ct_binary_cross_entropy_with_logits(ct_tensor *out, ct_tensor logits, ct_tensor targets) {
  return guarded(
      [&] { *out = own(at::binary_cross_entropy_with_logits(logits->value, targets->value)); });
}

ct_error *ct_resize(ct_tensor *out, ct_tensor self, int64_t height, int64_t width, bool is_bicubic) {
  return guarded([&] {
    const std::array<int64_t, 2> size{height, width};
    *out = own(is_bicubic ? at::_upsample_bicubic2d_aa(self->value, size, /*align_corners=*/false)
                          : at::_upsample_bilinear2d_aa(self->value, size, /*align_corners=*/false));
  });
}

ct_error *ct_softmax(ct_tensor *out, ct_tensor self, int64_t dim) {
  return guarded([&] { *out = own(at::softmax(self->value, dim)); });
}

ct_error *ct_layer_norm(ct_tensor *out, ct_tensor input, ct_tensor weight, ct_tensor bias, double epsilon) {
  return guarded([&] {
    *out = own(at::layer_norm(input->value, weight->value.sizes(), weight->value, bias->value, epsilon));
  });
}

ct_error *ct_average_pool(ct_tensor *out, ct_tensor self, int64_t size) {
  return guarded([&] {
    const std::array<int64_t, 2> window{size, size};
    *out = own(at::avg_pool2d(self->value, window));
  });
}

ct_error *ct_upsample_nearest(ct_tensor *out, ct_tensor self, int64_t factor) {
  return guarded([&] {
    const std::array<int64_t, 2> size{self->value.size(2) * factor, self->value.size(3) * factor};
    *out = own(at::upsample_nearest2d(self->value, size));
  });
}

ct_error *ct_affine_sample(ct_tensor *out, ct_tensor self, ct_tensor matrices) {
  return guarded([&] {
    auto grid = at::affine_grid_generator(matrices->value, self->value.sizes(), /*align_corners=*/false);
    // Bilinear, with the image mirrored at its border.
    *out = own(at::grid_sampler(self->value, grid, /*interpolation_mode=*/0, /*padding_mode=*/2,
                                /*align_corners=*/false));
  });
}

ct_error *ct_solve_triangular(ct_tensor *out, ct_tensor matrix, ct_tensor self, bool is_upper) {
  return guarded([&] { *out = own(at::linalg_solve_triangular(matrix->value, self->value, is_upper)); });
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
