"""Connected accounts: a clinic's own account at a payment provider, through OAuth.

    connecting (a link, a browser, the provider's consent) ──▶ grants (encrypted, cached) ──▶ ProviderContext.grant
                                                                  ▲
                                                     renewal ─────┘  (a sweep)     revocation: tokens are forgotten

`telling` words what the clinic's people are told.
"""
