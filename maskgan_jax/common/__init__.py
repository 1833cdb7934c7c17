"""What every room uses: errors, files, long jobs, progress."""
