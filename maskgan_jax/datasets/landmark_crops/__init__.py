"""Wide crops of faces, bare and masked, with the bare face's landmarks."""
