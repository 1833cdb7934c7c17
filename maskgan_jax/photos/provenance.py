"""Says of a picture that a network made part of it, and which program did."""

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
  f' Iptc4xmpExt:DigitalSourceType="{DIGITAL_SOURCE_TYPE}"'
  f' xmp:CreatorTool="{SOFTWARE}"/></rdf:RDF></x:xmpmeta>'
)


def xmp() -> bytes:
  """Returns the XMP packet of a picture that this program made part of."""
  return _XMP.encode()


def facts(weights_sha256: str, source: str) -> dict[str, str]:
  """Returns what a side-car says of a result.

  Args:
    weights_sha256: of the networks.
    source: the input's name.
  """
  return {
    "software": SOFTWARE,
    "weights_sha256": weights_sha256,
    "digital_source_type": DIGITAL_SOURCE_TYPE,
    "notice": NOTICE,
    "source": source,
  }
