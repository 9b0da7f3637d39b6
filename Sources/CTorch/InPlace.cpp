// Changes to parameters, buffers and optimizer state.
#include "Boundary.h"

#include <ATen/ops/_foreach_add.h>
#include <ATen/ops/_foreach_lerp.h>
#include <ATen/ops/_foreach_mul.h>
#include <ATen/ops/_foreach_norm.h>
#include <ATen/ops/_fused_adam.h>
#include <ATen/ops/_fused_adamw.h>
#include <ATen/ops/linalg_vector_norm.h>
#include <ATen/ops/stack.h>

using ct::guarded;
using ct::list;
using ct::own;

ct_error *ct_copy_in_place(ct_tensor self, ct_tensor source) {
  return guarded([&] { self->value.copy_(source->value); });
}

ct_error *ct_add_in_place(ct_tensor self, ct_tensor other, double scale) {
  return guarded([&] { self->value.add_(other->value, scale); });
}

ct_error *ct_add_scalar_in_place(ct_tensor self, double value) {
  return guarded([&] {
    if (at::isIntegralType(self->value.scalar_type(), /*includeBool=*/false)) {
      self->value.add_(static_cast<int64_t>(value));
    } else {
      self->value.add_(value);
    }
  });
}

ct_error *ct_mul_scalar_in_place(ct_tensor self, double value) {
  return guarded([&] { self->value.mul_(value); });
}

ct_error *ct_remainder_in_place(ct_tensor self, double divisor) {
  return guarded([&] {
    if (at::isIntegralType(self->value.scalar_type(), /*includeBool=*/false)) {
      self->value.remainder_(static_cast<int64_t>(divisor));
    } else {
      self->value.remainder_(divisor);
    }
  });
}

ct_error *ct_index_copy_in_place(ct_tensor self, int64_t dim, ct_tensor index, ct_tensor source) {
  return guarded([&] { self->value.index_copy_(dim, index->value, source->value); });
}

ct_error *ct_foreach_lerp_in_place(const ct_tensor *tensors, const ct_tensor *targets, int32_t count,
                                   double weight) {
  return guarded([&] { at::_foreach_lerp_(list(tensors, count), list(targets, count), weight); });
}

ct_error *ct_foreach_mul_in_place(const ct_tensor *tensors, int32_t count, ct_tensor factor) {
  return guarded([&] { at::_foreach_mul_(list(tensors, count), factor->value); });
}

ct_error *ct_foreach_norm(ct_tensor *out, const ct_tensor *tensors, int32_t count) {
  return guarded([&] {
    auto norms = at::_foreach_norm(list(tensors, count), 2);
    *out = own(at::linalg_vector_norm(at::stack(norms), 2));
  });
}

ct_error *ct_fused_adam_in_place(const ct_tensor *parameters, const ct_tensor *gradients,
                                 const ct_tensor *first_moments, const ct_tensor *second_moments,
                                 const ct_tensor *steps, int32_t count, double learning_rate, double beta1,
                                 double beta2, double epsilon, double weight_decay, bool is_decoupled) {
  return guarded([&] {
    auto values = list(parameters, count), slopes = list(gradients, count), firsts = list(first_moments, count),
         seconds = list(second_moments, count), times = list(steps, count);
    at::_foreach_add_(times, 1);  // The kernels take the count with this step in it.
    if (is_decoupled) {
      at::_fused_adamw_(values, slopes, firsts, seconds, {}, times, learning_rate, beta1, beta2, weight_decay,
                        epsilon, /*amsgrad=*/false, /*maximize=*/false);
    } else {
      at::_fused_adam_(values, slopes, firsts, seconds, {}, times, learning_rate, beta1, beta2, weight_decay,
                       epsilon, /*amsgrad=*/false, /*maximize=*/false);
    }
  });
}
