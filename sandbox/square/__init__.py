"""Square, as far as deposits need it: payment links, orders, payments, refunds, disputes, and connecting an account."""
