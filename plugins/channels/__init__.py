"""Ways to reach people: one provider a package, each a `deskbell.Channel`."""
