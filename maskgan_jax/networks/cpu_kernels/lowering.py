"""How the sums of a convolution are taken on each platform.

GPUs and TPUs run `lax.conv_general_dilated` and its gradients as they are
("native"). On XLA's CPU back end these are slow where a gradient is a dilated
convolution, where kernels are large and pictures small, where channels are few,
and where a batch does not fit the cache. There:

- A large batch is worked on in chunks (`chunks.pictures_at_once`).
- "direct": a gradient is written as the convolution without dilation that it
  is. A transposed convolution is the input gradient of a convolution, so it
  needs no form of its own.
- "windows": the sum is one matrix product of all windows of the picture (known
  as im2col), in which the kernel keeps its own layout and is read once.

Measured in float32 on 2 cores (matrix product: 205 GFLOP/s), in GFLOP/s, the
best of three runs, native/direct in chunks/windows in chunks, with a star at
what is chosen (direct is native where there is one chunk and no dilation):

| batch, size, in, out, kernel, stride | forward | input grad. | kernel grad. |
|---|---|---|---|
| 1, 256, 3, 64, 4, 2 | 97/97*/83 | 81/81/141* | 65/77*/69 |
| 1, 64, 128, 256, 4, 2 | 189/192*/171 | 169/187*/199 | 168/169*/114 |
| 1, 32, 256, 512, 4, 2 | 185/183/182* | 113/125/189* | 176/180*/153 |
| 1, 16, 512, 512, 4, 2 | 109/102/149* | 54/50/163* | 86/85/152* |
| 1, 4, 512, 512, 4, 2 | 56/64/90* | 2/4/59* | 17/19/63* |
| 1, 32, 256, 512, 4, 1 | 186/184*/188 | 172/156/204* | 201/202*/149 |
| 8, 256, 3, 64, 4, 2 | 69/67*/59 | 75/62/94* | 42/81*/48 |
| 8, 128, 64, 128, 4, 2 | 166/168*/123 | 117/178*/138 | 124/141*/71 |
| 8, 64, 128, 256, 4, 2 | 156/169*/157 | 157/195*/174 | 166/170*/109 |
| 8, 64, 128, 512, 4, 2 | 157/176/180* | 182/192/196* | 142/178*/149 |
| 8, 32, 256, 512, 4, 2 | 152/176/193* | 176/178/203* | 181/187*/149 |
| 8, 16, 512, 512, 4, 2 | 166/159/190* | 146/134/201* | 183/184*/156 |
| 8, 8, 512, 512, 4, 2 | 134/140/174* | 88/72/180* | 92/94/155* |
| 8, 2, 512, 512, 4, 2 | 4/4/114* | 5/8/80* | 52/56/106* |
| 8, 32, 256, 512, 4, 1 | 185/181*/179 | 183/171/197* | 149/193*/151 |
| 8, 31, 512, 1, 4, 1 | 16/15*/2 | 102/55*/5 | 13/3/49* |
| 8, 32, 48, 96, 3, 2 | 106/107/163* | 151/96/168* | 121/115/137* |
| 8, 64, 48, 48, 3, 1 | 105/100*/69 | 101/171*/96 | 80/85*/67 |
| 8, 16, 192, 192, 3, 1 | 159/162*/175 | 161/165*/187 | 150/151*/158 |
| 32, 64, 48, 48, 3, 1 | 103/100*/74 | 102/159*/71 | 26/86*/71 |
"""

import contextlib
import contextvars
import functools
import math
from collections.abc import Callable, Iterator
from typing import NamedTuple

import jax
import jax.numpy as jnp
from jax import lax

from maskgan_jax.networks.cpu_kernels import chunks, geometry, windows

_DIMENSIONS = ("NHWC", "HWIO", "NHWC")
# With fewer output positions than this, reading the kernel is what costs.
_FEW_POSITIONS = 256
# Channels so few that a convolution leaves most of a vector idle.
_FEW_CHANNELS = 4
# Channels so many that to lay out the windows costs little beside the product.
_MANY_CHANNELS = 512
_plain = contextvars.ContextVar("plain", default=False)


@contextlib.contextmanager
def plain() -> Iterator[None]:
  """Traces convolutions as such whatever the platform.

  For other run times, and to count what they compute.
  """
  token = _plain.set(True)
  try:
    yield
  finally:
    _plain.reset(token)


def is_plain() -> bool:
  """Whether `plain` is in force."""
  return _plain.get()


def _native(x, kernel, shapes: geometry.Geometry):
  return lax.conv_general_dilated(
    x, kernel, shapes.strides, shapes.pads, dimension_numbers=_DIMENSIONS
  )


def _native_input_gradient(g, kernel, shapes: geometry.Geometry):
  like = jax.ShapeDtypeStruct(shapes.x_shape, g.dtype)
  return jax.linear_transpose(lambda x: _native(x, kernel, shapes), like)(g)[0]


def _native_kernel_gradient(x, g, shapes: geometry.Geometry):
  like = jax.ShapeDtypeStruct(shapes.kernel_shape, x.dtype)
  return jax.linear_transpose(lambda k: _native(x, k, shapes), like)(g)[0]


def _direct_input_gradient(g, kernel, shapes: geometry.Geometry):
  """As a convolution of step 1 that gives all pixels of a stride at once.

  Strides s x t and a kernel that holds m x n of them: the kernel becomes
  [m, n, O, s * t * I].
  """
  height, width, features_in, features = shapes.kernel_shape
  (s, t), count = shapes.strides, g.shape[0]
  m, n = -(-height // s), -(-width // t)
  rest = [(0, m * s - height), (0, n * t - width), (0, 0), (0, 0)]
  kernel = jnp.pad(kernel, rest).reshape(m, s, n, t, features_in, features)
  kernel = kernel[::-1, :, ::-1].transpose(0, 2, 5, 1, 3, 4)
  kernel = kernel.reshape(m, n, features, -1)
  pads = ((m - 1, m - 1), (n - 1, n - 1))
  x = lax.conv_general_dilated(
    g, kernel, (1, 1), pads, dimension_numbers=_DIMENSIONS
  )
  height, width = x.shape[1:3]
  x = x.reshape(count, height, width, s, t, features_in)
  x = x.transpose(0, 1, 3, 2, 4, 5)
  x = x.reshape(count, s * height, t * width, features_in)
  return windows.without_padding(x, shapes)


def _direct_kernel_gradient(x, g, shapes: geometry.Geometry):
  """As a convolution of pictures whose channels are the batch.

  XLA writes it so itself, but not within the loop over chunks.
  """
  pads = []
  for axis, (low, _) in enumerate(shapes.pads):
    reach = (g.shape[axis + 1] - 1) * shapes.strides[axis]
    kernel, size = shapes.kernel_shape[axis], x.shape[axis + 1]
    pads.append((low, reach + kernel - size - low))
  y = lax.conv_general_dilated(
    x.transpose(3, 1, 2, 0),
    g.transpose(1, 2, 0, 3),
    (1, 1),
    pads,
    rhs_dilation=shapes.strides,
    dimension_numbers=_DIMENSIONS,
  )
  return y.transpose(1, 2, 0, 3)


class _Forms(NamedTuple):
  """Of one sum: as XLA has it, and on a CPU without and with windows."""

  native: Callable[..., jax.Array]
  direct: Callable[..., jax.Array]
  by_windows: Callable[..., jax.Array]


_FORMS = {
  "forward": _Forms(_native, _native, windows.forward),
  "input_gradient": _Forms(
    _native_input_gradient, _direct_input_gradient, windows.input_gradient
  ),
  "kernel_gradient": _Forms(
    _native_kernel_gradient, _direct_kernel_gradient, windows.kernel_gradient
  ),
}


def _prefers_windows(what: str, shapes: geometry.Geometry) -> bool:
  """Whether a CPU computes a sum ("forward", ...) by windows."""
  *kernel_size, features_in, features = shapes.kernel_shape
  positions = math.prod(shapes.y_shape[:3])
  strides = shapes.strides
  if kernel_size == [1, 1] or positions < _FEW_POSITIONS:
    return True
  if any(k % s for k, s in zip(kernel_size, strides, strict=True)):
    return True
  if what == "kernel_gradient":
    return features <= _FEW_CHANNELS
  cheap = positions <= 2 * _FEW_POSITIONS or features >= _MANY_CHANNELS
  if what == "forward":
    return cheap and max(strides) > 1
  return cheap or features_in <= _FEW_CHANNELS


def _computed(what: str, a, b, shapes: geometry.Geometry):
  forms = _FORMS[what]
  native = functools.partial(forms.native, shapes=shapes)
  if is_plain():
    return native(a, b)
  at_once = chunks.pictures_at_once((shapes.x_shape, shapes.y_shape), a.dtype)
  windowed = _prefers_windows(what, shapes)
  dilated = what == "input_gradient" and max(shapes.strides) > 1
  if at_once == len(a) and not windowed and not dilated:
    return native(a, b)
  form = forms.by_windows if windowed else forms.direct

  def on_cpu(a, b):
    if what == "kernel_gradient":
      return chunks.summed(lambda x, g: form(x, g, shapes), a, b, at_once)
    return chunks.concatenated(lambda x: form(x, b, shapes), a, at_once)

  return lax.platform_dependent(a, b, cpu=on_cpu, default=native)


def forward(
  x: jax.Array, kernel: jax.Array, shapes: geometry.Geometry
) -> jax.Array:
  """Returns the convolution [N, H', W', O] of x with a kernel."""
  return _computed("forward", x, kernel, shapes)


def input_gradient(
  g: jax.Array, kernel: jax.Array, shapes: geometry.Geometry
) -> jax.Array:
  """Returns that of x [N, H, W, I], from the output's [N, H', W', O]."""
  return _computed("input_gradient", g, kernel, shapes)


def kernel_gradient(
  x: jax.Array, g: jax.Array, shapes: geometry.Geometry
) -> jax.Array:
  """Returns that of the kernel, from the output's [N, H', W', O]."""
  return _computed("kernel_gradient", x, g, shapes)
