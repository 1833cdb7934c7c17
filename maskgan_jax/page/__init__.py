"""The local page that takes masks off."""
