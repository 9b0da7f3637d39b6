// Versions, devices, threads and generators.
#include "Boundary.h"

#include <ATen/Context.h>
#include <ATen/Parallel.h>
#include <torch/csrc/inductor/aoti_torch/c/shim.h>
#include <torch/headeronly/version.h>

#if TORCH_VERSION_MAJOR != 2 || TORCH_VERSION_MINOR < 11 || TORCH_VERSION_MINOR > 13
#error "MoCA supports libtorch 2.11 to 2.13; point LIBTORCH to one of these"
#endif

const char *ct_header_version(void) { return TORCH_VERSION; }
uint64_t ct_header_abi_version(void) { return TORCH_ABI_VERSION; }
uint64_t ct_library_abi_version(void) { return aoti_torch_abi_version(); }

bool ct_built_with_cuda(void) {
#ifdef CT_WITH_CUDA
  return true;
#else
  return false;
#endif
}

int32_t ct_cuda_device_count(void) {
  try {
    if (!at::globalContext().hasCUDA()) return 0;
    return static_cast<int32_t>(at::detail::getCUDAHooks().deviceCount());
  } catch (...) {
    return 0;
  }
}

int32_t ct_get_thread_count(void) { return at::get_num_threads(); }

ct_error *ct_set_thread_count(int32_t count) {
  return ct::guarded([&] { at::set_num_threads(count); });
}

ct_error *ct_set_tf32_allowed(bool is_allowed) {
  return ct::guarded([&] {
    at::globalContext().setAllowTF32CuDNN(is_allowed);
    at::globalContext().setAllowTF32CuBLAS(is_allowed);
  });
}

ct_error *ct_set_deterministic(bool is_deterministic) {
  return ct::guarded([&] {
    at::globalContext().setDeterministicAlgorithms(is_deterministic, /*warn_only=*/true);
    at::globalContext().setDeterministicCuDNN(is_deterministic);
    at::globalContext().setBenchmarkCuDNN(!is_deterministic);
  });
}

ct_error *ct_synchronize(ct_device device) {
  return ct::guarded([&] {
    if (device.type == 1) at::detail::getCUDAHooks().deviceSynchronize(static_cast<c10::DeviceIndex>(device.index));
  });
}

ct_error *ct_generator_new(ct_generator *out, ct_device device, uint64_t seed) {
  return ct::guarded([&] {
    auto generator = at::globalContext().defaultGenerator(ct::device(device)).clone();
    generator.set_current_seed(seed);
    *out = new ct_generator_impl{std::move(generator)};
  });
}

ct_error *ct_generator_get_state(ct_tensor *out, ct_generator generator) {
  return ct::guarded([&] { *out = ct::own(generator->value.get_state()); });
}

ct_error *ct_generator_set_state(ct_generator generator, ct_tensor state) {
  return ct::guarded([&] { generator->value.set_state(state->value); });
}

void ct_generator_free(ct_generator generator) { delete generator; }
