"""Voice conversations on the OpenAI Realtime API, with transcripts you can trust."""
