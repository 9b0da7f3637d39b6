// Factories and operations on shape, order and type.
#include "Boundary.h"

#include <ATen/ops/_standard_gamma.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/argmax.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/cumsum.h>
#include <ATen/ops/eye.h>
#include <ATen/ops/flip.h>
#include <ATen/ops/full.h>
#include <ATen/ops/gather.h>
#include <ATen/ops/index_select.h>
#include <ATen/ops/masked_fill.h>
#include <ATen/ops/narrow.h>
#include <ATen/ops/permute.h>
#include <ATen/ops/rand.h>
#include <ATen/ops/randn.h>
#include <ATen/ops/randperm.h>
#include <ATen/ops/reshape.h>
#include <ATen/ops/select.h>
#include <ATen/ops/sort.h>
#include <ATen/ops/squeeze.h>
#include <ATen/ops/stack.h>
#include <ATen/ops/topk.h>
#include <ATen/ops/transpose.h>
#include <ATen/ops/unsqueeze.h>
#include <ATen/ops/where.h>

using ct::array;
using ct::guarded;
using ct::own;

ct_error *ct_full(ct_tensor *out, const int64_t *sizes, int32_t rank, double value, ct_dtype dtype,
                  ct_device device) {
  return guarded([&] { *out = own(at::full(array(sizes, rank), value, ct::options(dtype, device))); });
}

ct_error *ct_arange(ct_tensor *out, int64_t count, ct_dtype dtype, ct_device device) {
  return guarded([&] { *out = own(at::arange(count, ct::options(dtype, device))); });
}

ct_error *ct_eye(ct_tensor *out, int64_t count, ct_dtype dtype, ct_device device) {
  return guarded([&] { *out = own(at::eye(count, ct::options(dtype, device))); });
}

ct_error *ct_randn(ct_tensor *out, const int64_t *sizes, int32_t rank, ct_generator generator, ct_dtype dtype,
                   ct_device device) {
  return guarded(
      [&] { *out = own(at::randn(array(sizes, rank), generator->value, ct::options(dtype, device))); });
}

ct_error *ct_rand(ct_tensor *out, const int64_t *sizes, int32_t rank, ct_generator generator, ct_dtype dtype,
                  ct_device device) {
  return guarded(
      [&] { *out = own(at::rand(array(sizes, rank), generator->value, ct::options(dtype, device))); });
}

ct_error *ct_randperm(ct_tensor *out, int64_t count, ct_generator generator, ct_device device) {
  return guarded(
      [&] { *out = own(at::randperm(count, generator->value, ct::options(CT_INT64, device))); });
}

ct_error *ct_standard_gamma(ct_tensor *out, ct_tensor shape, ct_generator generator) {
  return guarded([&] { *out = own(at::_standard_gamma(shape->value, generator->value)); });
}

ct_error *ct_reshape(ct_tensor *out, ct_tensor self, const int64_t *sizes, int32_t rank) {
  return guarded([&] { *out = own(at::reshape(self->value, array(sizes, rank))); });
}

ct_error *ct_expand(ct_tensor *out, ct_tensor self, const int64_t *sizes, int32_t rank) {
  return guarded([&] { *out = own(self->value.expand(array(sizes, rank))); });
}

ct_error *ct_permute(ct_tensor *out, ct_tensor self, const int64_t *dims, int32_t rank) {
  return guarded([&] { *out = own(at::permute(self->value, array(dims, rank))); });
}

ct_error *ct_transpose(ct_tensor *out, ct_tensor self, int64_t first, int64_t second) {
  return guarded([&] { *out = own(at::transpose(self->value, first, second)); });
}

ct_error *ct_narrow(ct_tensor *out, ct_tensor self, int64_t dim, int64_t start, int64_t length) {
  return guarded([&] { *out = own(at::narrow(self->value, dim, start, length)); });
}

ct_error *ct_select(ct_tensor *out, ct_tensor self, int64_t dim, int64_t index) {
  return guarded([&] { *out = own(at::select(self->value, dim, index)); });
}

ct_error *ct_index_select(ct_tensor *out, ct_tensor self, int64_t dim, ct_tensor index) {
  return guarded([&] { *out = own(at::index_select(self->value, dim, index->value)); });
}

ct_error *ct_unsqueeze(ct_tensor *out, ct_tensor self, int64_t dim) {
  return guarded([&] { *out = own(at::unsqueeze(self->value, dim)); });
}

ct_error *ct_squeeze(ct_tensor *out, ct_tensor self, int64_t dim) {
  return guarded([&] { *out = own(at::squeeze(self->value, dim)); });
}

ct_error *ct_flip(ct_tensor *out, ct_tensor self, int64_t dim) {
  return guarded([&] { *out = own(at::flip(self->value, dim)); });
}

ct_error *ct_cat(ct_tensor *out, const ct_tensor *tensors, int32_t count, int64_t dim) {
  return guarded([&] { *out = own(at::cat(ct::list(tensors, count), dim)); });
}

ct_error *ct_stack(ct_tensor *out, const ct_tensor *tensors, int32_t count, int64_t dim) {
  return guarded([&] { *out = own(at::stack(ct::list(tensors, count), dim)); });
}

ct_error *ct_contiguous(ct_tensor *out, ct_tensor self, bool is_channels_last) {
  return guarded([&] {
    auto format = is_channels_last ? at::MemoryFormat::ChannelsLast : at::MemoryFormat::Contiguous;
    *out = own(self->value.contiguous(format));
  });
}

ct_error *ct_to(ct_tensor *out, ct_tensor self, ct_dtype dtype, ct_device device) {
  return guarded([&] { *out = own(self->value.to(ct::device(device), ct::scalar_type(dtype))); });
}

ct_error *ct_sort(ct_tensor *out, ct_tensor *indices, ct_tensor self, int64_t dim, bool is_descending) {
  return guarded([&] {
    auto [values, order] = at::sort(self->value, dim, is_descending);
    auto first = own(std::move(values));
    *indices = own(std::move(order));
    *out = first;
  });
}

ct_error *ct_topk(ct_tensor *out, ct_tensor *indices, ct_tensor self, int64_t count, int64_t dim,
                  bool is_largest) {
  return guarded([&] {
    auto [values, places] = at::topk(self->value, count, dim, is_largest);
    auto first = own(std::move(values));
    *indices = own(std::move(places));
    *out = first;
  });
}

ct_error *ct_argmax(ct_tensor *out, ct_tensor self, int64_t dim) {
  return guarded([&] { *out = own(at::argmax(self->value, dim)); });
}

ct_error *ct_gather(ct_tensor *out, ct_tensor self, int64_t dim, ct_tensor index) {
  return guarded([&] { *out = own(at::gather(self->value, dim, index->value)); });
}

ct_error *ct_cumsum(ct_tensor *out, ct_tensor self, int64_t dim) {
  return guarded([&] { *out = own(at::cumsum(self->value, dim)); });
}

ct_error *ct_masked_fill(ct_tensor *out, ct_tensor self, ct_tensor mask, double value) {
  return guarded([&] { *out = own(at::masked_fill(self->value, mask->value, value)); });
}

ct_error *ct_where(ct_tensor *out, ct_tensor condition, ct_tensor self, ct_tensor other) {
  return guarded([&] { *out = own(at::where(condition->value, self->value, other->value)); });
}
