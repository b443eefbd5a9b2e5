"""Stand-ins for the providers' HTTP APIs, and a phone in the browser.

Nothing imports this package but its own plugin, the command line through that plugin, and the tests. It imports
`deskbell` and its web server, and neither the runtime nor the plugins: it knows them only over HTTP, as a carrier does.
"""
