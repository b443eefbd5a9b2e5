"""The portal as a built-in plugin: the door through which its pages will reach the runtime (`register_pages`).

It registers nothing yet; the runtime loads it like any other plugin, so that adding pages changes no other room.
"""
