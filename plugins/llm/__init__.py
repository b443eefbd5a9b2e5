"""Language models: one provider a package, each a `deskbell.LLM`, over the few things that all models share."""
