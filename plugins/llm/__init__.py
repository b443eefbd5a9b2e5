"""Language models: one provider a package, each a `deskbell.LLM`. None ships yet: clinics answer by rules."""
