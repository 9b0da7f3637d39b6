// Gradients and the thread's gradient and autocast modes.
#include "Boundary.h"

#include <ATen/autocast_mode.h>
#include <ATen/ops/zeros_like.h>
#include <c10/core/GradMode.h>
#include <torch/csrc/autograd/autograd.h>

using ct::guarded;
using ct::own;

ct_error *ct_set_requires_grad(ct_tensor tensor, bool requires_grad) {
  return guarded([&] { tensor->value.set_requires_grad(requires_grad); });
}

bool ct_requires_grad(ct_tensor tensor) { return tensor->value.requires_grad(); }

ct_error *ct_backward(ct_tensor loss) {
  return guarded([&] { loss->value.backward(); });
}

ct_error *ct_gradient(ct_tensor *out, ct_tensor tensor) {
  return guarded([&] {
    at::Tensor gradient = tensor->value.grad();
    *out = gradient.defined() ? own(std::move(gradient)) : nullptr;
  });
}

ct_error *ct_clear_gradient(ct_tensor tensor) {
  return guarded([&] { tensor->value.mutable_grad().reset(); });
}

ct_error *ct_grad(ct_tensor *outs, ct_tensor output, const ct_tensor *inputs, int32_t count, bool retains_graph,
                  bool creates_graph) {
  return guarded([&] {
    auto sources = ct::list(inputs, count);
    auto gradients = torch::autograd::grad({output->value}, sources, {}, retains_graph, creates_graph,
                                           /*allow_unused=*/true);
    for (size_t i = 0; i < gradients.size(); ++i) {
      // An input that the output does not depend on has gradient zero.
      outs[i] = own(gradients[i].defined() ? std::move(gradients[i]) : at::zeros_like(sources[i]));
    }
  });
}

bool ct_grad_mode(void) { return c10::GradMode::is_enabled(); }

void ct_set_grad_mode(bool is_enabled) { c10::GradMode::set_enabled(is_enabled); }

ct_error *ct_set_autocast(ct_device device, bool is_enabled, ct_dtype dtype) {
  return guarded([&] {
    auto type = ct::device(device).type();
    at::autocast::set_autocast_dtype(type, ct::scalar_type(dtype));
    at::autocast::set_autocast_enabled(type, is_enabled);
    if (!is_enabled) at::autocast::clear_cache();
  });
}
