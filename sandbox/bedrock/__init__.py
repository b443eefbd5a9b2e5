"""Claude as Amazon Bedrock serves it, and beside it as Anthropic does: what it says is written down before."""
