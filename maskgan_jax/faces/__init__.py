"""Where faces lie: detector, mesh, landmarks, alignment."""
