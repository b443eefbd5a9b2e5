"""Ways to keep the last lines of conversations near at hand: one provider a package, each a `deskbell.History`."""
