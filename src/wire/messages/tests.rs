//! What the parts of this protocol do together.
