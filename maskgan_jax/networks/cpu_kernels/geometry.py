"""The shapes of a convolution, from which all else of it follows."""

import dataclasses

Pads = tuple[tuple[int, int], tuple[int, int]]


@dataclasses.dataclass(frozen=True)
class Geometry:
  """Of a convolution of x [N, H, W, I] to y [N, H', W', O].

  Attributes:
    x_shape: [N, H, W, I].
    kernel_shape: [kh, kw, I, O].
    strides: vertical and horizontal.
    pads: the (low, high) zeros of each axis.
  """

  x_shape: tuple[int, ...]
  kernel_shape: tuple[int, ...]
  strides: tuple[int, int]
  pads: Pads

  @property
  def y_size(self) -> tuple[int, int]:
    """Height and width of y."""
    height, width = (
      (self.x_shape[i + 1] + sum(self.pads[i]) - self.kernel_shape[i])
      // self.strides[i]
      + 1
      for i in range(2)
    )
    return height, width

  @property
  def y_shape(self) -> tuple[int, ...]:
    """[N, H', W', O]."""
    return (self.x_shape[0], *self.y_size, self.kernel_shape[-1])
