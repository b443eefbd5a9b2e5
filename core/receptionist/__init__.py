"""The receptionist: what a text says, what is known, what to do next and how to word it.

Pure rooms: text, clinic and clock in, values out. No SQL, no web server, no network; stages carry in and out.
"""
