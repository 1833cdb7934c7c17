"""The training loop and all that only training needs."""
