"""Says of a picture that a network made part of it, and which program did."""

from collections.abc import Mapping, Sequence
from typing import Any

VERSION = "0.1.0"  # pyproject.toml reads it here.
SOFTWARE = f"maskgan_jax {VERSION}"
# IPTC's word for a photo of which generative AI made a part.
DIGITAL_SOURCE_TYPE = (
  "http://cv.iptc.org/newscodes/digitalsourcetype/"
  "compositeWithTrainedAlgorithmicMedia"
)
NOTICE = (
  "The faces under the masks are guesses. Not for identification or evidence."
)

_XMP = (
  '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF'
  ' xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description'
  ' rdf:about="" xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/"'
  ' xmlns:xmp="http://ns.adobe.com/xap/1.0/"'
  ' xmlns:xmpMM="http://ns.adobe.com/xap/1.0/mm/"'
  ' xmlns:stRef="http://ns.adobe.com/xap/1.0/sType/ResourceRef#"'
  f' Iptc4xmpExt:DigitalSourceType="{DIGITAL_SOURCE_TYPE}"'
  f' xmp:CreatorTool="{SOFTWARE}">%s</rdf:Description></rdf:RDF></x:xmpmeta>'
)
_INGREDIENTS = "<xmpMM:Ingredients><rdf:Bag>%s</rdf:Bag></xmpMM:Ingredients>"
_INGREDIENT = (
  '<rdf:li rdf:parseType="Resource"><stRef:documentID>sha256:%s'
  "</stRef:documentID></rdf:li>"
)


def xmp(ingredients: Sequence[str] = ()) -> bytes:
  """Returns the XMP packet of a picture that this program made part of.

  Args:
    ingredients: SHA-256 of the files of other photos that parts come from.
  """
  named = ""
  if ingredients:
    named = _INGREDIENTS % "".join(_INGREDIENT % one for one in ingredients)
  return (_XMP % named).encode()


def facts(
  weights_sha256: str, source: str, ingredients: Mapping[str, str] | None = None
) -> dict[str, Any]:
  """Returns what a side-car says of a result.

  Args:
    weights_sha256: of the networks.
    source: the input's name.
    ingredients: other photos that parts come from: name by SHA-256.
  """
  found = {
    "software": SOFTWARE,
    "weights_sha256": weights_sha256,
    "digital_source_type": DIGITAL_SOURCE_TYPE,
    "notice": NOTICE,
    "source": source,
  }
  if ingredients:
    found["references"] = [
      {"name": name, "sha256": sha256} for sha256, name in ingredients.items()
    ]
  return found
