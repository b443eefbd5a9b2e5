"""The runtime of Deskbell. Imports the SDK (`deskbell`) and nothing that stands above it."""
