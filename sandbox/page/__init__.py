"""The phone in the browser: three hand-written files, served as they are."""
