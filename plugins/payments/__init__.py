"""Ways to take deposits: one provider a package, each a `deskbell.Payment`."""
