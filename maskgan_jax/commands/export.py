"""Writes the networks as one file for other programs.

  maskgan export --format=onnx --output=maskgan.onnx
  maskgan export --format=onnx --output=maskgan.onnx --dtype=float16 \\
    --workdir=runs/faces

The file takes aligned faces, uint8 [N, 256, 256, 3]. It gives the completed
faces, uint8 alike; their masks, uint8 [N, 256, 256, 1], the probability in
255ths; and the faces as they were painted as a whole. maskgan unmask takes the
ONNX file as --weights, without JAX.
"""

import pathlib

from absl import flags

from maskgan_jax.commands import shared_flags
from maskgan_jax.exporting import completion, write

_FORMAT = flags.DEFINE_enum(
  "format",
  None,
  list(write.FORMATS),
  "The kind of file. jax.export reads stablehlo.",
)
_OUTPUT = flags.DEFINE_string("output", None, "The file to write.")
_DTYPE = flags.DEFINE_enum(
  "dtype", "float32", completion.DTYPES, "How the file keeps the weights."
)
_NETWORKS = shared_flags.Networks()

GROUPS = {
  "Output": (_FORMAT, _OUTPUT, _DTYPE),
  "Networks": _NETWORKS.flags,
}
REQUIRED = (_FORMAT, _OUTPUT)


def main() -> None:
  """Writes the file and prints how it compares."""
  weights, which = _NETWORKS()
  report = write.export(
    _OUTPUT.value,
    format=_FORMAT.value,
    weights=weights,
    which=which,
    dtype=_DTYPE.value,
  )
  size = pathlib.Path(_OUTPUT.value).stat().st_size / 2**20
  print(
    f"{_OUTPUT.value}: {size:.1f} MiB; differs from the networks by"
    f" at most {report.picture_difference}/255, in its mask by"
    f" {report.mask_difference}/255; {report.milliseconds:.0f} ms a face on"
    f" this CPU, JAX {report.jax_milliseconds:.0f}."
  )
