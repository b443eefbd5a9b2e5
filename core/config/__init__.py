"""Configuration: from YAML files and the environment to plans that the runtime can trust.

The ground floor of the runtime. It reads ``clinics/<clinic>/clinic.yml`` over ``config/defaults.yml``, proves what it
read, and tells every fault at once with its place. It opens no connection and starts nothing.
"""
