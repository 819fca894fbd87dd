"""What `make` calls and nobody ships."""
