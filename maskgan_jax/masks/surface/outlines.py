"""The outline of each kind of mask, unrolled."""

from typing import NamedTuple


class Outline(NamedTuple):
  """A kind's outline. Heights and angles mean what `shapes` makes of them."""

  side_angle: float  # degrees from the nose to the side edge
  top_side: float  # of the top corners below the nose tip, face widths
  top_power: float  # 1: straight top edge; above: hugs the nose
  corner: float  # height of the bottom corners, 0 mouth, 1 chin
  bottom_power: float  # 1: straight bottom edge to the chin; above: rounder
  bow: float  # side edges bulge outwards (+) or are cut in (-)


OF = {
  "surgical": Outline(72.0, -0.03, 1.35, 0.46, 2.4, -0.03),
  "kn95": Outline(70.0, 0.03, 1.9, 0.22, 1.7, -0.05),
  "kf94": Outline(74.0, 0.02, 1.6, 0.16, 2.0, 0.0),
  "n95": Outline(62.0, 0.09, 1.9, 0.42, 2.2, 0.12),
  "n95_valve": Outline(62.0, 0.09, 1.9, 0.42, 2.2, 0.12),
  "cloth": Outline(74.0, 0.01, 1.7, 0.22, 2.0, -0.14),
  "cloth_two_layer": Outline(72.0, 0.0, 1.8, 0.34, 2.2, -0.1),
  "sport": Outline(92.0, 0.0, 1.8, 0.3, 1.7, -0.22),
  "bandana": Outline(110.0, -0.02, 1.6, -0.25, 1.2, 0.0),
  "gaiter": Outline(124.0, 0.05, 1.7, 1.5, 6.0, 0.0),
  "scarf": Outline(120.0, 0.04, 1.5, 1.3, 5.0, 0.0),
  "cloth_thin": Outline(76.0, 0.0, 1.7, 0.3, 1.9, -0.12),
  "cloth_window": Outline(73.0, 0.0, 1.7, 0.34, 2.2, -0.06),
  "printed_face": Outline(74.0, 0.0, 1.7, 0.32, 2.2, -0.1),
  "half_mask": Outline(50.0, 0.17, 1.15, 0.62, 2.2, 0.08),
  "clear_half_mask": Outline(52.0, 0.16, 1.15, 0.6, 2.4, 0.08),
}
