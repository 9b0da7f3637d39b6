// Layers, losses and the resampling of images.
#include "Boundary.h"

#include <ATen/ops/_upsample_bicubic2d_aa.h>
#include <ATen/ops/_upsample_bilinear2d_aa.h>
#include <ATen/ops/affine_grid_generator.h>
#include <ATen/ops/avg_pool2d.h>
#include <ATen/ops/batch_norm.h>
#include <ATen/ops/binary_cross_entropy_with_logits.h>
#include <ATen/ops/conv2d.h>
#include <ATen/ops/conv_transpose2d.h>
#include <ATen/ops/cross_entropy_loss.h>
#include <ATen/ops/grid_sampler.h>
#include <ATen/ops/layer_norm.h>
#include <ATen/ops/linear.h>
#include <ATen/ops/log_softmax.h>
#include <ATen/ops/max_pool2d.h>
#include <ATen/ops/softmax.h>
#include <ATen/ops/upsample_bicubic2d.h>
#include <ATen/ops/upsample_bilinear2d.h>
#include <ATen/ops/upsample_nearest2d.h>

#include <array>

using ct::guarded;
using ct::own;

ct_error *ct_linear(ct_tensor *out, ct_tensor input, ct_tensor weight, ct_tensor bias) {
  return guarded([&] { *out = own(at::linear(input->value, weight->value, ct::maybe(bias))); });
}

ct_error *ct_convolution(ct_tensor *out, ct_tensor input, ct_tensor weight, ct_tensor bias, int64_t stride,
                         int64_t padding_height, int64_t padding_width, bool is_transposed) {
  return guarded([&] {
    const std::array<int64_t, 2> strides{stride, stride}, paddings{padding_height, padding_width}, ones{1, 1},
        zeros{0, 0};
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

ct_error *ct_resize(ct_tensor *out, ct_tensor self, int64_t height, int64_t width, bool is_bicubic,
                    bool is_antialiased) {
  return guarded([&] {
    const std::array<int64_t, 2> size{height, width};
    const auto &image = self->value;
    const bool corners = false;
    *out = own(is_antialiased ? (is_bicubic ? at::_upsample_bicubic2d_aa(image, size, corners)
                                            : at::_upsample_bilinear2d_aa(image, size, corners))
                              : (is_bicubic ? at::upsample_bicubic2d(image, size, corners)
                                            : at::upsample_bilinear2d(image, size, corners)));
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

ct_error *ct_average_pool(ct_tensor *out, ct_tensor self, int64_t size, int64_t stride, int64_t padding,
                          bool counts_padding) {
  return guarded([&] {
    const std::array<int64_t, 2> window{size, size}, strides{stride, stride}, paddings{padding, padding};
    *out = own(at::avg_pool2d(self->value, window, strides, paddings, /*ceil_mode=*/false, counts_padding));
  });
}

ct_error *ct_max_pool(ct_tensor *out, ct_tensor self, int64_t size, int64_t stride, int64_t padding) {
  return guarded([&] {
    const std::array<int64_t, 2> window{size, size}, strides{stride, stride}, paddings{padding, padding};
    *out = own(at::max_pool2d(self->value, window, strides, paddings));
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
