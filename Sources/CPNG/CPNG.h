// libpng's simplified API behind plain functions: errors come back as text, and no `setjmp` and none of
// libpng's types reach Swift.
#ifndef CPNG_H
#define CPNG_H

#include <png.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

// The message is copied to `error`, which holds at least this many bytes.
#define CPNG_ERROR_SIZE 64

static inline int cpng_fail(png_image *image, char *error) {
  memcpy(error, image->message, sizeof image->message);
  error[CPNG_ERROR_SIZE - 1] = 0;
  png_image_free(image);
  return 0;
}

// Reads the size and the number of colour channels (1 or 3, without alpha). Returns 0 on an error.
static inline int cpng_read_header(
    const void *bytes, size_t count, uint32_t *width, uint32_t *height, int *channels, char *error) {
  png_image image;
  memset(&image, 0, sizeof image);
  image.version = PNG_IMAGE_VERSION;
  if (!png_image_begin_read_from_memory(&image, bytes, count)) return cpng_fail(&image, error);
  *width = image.width;
  *height = image.height;
  *channels = (image.format & (PNG_FORMAT_FLAG_COLOR | PNG_FORMAT_FLAG_COLORMAP)) ? 3 : 1;
  png_image_free(&image);
  return 1;
}

// Decodes to 8-bit grey or RGB in `pixels` (width × height × channels bytes), transparency over white.
// Returns 0 on an error.
static inline int cpng_read(const void *bytes, size_t count, int channels, void *pixels, char *error) {
  png_image image;
  png_color white = {255, 255, 255};
  memset(&image, 0, sizeof image);
  image.version = PNG_IMAGE_VERSION;
  if (!png_image_begin_read_from_memory(&image, bytes, count)) return cpng_fail(&image, error);
  image.format = channels == 1 ? PNG_FORMAT_GRAY : PNG_FORMAT_RGB;
  image.flags |= PNG_IMAGE_FLAG_16BIT_sRGB;  // 16-bit files without a gamma are not linear.
  if (!png_image_finish_read(&image, &white, pixels, 0, NULL)) return cpng_fail(&image, error);
  png_image_free(&image);
  return 1;
}

// An upper bound for the encoded bytes of an image.
static inline size_t cpng_maximum_size(uint32_t width, uint32_t height, int channels) {
  png_image image;
  memset(&image, 0, sizeof image);
  image.version = PNG_IMAGE_VERSION;
  image.width = width;
  image.height = height;
  image.format = channels == 1 ? PNG_FORMAT_GRAY : PNG_FORMAT_RGB;
  return PNG_IMAGE_PNG_SIZE_MAX(image);
}

// Encodes 8-bit grey or RGB into `output`; `*count` is its room before and the file's size after.
// Returns 0 on an error.
static inline int cpng_write(
    const void *pixels, uint32_t width, uint32_t height, int channels, void *output, size_t *count,
    char *error) {
  png_image image;
  png_alloc_size_t size = *count;
  memset(&image, 0, sizeof image);
  image.version = PNG_IMAGE_VERSION;
  image.width = width;
  image.height = height;
  image.format = channels == 1 ? PNG_FORMAT_GRAY : PNG_FORMAT_RGB;
  if (!png_image_write_to_memory(&image, output, &size, 0, pixels, 0, NULL)) return cpng_fail(&image, error);
  *count = size;
  png_image_free(&image);
  return 1;
}

#endif
