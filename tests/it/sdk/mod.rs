//! OpenAI's own client libraries, unchanged, against the gateway.
