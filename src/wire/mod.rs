//! The formats that clients and providers speak, as pure functions over bytes.
