//! What only shows when all parts work together.
