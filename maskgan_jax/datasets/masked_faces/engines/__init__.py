"""What runs the steps of a build."""
