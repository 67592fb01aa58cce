"""The assistant: a warm process of its own that has torch, for a server that must never load it."""
