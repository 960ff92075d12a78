"""How claims travel to Zeek: the codec and the session over its WebSocket."""
