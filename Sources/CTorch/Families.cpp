// The uniform operations of the X-macro lists in CTorch.h.
#include "Boundary.h"

#include <ATen/ops/abs.h>
#include <ATen/ops/acos.h>
#include <ATen/ops/add.h>
#include <ATen/ops/all.h>
#include <ATen/ops/amax.h>
#include <ATen/ops/amin.h>
#include <ATen/ops/atan2.h>
#include <ATen/ops/clamp_max.h>
#include <ATen/ops/clamp_min.h>
#include <ATen/ops/clone.h>
#include <ATen/ops/cos.h>
#include <ATen/ops/detach.h>
#include <ATen/ops/diagonal.h>
#include <ATen/ops/digamma.h>
#include <ATen/ops/div.h>
#include <ATen/ops/eq.h>
#include <ATen/ops/exp.h>
#include <ATen/ops/floor.h>
#include <ATen/ops/gelu.h>
#include <ATen/ops/gt.h>
#include <ATen/ops/isfinite.h>
#include <ATen/ops/leaky_relu.h>
#include <ATen/ops/lgamma.h>
#include <ATen/ops/linalg_cholesky.h>
#include <ATen/ops/linalg_eigvalsh.h>
#include <ATen/ops/linalg_svdvals.h>
#include <ATen/ops/log.h>
#include <ATen/ops/logsumexp.h>
#include <ATen/ops/lt.h>
#include <ATen/ops/matmul.h>
#include <ATen/ops/maximum.h>
#include <ATen/ops/mean.h>
#include <ATen/ops/median.h>
#include <ATen/ops/minimum.h>
#include <ATen/ops/mul.h>
#include <ATen/ops/neg.h>
#include <ATen/ops/pow.h>
#include <ATen/ops/relu.h>
#include <ATen/ops/round.h>
#include <ATen/ops/rsqrt.h>
#include <ATen/ops/sigmoid.h>
#include <ATen/ops/sign.h>
#include <ATen/ops/sin.h>
#include <ATen/ops/softplus.h>
#include <ATen/ops/special_ndtri.h>
#include <ATen/ops/sqrt.h>
#include <ATen/ops/square.h>
#include <ATen/ops/sub.h>
#include <ATen/ops/sum.h>
#include <ATen/ops/tanh.h>

#define CT_DEFINE_UNARY(op)                                                     \
  ct_error *ct_##op(ct_tensor *out, ct_tensor self) {                           \
    return ct::guarded([&] { *out = ct::own(at::op(self->value)); });           \
  }
#define CT_DEFINE_BINARY(op)                                                    \
  ct_error *ct_##op(ct_tensor *out, ct_tensor self, ct_tensor other) {          \
    return ct::guarded([&] { *out = ct::own(at::op(self->value, other->value)); }); \
  }
#define CT_DEFINE_SCALAR(op)                                                    \
  ct_error *ct_##op##_scalar(ct_tensor *out, ct_tensor self, double value) {    \
    return ct::guarded([&] { *out = ct::own(at::op(self->value, at::Scalar(value))); }); \
  }
#define CT_DEFINE_TOTAL(op)                                                     \
  ct_error *ct_##op##_all(ct_tensor *out, ct_tensor self) {                     \
    return ct::guarded([&] { *out = ct::own(at::op(self->value)); });           \
  }
#define CT_DEFINE_REDUCTION(op)                                                 \
  ct_error *ct_##op##_dims(ct_tensor *out, ct_tensor self, const int64_t *dims, int32_t count, \
                           bool keeps_dims) {                                   \
    return ct::guarded(                                                         \
        [&] { *out = ct::own(at::op(self->value, ct::array(dims, count), keeps_dims)); }); \
  }

CT_UNARY_OPS(CT_DEFINE_UNARY)
CT_BINARY_OPS(CT_DEFINE_BINARY)
CT_SCALAR_OPS(CT_DEFINE_SCALAR)
CT_TOTAL_OPS(CT_DEFINE_TOTAL)
CT_REDUCTION_OPS(CT_DEFINE_REDUCTION)
