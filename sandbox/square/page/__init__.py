"""The pages that people see: paying a link, and connecting an account."""
