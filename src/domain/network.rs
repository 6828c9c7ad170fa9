//! Ranges of client addresses as people write them.

use std::net::IpAddr;

use ipnet::IpNet;

/// The text is no range of addresses.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no network; write for example 10.0.0.0/8 or 192.0.2.7")]
pub struct NetworkError(String);

/// A network in CIDR notation, or one address. Bits beyond the prefix are dropped.
///
/// ```
/// use crossmodel::domain::network;
/// assert_eq!(network("10.1.2.3/8").unwrap().to_string(), "10.0.0.0/8");
/// assert_eq!(network("2001:db8::1").unwrap().to_string(), "2001:db8::1/128");
/// assert!(network("10.0.0.0/99").is_err());
/// ```
///
/// # Errors
/// If the text is neither.
pub fn network(text: &str) -> Result<IpNet, NetworkError> {
    let alone = || text.parse::<IpAddr>().ok().map(IpNet::from);
    let network = text.parse().ok().or_else(alone).map(|network: IpNet| network.trunc());
    network.ok_or_else(|| NetworkError(text.into()))
}
