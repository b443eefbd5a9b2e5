"""Pages for clinics: sign-up, inbox, leads, deposits, figures."""
