//! The fixtures of this protocol, and what must hold for any answer.
