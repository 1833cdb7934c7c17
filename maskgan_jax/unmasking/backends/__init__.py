"""What computes the networks: JAX or onnxruntime."""
