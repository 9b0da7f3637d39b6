// The C interface over libtorch: every call that the Swift targets make into the library.
//
// Rules. A function that can fail returns an owned `ct_error *` (NULL is success) and writes its result
// through its first parameter. Results are owned by the caller; arguments are borrowed. No libtorch type
// appears here, so that only the implementation is rebuilt for another release of libtorch.
#ifndef CTORCH_H
#define CTORCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__clang__)
#define CT_NEWTYPE __attribute__((swift_newtype(struct)))
#define CT_NONNULL_BEGIN _Pragma("clang assume_nonnull begin")
#define CT_NONNULL_END _Pragma("clang assume_nonnull end")
#define CT_NULLABLE _Nullable
#define CT_NONNULL _Nonnull
#else
#define CT_NEWTYPE
#define CT_NONNULL_BEGIN
#define CT_NONNULL_END
#define CT_NULLABLE
#define CT_NONNULL
#endif

CT_NONNULL_BEGIN

typedef struct ct_tensor_impl *ct_tensor CT_NEWTYPE;
typedef struct ct_generator_impl *ct_generator CT_NEWTYPE;
typedef struct ct_error_impl ct_error;
typedef struct ct_state_impl ct_state;

#define CT_CALL ct_error *CT_NULLABLE

typedef enum ct_dtype {
  CT_FLOAT32 = 0,
  CT_FLOAT64 = 1,
  CT_BFLOAT16 = 2,
  CT_FLOAT16 = 3,
  CT_INT64 = 4,
  CT_INT32 = 5,
  CT_UINT8 = 6,
  CT_BOOL = 7,
} ct_dtype;

typedef struct ct_device {
  int32_t type;  // 0 CPU, 1 CUDA
  int32_t index;
} ct_device;

typedef enum ct_error_code {
  CT_ERROR_UNKNOWN = 0,
  CT_ERROR_TORCH = 1,
  CT_ERROR_INDEX = 2,
  CT_ERROR_VALUE = 3,
  CT_ERROR_TYPE = 4,
  CT_ERROR_NOT_IMPLEMENTED = 5,
  CT_ERROR_LINALG = 6,
  CT_ERROR_OUT_OF_MEMORY = 7,
  CT_ERROR_STANDARD = 8,
  CT_ERROR_IMPORT = 9,
} ct_error_code;

// Errors
ct_error_code ct_error_get_code(const ct_error *error);
const char *ct_error_get_message(const ct_error *error);
void ct_error_free(ct_error *error);

// Runtime
int64_t ct_live_tensors(void);
const char *ct_header_version(void);
uint64_t ct_header_abi_version(void);
uint64_t ct_library_abi_version(void);
bool ct_built_with_cuda(void);
int32_t ct_cuda_device_count(void);
int32_t ct_get_thread_count(void);
CT_CALL ct_set_thread_count(int32_t count);
CT_CALL ct_set_tf32_allowed(bool is_allowed);
CT_CALL ct_set_deterministic(bool is_deterministic);
CT_CALL ct_synchronize(ct_device device);

// Generators
CT_CALL ct_generator_new(ct_generator CT_NULLABLE *CT_NONNULL out, ct_device device, uint64_t seed);
CT_CALL ct_generator_get_state(ct_tensor CT_NULLABLE *CT_NONNULL out, ct_generator generator);
CT_CALL ct_generator_set_state(ct_generator generator, ct_tensor state);
void ct_generator_free(ct_generator generator);

// Handles and their properties
void ct_tensor_free(ct_tensor tensor);
int32_t ct_rank(ct_tensor tensor);
void ct_shape(ct_tensor tensor, int64_t *sizes);
ct_dtype ct_dtype_of(ct_tensor tensor);
ct_device ct_device_of(ct_tensor tensor);
bool ct_is_channels_last(ct_tensor tensor);
CT_CALL ct_item(double *out, ct_tensor tensor);
CT_CALL ct_copy_to_host(void *buffer, int64_t byte_count, ct_tensor tensor);

// Factories
CT_CALL ct_from_host(ct_tensor CT_NULLABLE *CT_NONNULL out, const void *data, const int64_t *sizes, int32_t rank,
                     ct_dtype dtype);
CT_CALL ct_full(ct_tensor CT_NULLABLE *CT_NONNULL out, const int64_t *sizes, int32_t rank, double value,
                ct_dtype dtype, ct_device device);
CT_CALL ct_arange(ct_tensor CT_NULLABLE *CT_NONNULL out, int64_t count, ct_dtype dtype, ct_device device);
CT_CALL ct_eye(ct_tensor CT_NULLABLE *CT_NONNULL out, int64_t count, ct_dtype dtype, ct_device device);
CT_CALL ct_randn(ct_tensor CT_NULLABLE *CT_NONNULL out, const int64_t *sizes, int32_t rank, ct_generator generator,
                 ct_dtype dtype, ct_device device);
CT_CALL ct_rand(ct_tensor CT_NULLABLE *CT_NONNULL out, const int64_t *sizes, int32_t rank, ct_generator generator,
                ct_dtype dtype, ct_device device);

CT_CALL ct_randperm(ct_tensor CT_NULLABLE *CT_NONNULL out, int64_t count, ct_generator generator, ct_device device);
CT_CALL ct_standard_gamma(ct_tensor CT_NULLABLE *CT_NONNULL out, ct_tensor shape, ct_generator generator);

// Families: one list each, declared here and defined in Families.cpp.
#define CT_UNARY_OPS(X) \
  X(neg) X(exp) X(log) X(sqrt) X(rsqrt) X(square) X(abs) X(sign) X(floor) X(sin) X(cos) X(acos) \
  X(sigmoid) X(tanh) X(relu) X(gelu) X(softplus) X(lgamma) X(digamma) X(round) X(isfinite) X(detach) X(clone) \
  X(diagonal) X(special_ndtri) X(linalg_eigvalsh) X(linalg_svdvals) X(linalg_cholesky)
#define CT_BINARY_OPS(X) \
  X(add) X(sub) X(mul) X(div) X(matmul) X(maximum) X(minimum) X(eq) X(lt) X(atan2)
#define CT_SCALAR_OPS(X) X(add) X(mul) X(div) X(pow) X(clamp_min) X(clamp_max) X(lt) X(gt) X(leaky_relu)
#define CT_TOTAL_OPS(X) X(sum) X(mean) X(all) X(amax) X(amin) X(median)
#define CT_REDUCTION_OPS(X) X(sum) X(mean) X(amax) X(amin) X(logsumexp)

#define CT_DECLARE_UNARY(op) CT_CALL ct_##op(ct_tensor CT_NULLABLE *CT_NONNULL out, ct_tensor self);
#define CT_DECLARE_BINARY(op) CT_CALL ct_##op(ct_tensor CT_NULLABLE *CT_NONNULL out, ct_tensor self, ct_tensor other);
#define CT_DECLARE_SCALAR(op) CT_CALL ct_##op##_scalar(ct_tensor CT_NULLABLE *CT_NONNULL out, ct_tensor self, double value);
#define CT_DECLARE_TOTAL(op) CT_CALL ct_##op##_all(ct_tensor CT_NULLABLE *CT_NONNULL out, ct_tensor self);
#define CT_DECLARE_REDUCTION(op)                                                                     \
  CT_CALL ct_##op##_dims(ct_tensor CT_NULLABLE *CT_NONNULL out, ct_tensor self, const int64_t *dims, int32_t count, \
                         bool keeps_dims);
CT_UNARY_OPS(CT_DECLARE_UNARY)
CT_BINARY_OPS(CT_DECLARE_BINARY)
CT_SCALAR_OPS(CT_DECLARE_SCALAR)
CT_TOTAL_OPS(CT_DECLARE_TOTAL)
CT_REDUCTION_OPS(CT_DECLARE_REDUCTION)

// Shape
CT_CALL ct_reshape(ct_tensor CT_NULLABLE *CT_NONNULL out, ct_tensor self, const int64_t *sizes, int32_t rank);
CT_CALL ct_expand(ct_tensor CT_NULLABLE *CT_NONNULL out, ct_tensor self, const int64_t *sizes, int32_t rank);
CT_CALL ct_permute(ct_tensor CT_NULLABLE *CT_NONNULL out, ct_tensor self, const int64_t *dims, int32_t rank);
CT_CALL ct_transpose(ct_tensor CT_NULLABLE *CT_NONNULL out, ct_tensor self, int64_t first, int64_t second);
CT_CALL ct_narrow(ct_tensor CT_NULLABLE *CT_NONNULL out, ct_tensor self, int64_t dim, int64_t start, int64_t length);
CT_CALL ct_select(ct_tensor CT_NULLABLE *CT_NONNULL out, ct_tensor self, int64_t dim, int64_t index);
CT_CALL ct_index_select(ct_tensor CT_NULLABLE *CT_NONNULL out, ct_tensor self, int64_t dim, ct_tensor index);
CT_CALL ct_unsqueeze(ct_tensor CT_NULLABLE *CT_NONNULL out, ct_tensor self, int64_t dim);
CT_CALL ct_squeeze(ct_tensor CT_NULLABLE *CT_NONNULL out, ct_tensor self, int64_t dim);
CT_CALL ct_flip(ct_tensor CT_NULLABLE *CT_NONNULL out, ct_tensor self, int64_t dim);
CT_CALL ct_cat(ct_tensor CT_NULLABLE *CT_NONNULL out, const ct_tensor CT_NONNULL *CT_NONNULL tensors, int32_t count, int64_t dim);
CT_CALL ct_stack(ct_tensor CT_NULLABLE *CT_NONNULL out, const ct_tensor CT_NONNULL *CT_NONNULL tensors, int32_t count, int64_t dim);
CT_CALL ct_contiguous(ct_tensor CT_NULLABLE *CT_NONNULL out, ct_tensor self, bool is_channels_last);
CT_CALL ct_to(ct_tensor CT_NULLABLE *CT_NONNULL out, ct_tensor self, ct_dtype dtype, ct_device device);
CT_CALL ct_sort(ct_tensor CT_NULLABLE *CT_NONNULL out, ct_tensor CT_NULLABLE *CT_NONNULL indices, ct_tensor self, int64_t dim,
                bool is_descending);
CT_CALL ct_topk(ct_tensor CT_NULLABLE *CT_NONNULL out, ct_tensor CT_NULLABLE *CT_NONNULL indices, ct_tensor self, int64_t count,
                int64_t dim, bool is_largest);
CT_CALL ct_argmax(ct_tensor CT_NULLABLE *CT_NONNULL out, ct_tensor self, int64_t dim);
CT_CALL ct_gather(ct_tensor CT_NULLABLE *CT_NONNULL out, ct_tensor self, int64_t dim, ct_tensor index);
CT_CALL ct_cumsum(ct_tensor CT_NULLABLE *CT_NONNULL out, ct_tensor self, int64_t dim);
CT_CALL ct_masked_fill(ct_tensor CT_NULLABLE *CT_NONNULL out, ct_tensor self, ct_tensor mask, double value);
CT_CALL ct_where(ct_tensor CT_NULLABLE *CT_NONNULL out, ct_tensor condition, ct_tensor self, ct_tensor other);

// Networks
CT_CALL ct_linear(ct_tensor CT_NULLABLE *CT_NONNULL out, ct_tensor input, ct_tensor weight, ct_tensor CT_NULLABLE bias);
CT_CALL ct_convolution(ct_tensor CT_NULLABLE *CT_NONNULL out, ct_tensor input, ct_tensor weight,
                       ct_tensor CT_NULLABLE bias, int64_t stride, int64_t padding_height, int64_t padding_width,
                       bool is_transposed);
CT_CALL ct_batch_norm(ct_tensor CT_NULLABLE *CT_NONNULL out, ct_tensor input, ct_tensor weight, ct_tensor bias,
                      ct_tensor running_mean, ct_tensor running_variance, bool is_training, double momentum,
                      double epsilon, bool is_rectified);
CT_CALL ct_log_softmax(ct_tensor CT_NULLABLE *CT_NONNULL out, ct_tensor self, int64_t dim);
CT_CALL ct_cross_entropy(ct_tensor CT_NULLABLE *CT_NONNULL out, ct_tensor logits, ct_tensor targets);
CT_CALL ct_binary_cross_entropy_with_logits(ct_tensor CT_NULLABLE *CT_NONNULL out, ct_tensor logits, ct_tensor targets);
CT_CALL ct_resize(ct_tensor CT_NULLABLE *CT_NONNULL out, ct_tensor self, int64_t height, int64_t width, bool is_bicubic,
                  bool is_antialiased);

CT_CALL ct_softmax(ct_tensor CT_NULLABLE *CT_NONNULL out, ct_tensor self, int64_t dim);
CT_CALL ct_layer_norm(ct_tensor CT_NULLABLE *CT_NONNULL out, ct_tensor input, ct_tensor weight, ct_tensor bias,
                      double epsilon);
CT_CALL ct_average_pool(ct_tensor CT_NULLABLE *CT_NONNULL out, ct_tensor self, int64_t size, int64_t stride,
                        int64_t padding, bool counts_padding);
CT_CALL ct_max_pool(ct_tensor CT_NULLABLE *CT_NONNULL out, ct_tensor self, int64_t size, int64_t stride,
                    int64_t padding);
CT_CALL ct_upsample_nearest(ct_tensor CT_NULLABLE *CT_NONNULL out, ct_tensor self, int64_t factor);
CT_CALL ct_affine_sample(ct_tensor CT_NULLABLE *CT_NONNULL out, ct_tensor self, ct_tensor matrices);

// Linear algebra
CT_CALL ct_solve_triangular(ct_tensor CT_NULLABLE *CT_NONNULL out, ct_tensor matrix, ct_tensor self, bool is_upper);
CT_CALL ct_eigh(ct_tensor CT_NULLABLE *CT_NONNULL values, ct_tensor CT_NULLABLE *CT_NONNULL vectors, ct_tensor self);
CT_CALL ct_qr(ct_tensor CT_NULLABLE *CT_NONNULL q, ct_tensor CT_NULLABLE *CT_NONNULL r, ct_tensor self);
CT_CALL ct_vector_norm(ct_tensor CT_NULLABLE *CT_NONNULL out, ct_tensor self, double order, const int64_t *dims,
                       int32_t count, bool keeps_dims);
CT_CALL ct_squared_distances(ct_tensor CT_NULLABLE *CT_NONNULL out, ct_tensor first, ct_tensor second);

// In place: parameters, buffers and optimizer state only
CT_CALL ct_copy_in_place(ct_tensor self, ct_tensor source);
CT_CALL ct_add_in_place(ct_tensor self, ct_tensor other, double scale);
CT_CALL ct_add_scalar_in_place(ct_tensor self, double value);
CT_CALL ct_mul_scalar_in_place(ct_tensor self, double value);
CT_CALL ct_remainder_in_place(ct_tensor self, double divisor);
CT_CALL ct_index_copy_in_place(ct_tensor self, int64_t dim, ct_tensor index, ct_tensor source);
CT_CALL ct_foreach_lerp_in_place(const ct_tensor CT_NONNULL *CT_NONNULL tensors, const ct_tensor CT_NONNULL *CT_NONNULL targets, int32_t count,
                                 double weight);
CT_CALL ct_foreach_mul_in_place(const ct_tensor CT_NONNULL *CT_NONNULL tensors, int32_t count, ct_tensor factor);
CT_CALL ct_foreach_norm(ct_tensor CT_NULLABLE *CT_NONNULL out, const ct_tensor CT_NONNULL *CT_NONNULL tensors, int32_t count);
CT_CALL ct_fused_adam_in_place(const ct_tensor CT_NONNULL *CT_NONNULL parameters, const ct_tensor CT_NONNULL *CT_NONNULL gradients,
                               const ct_tensor CT_NONNULL *CT_NONNULL first_moments, const ct_tensor CT_NONNULL *CT_NONNULL second_moments,
                               const ct_tensor CT_NONNULL *CT_NONNULL steps, int32_t count, double learning_rate, double beta1,
                               double beta2, double epsilon, double weight_decay, bool is_decoupled);

// Autograd
CT_CALL ct_set_requires_grad(ct_tensor tensor, bool requires_grad);
bool ct_requires_grad(ct_tensor tensor);
CT_CALL ct_backward(ct_tensor loss);
CT_CALL ct_gradient(ct_tensor CT_NULLABLE *CT_NONNULL out, ct_tensor tensor);  // NULL where there is none
CT_CALL ct_clear_gradient(ct_tensor tensor);
CT_CALL ct_grad(ct_tensor CT_NULLABLE *CT_NONNULL outs, ct_tensor output, const ct_tensor CT_NONNULL *CT_NONNULL inputs, int32_t count,
                bool retains_graph, bool creates_graph);
bool ct_grad_mode(void);
void ct_set_grad_mode(bool is_enabled);
CT_CALL ct_set_autocast(ct_device device, bool is_enabled, ct_dtype dtype);

// Weight files: the state dictionary in a file of torch.save, read without running anything of it. An error of code
// CT_ERROR_IMPORT is the name of what the file wants to import, one of code CT_ERROR_VALUE says what is wrong with it.
typedef enum ct_pickle_format {
  CT_PICKLE_NONE = 0,
  CT_PICKLE_ZIP = 1,
  CT_PICKLE_LEGACY = 2,
} ct_pickle_format;
ct_pickle_format ct_pickle_format_of(const uint8_t *data, int64_t byte_count);
CT_CALL ct_state_read(ct_state *CT_NULLABLE *CT_NONNULL out, const uint8_t *data, int64_t byte_count);
int64_t ct_state_count(const ct_state *state);
const char *ct_state_name(const ct_state *state, int64_t index, int64_t *length);  // not terminated
CT_CALL ct_state_tensor(ct_tensor CT_NULLABLE *CT_NONNULL out, const ct_state *state, int64_t index);
void ct_state_free(ct_state *state);

CT_NONNULL_END

#ifdef __cplusplus
}
#endif
#endif
