"""Other people's clients on our server, our client on another server; in an environment of their own."""
