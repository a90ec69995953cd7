"""Why an image does not arrive."""
