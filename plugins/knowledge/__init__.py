"""Ways to search a clinic's documents: one provider a package, each a `deskbell.Knowledge`."""
