//! Settings: one struct, read from flags and the environment, and the values that are derived from it.

mod derived;
mod listen;
mod patience;
mod settings;
mod unknown;
mod values;

pub use derived::SettingsError;
pub use listen::{Address, AddressError, Part, Parts};
pub use patience::PatienceSettings;
pub use settings::Settings;
pub use unknown::unknown_variable;
pub use values::Keep;

#[cfg(test)]
mod tests;
