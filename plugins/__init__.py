"""Built-in plugins. They come through the door that anybody's plugin uses, and import the SDK only."""
