"""Writes the networks as one file for other run times.

  pip install --no-deps -r requirements/export.txt
  python scripts/export.py --format=onnx --output=maskgan.onnx \
    [--weights=FILE.safetensors | --workdir=runs/faces] [--dtype=float16]

It takes aligned faces, uint8 [N, 256, 256, 3], and gives the completed faces,
uint8 alike, their masks, uint8 [N, 256, 256, 1], the probability in 255ths, and
the faces as they were painted as a whole. scripts/unmask.py takes the ONNX file
as --weights, without JAX.
"""

import pathlib

import command
from absl import flags

from maskgan_jax.exporting import completion, write

_FORMAT = flags.DEFINE_enum(
  "format", None, list(write.FORMATS), "stablehlo is read by jax.export."
)
_OUTPUT = flags.DEFINE_string("output", None, "Where the file goes.")
_NETWORKS = command.define_networks()
_DTYPE = flags.DEFINE_enum(
  "dtype", "float32", completion.DTYPES, "Of the weights in the file."
)


def main() -> None:
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


if __name__ == "__main__":
  flags.mark_flags_as_required(["format", "output"])
  command.run(main)
