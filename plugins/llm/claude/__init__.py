"""Claude's Messages format, which Amazon Bedrock and Anthropic's own API speak alike. No plugin: the two share it."""
