"""The phone in the browser: a few hand-written files, served as they are."""
