#include "Boundary.h"

#include <ATen/ops/empty.h>

#include <cstring>

namespace ct {

std::atomic<int64_t> live_tensors{0};

namespace {
ct_error_impl out_of_memory{CT_ERROR_OUT_OF_MEMORY, "out of memory while reporting an error"};
}

ct_error *make_error(ct_error_code code, const char *message) noexcept {
  try {
    return new ct_error_impl{code, message};
  } catch (...) {
    return &out_of_memory;
  }
}

at::ScalarType scalar_type(ct_dtype dtype) {
  switch (dtype) {
    case CT_FLOAT32: return at::kFloat;
    case CT_FLOAT64: return at::kDouble;
    case CT_BFLOAT16: return at::kBFloat16;
    case CT_FLOAT16: return at::kHalf;
    case CT_INT64: return at::kLong;
    case CT_INT32: return at::kInt;
    case CT_UINT8: return at::kByte;
    case CT_BOOL: return at::kBool;
  }
  TORCH_CHECK_TYPE(false, "unknown element type code ", static_cast<int>(dtype));
}

at::Device device(ct_device device) {
  if (device.type == 0) return at::Device(at::kCPU);
  return at::Device(at::kCUDA, static_cast<c10::DeviceIndex>(device.index));
}

at::TensorOptions options(ct_dtype dtype, ct_device device) {
  return at::TensorOptions().dtype(scalar_type(dtype)).device(ct::device(device));
}

}  // namespace ct

ct_error_code ct_error_get_code(const ct_error *error) { return error->code; }
const char *ct_error_get_message(const ct_error *error) { return error->message.c_str(); }
void ct_error_free(ct_error *error) {
  if (error != &ct::out_of_memory) delete error;
}

int64_t ct_live_tensors(void) { return ct::live_tensors.load(std::memory_order_relaxed); }

void ct_tensor_free(ct_tensor tensor) {
  delete tensor;
  ct::live_tensors.fetch_sub(1, std::memory_order_relaxed);
}

int32_t ct_rank(ct_tensor tensor) { return static_cast<int32_t>(tensor->value.dim()); }

void ct_shape(ct_tensor tensor, int64_t *sizes) {
  auto shape = tensor->value.sizes();
  std::copy(shape.begin(), shape.end(), sizes);
}

ct_dtype ct_dtype_of(ct_tensor tensor) {
  switch (tensor->value.scalar_type()) {
    case at::kFloat: return CT_FLOAT32;
    case at::kDouble: return CT_FLOAT64;
    case at::kBFloat16: return CT_BFLOAT16;
    case at::kHalf: return CT_FLOAT16;
    case at::kLong: return CT_INT64;
    case at::kInt: return CT_INT32;
    case at::kByte: return CT_UINT8;
    case at::kBool: return CT_BOOL;
    default: return static_cast<ct_dtype>(-1);
  }
}

ct_device ct_device_of(ct_tensor tensor) {
  auto device = tensor->value.device();
  return {device.is_cuda() ? 1 : 0, device.is_cuda() ? device.index() : 0};
}

bool ct_is_channels_last(ct_tensor tensor) {
  return tensor->value.dim() == 4 && tensor->value.is_contiguous(at::MemoryFormat::ChannelsLast);
}

ct_error *ct_item(double *out, ct_tensor tensor) {
  return ct::guarded([&] { *out = tensor->value.item().toDouble(); });
}

ct_error *ct_copy_to_host(void *buffer, int64_t byte_count, ct_tensor tensor) {
  return ct::guarded([&] {
    auto host = tensor->value.detach().to(at::kCPU).contiguous();
    TORCH_CHECK_VALUE(static_cast<int64_t>(host.nbytes()) == byte_count, "the tensor has ", host.nbytes(),
                      " bytes, the buffer ", byte_count);
    std::memcpy(buffer, host.const_data_ptr(), host.nbytes());
  });
}

ct_error *ct_from_host(ct_tensor *out, const void *data, const int64_t *sizes, int32_t rank, ct_dtype dtype) {
  return ct::guarded([&] {
    auto tensor = at::empty(ct::array(sizes, rank), ct::options(dtype, {0, 0}));
    if (tensor.nbytes() > 0) std::memcpy(tensor.mutable_data_ptr(), data, tensor.nbytes());
    *out = ct::own(std::move(tensor));
  });
}
