"""Times pix2pix in PyTorch, which scripts/benchmark.py runs beside ours.

  python scripts/benchmark_pytorch.py --what=train_step --batch_size=1

The networks of configs/paper.py (Isola et al., 2017) as a PyTorch user writes
them. Needs nothing but PyTorch, which this project does not install.
"""

import argparse
import json
import pathlib
import resource
import statistics
import sys
import time

import torch
from torch import nn

parser = argparse.ArgumentParser()
parser.add_argument("--what", choices=("train_step", "generator"))
parser.add_argument("--batch_size", type=int, default=1)
parser.add_argument("--repeats", type=int, default=10)
parser.add_argument("--dtype", choices=("float32", "bfloat16"))
parser.add_argument("--compile", action="store_true")
layout = parser.add_mutually_exclusive_group()
layout.add_argument("--channels_last", action="store_true")
layout.add_argument("--channels_first", action="store_true")
options = parser.parse_args()


class Generator(nn.Module):
  """The U-Net 256."""

  def __init__(self):
    super().__init__()
    widths = [64, 128, 256, 512, 512, 512, 512, 512]
    self.down = nn.ModuleList()
    for level, (before, after) in enumerate(
      zip([3, *widths[:-1]], widths, strict=True)
    ):
      layers = [nn.Conv2d(before, after, 4, 2, 1, bias=False)]
      # PyTorch refuses batch norm of the single value in the bottleneck.
      if 0 < level < 7:
        layers.append(nn.BatchNorm2d(after))
      self.down.append(nn.Sequential(*layers, nn.LeakyReLU(0.3)))
    self.up = nn.ModuleList()
    before = widths[-1]
    for index, after in enumerate(reversed(widths[:-1])):
      layers = [
        nn.ConvTranspose2d(before, after, 4, 2, 1, bias=False),
        nn.BatchNorm2d(after),
      ]
      if index < 3:
        layers.append(nn.Dropout(0.5))
      self.up.append(nn.Sequential(*layers, nn.ReLU()))
      before = 2 * after
    self.last = nn.ConvTranspose2d(before, 3, 4, 2, 1)

  def forward(self, x):
    skips = []
    for layer in self.down:
      x = layer(x)
      skips.append(x)
    skips.pop()
    for layer in self.up:
      x = torch.cat([layer(x), skips.pop()], 1)
    return torch.tanh(self.last(x))


def make_discriminator():
  """The 70x70 PatchGAN."""
  layers = [nn.Conv2d(6, 64, 4, 2, 1, bias=False), nn.LeakyReLU(0.3)]
  for before, after, stride in ((64, 128, 2), (128, 256, 2), (256, 512, 1)):
    layers += [
      nn.Conv2d(before, after, 4, stride, 1, bias=False),
      nn.BatchNorm2d(after),
      nn.LeakyReLU(0.3),
    ]
  return nn.Sequential(*layers, nn.Conv2d(512, 1, 4, 1, 1))


torch.manual_seed(0)
device = "cuda" if torch.cuda.is_available() else "cpu"
memory_format = (
  torch.channels_last if options.channels_last else torch.contiguous_format
)
place = {"device": device, "memory_format": memory_format}
generator = Generator().to(**place)
discriminator = make_discriminator().to(**place)
optimizers = [
  torch.optim.Adam(network.parameters(), 2e-4, betas=(0.5, 0.999))
  for network in (generator, discriminator)
]
shape = (options.batch_size, 3, 256, 256)
masked_image, image = (torch.rand(shape).to(**place) * 2 - 1 for _ in range(2))
entropy = nn.functional.binary_cross_entropy_with_logits
half = torch.autocast(
  device, torch.bfloat16, enabled=options.dtype == "bfloat16"
)


def judge(pictures):
  return discriminator(torch.cat([masked_image, pictures], 1))


def train_step():
  generator_optimizer, discriminator_optimizer = optimizers
  with half:
    fake = generator(masked_image)
    real_logits, fake_logits = judge(image), judge(fake.detach())
    d_loss = entropy(real_logits, torch.ones_like(real_logits))
    d_loss = d_loss + entropy(fake_logits, torch.zeros_like(fake_logits))
  discriminator_optimizer.zero_grad()
  d_loss.backward()
  discriminator_optimizer.step()
  discriminator.requires_grad_(False)
  with half:
    logits = judge(fake)
    g_loss = entropy(logits, torch.ones_like(logits))
    g_loss = g_loss + 100 * (fake - image).abs().mean()
  generator_optimizer.zero_grad()
  g_loss.backward()
  generator_optimizer.step()
  discriminator.requires_grad_(True)


def forward():
  with torch.no_grad(), half:
    generator(masked_image)


def wait():
  if device == "cuda":
    torch.cuda.synchronize()


call = train_step if options.what == "train_step" else forward
if options.what == "generator":
  generator.eval()
if options.compile:  # The whole step, with its two backward passes, fails.
  generator, discriminator = (
    torch.compile(network) for network in (generator, discriminator)
  )
for _ in range(3):
  call()
times = []
for _ in range(options.repeats):
  wait()
  start = time.perf_counter()
  call()
  wait()
  times.append(1000 * (time.perf_counter() - start))


def peak_resident_bytes() -> int:
  """Returns this program's own peak.

  Linux lets ru_maxrss start from the peak of the process that started this one.
  """
  status = pathlib.Path("/proc/self/status")
  if status.exists():
    lines = status.read_text().splitlines()
    (peak,) = (line for line in lines if line.startswith("VmHWM:"))
    return 1024 * int(peak.split()[1])
  unit = 1 if sys.platform == "darwin" else 1024
  return unit * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


if device == "cuda":
  memory = torch.cuda.max_memory_allocated()
else:
  memory = peak_resident_bytes()
print(
  json.dumps(
    {
      "layout": "channels_last" if options.channels_last else "channels_first",
      "step_ms": {"median": statistics.median(times)},
      "peak_memory_gib": memory / 2**30,
      "pytorch": torch.__version__,
    }
  )
)
