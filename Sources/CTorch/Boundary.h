// The one place where C++ exceptions become errors, and the conversions at the border.
#pragma once

#include "CTorch.h"

#include <ATen/core/Generator.h>
#include <ATen/core/Tensor.h>
#include <c10/util/Exception.h>

#include <atomic>
#include <new>
#include <string>
#include <vector>

struct ct_error_impl {
  ct_error_code code;
  std::string message;
};
struct ct_tensor_impl {
  at::Tensor value;
};
struct ct_generator_impl {
  at::Generator value;
};

namespace ct {

extern std::atomic<int64_t> live_tensors;

ct_error *make_error(ct_error_code code, const char *message) noexcept;

inline ct_tensor own(at::Tensor &&tensor) {
  TORCH_CHECK(tensor.defined(), "an operation returned an undefined tensor");
  auto *handle = new ct_tensor_impl{std::move(tensor)};
  live_tensors.fetch_add(1, std::memory_order_relaxed);
  return handle;
}

/// Runs `body` and turns whatever it throws into an owned error, most derived class first.
template <typename Body>
ct_error *guarded(Body &&body) noexcept {
  try {
    body();
    return nullptr;
  } catch (const c10::OutOfMemoryError &error) {
    return make_error(CT_ERROR_OUT_OF_MEMORY, error.what_without_backtrace());
  } catch (const c10::IndexError &error) {
    return make_error(CT_ERROR_INDEX, error.what_without_backtrace());
  } catch (const c10::ValueError &error) {
    return make_error(CT_ERROR_VALUE, error.what_without_backtrace());
  } catch (const c10::TypeError &error) {
    return make_error(CT_ERROR_TYPE, error.what_without_backtrace());
  } catch (const c10::NotImplementedError &error) {
    return make_error(CT_ERROR_NOT_IMPLEMENTED, error.what_without_backtrace());
  } catch (const c10::LinAlgError &error) {
    return make_error(CT_ERROR_LINALG, error.what_without_backtrace());
  } catch (const c10::Error &error) {
    return make_error(CT_ERROR_TORCH, error.what_without_backtrace());
  } catch (const std::bad_alloc &error) {
    return make_error(CT_ERROR_OUT_OF_MEMORY, error.what());
  } catch (const std::exception &error) {
    return make_error(CT_ERROR_STANDARD, error.what());
  } catch (...) {
    return make_error(CT_ERROR_UNKNOWN, "an exception of an unknown type");
  }
}

inline at::IntArrayRef array(const int64_t *values, int32_t count) {
  return at::IntArrayRef(values, static_cast<size_t>(count));
}

inline std::vector<at::Tensor> list(const ct_tensor *tensors, int32_t count) {
  std::vector<at::Tensor> result;
  result.reserve(static_cast<size_t>(count));
  for (int32_t i = 0; i < count; ++i) result.push_back(tensors[i]->value);
  return result;
}

inline std::optional<at::Tensor> maybe(ct_tensor tensor) {
  return tensor ? std::optional<at::Tensor>(tensor->value) : std::nullopt;
}

at::ScalarType scalar_type(ct_dtype dtype);
at::Device device(ct_device device);
at::TensorOptions options(ct_dtype dtype, ct_device device);

}  // namespace ct
