"""The composition root: opens storage, clinics and engine, and puts them together. The command line calls it."""
