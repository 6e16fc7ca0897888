"""Other people's clients on our server and our client on theirs; in their own environment."""
