"""What ships as configuration: the defaults that every clinic starts from, and the templates of a new project."""
