"""No acknowledged change is lost: not to another writer, not to `kill -9`, not to a power cut."""
