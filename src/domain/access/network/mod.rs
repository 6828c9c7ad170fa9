//! Addresses of clients: ranges as people write them, the household that an address belongs to, and the client behind a
//! proxy.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::str::FromStr;

use ipnet::{IpNet, Ipv4Net, Ipv6Net};

/// The text is no range of addresses.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no network; write for example 10.0.0.0/8 or 192.0.2.7")]
pub struct NetworkError(String);

/// A network in CIDR notation, or one address. Bits beyond the prefix are dropped. An IPv4 address in IPv6 notation becomes
/// the IPv4 address, since the gateway knows a client of that address by it.
///
/// ```
/// use crossmodel::domain::network;
/// assert_eq!(network("10.1.2.3/8").unwrap().to_string(), "10.0.0.0/8");
/// assert_eq!(network("2001:db8::1").unwrap().to_string(), "2001:db8::1/128");
/// assert_eq!(network("::ffff:10.1.2.3/104").unwrap().to_string(), "10.0.0.0/8");
/// assert!(network("10.0.0.0/99").is_err());
/// ```
///
/// # Errors
/// If the text is neither.
pub fn network(text: &str) -> Result<IpNet, NetworkError> {
    let alone = || text.parse::<IpAddr>().ok().map(IpNet::from);
    let network = text
        .parse()
        .ok()
        .or_else(alone)
        .map(|network: IpNet| canonical(network).trunc());
    network.ok_or_else(|| NetworkError(text.into()))
}

fn canonical(network: IpNet) -> IpNet {
    let IpNet::V6(v6) = network else { return network };
    let mapped = v6.addr().to_ipv4_mapped().zip(v6.prefix_len().checked_sub(96));
    mapped
        .and_then(|(v4, length)| Ipv4Net::new(v4, length).ok())
        .map_or(network, IpNet::V4)
}

/// The network that counts as one household, for limits per sender: an IPv4 address alone, or the /64 network of an
/// IPv6 address.
///
/// ```
/// use crossmodel::domain::household;
/// assert_eq!(household("192.0.2.7".parse().unwrap()), household("::ffff:192.0.2.7".parse().unwrap()));
/// assert_eq!(household("2001:db8:1:2:3::9".parse().unwrap()).to_string(), "2001:db8:1:2::/64");
/// ```
pub fn household(address: IpAddr) -> IpNet {
    match address.to_canonical() {
        IpAddr::V4(v4) => Ipv4Net::from(v4).into(),
        IpAddr::V6(v6) => Ipv6Net::new(v6, 64).map_or(IpNet::from(IpAddr::V6(v6)), |net| net.trunc().into()),
    }
}

/// The proxies in front of the gateway whose `X-Forwarded-For` it trusts. There may be none.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TrustedProxies(Vec<IpNet>);

impl TrustedProxies {
    /// Trusts proxies on this machine only.
    pub fn on_this_machine() -> Self {
        Self(LOOPBACK.to_vec())
    }

    /// Whether a trusted proxy has this address.
    pub fn contains(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        self.0.iter().any(|network| network.contains(&address))
    }

    /// The client's address: the peer of the connection, unless the peer is one of these proxies. Then it is the last entry
    /// of `X-Forwarded-For`, which the proxy added, unless that is one of these proxies as well, and so on from the end.
    /// A client can write any entries before those. `lines` are the values of the header in the order of the request;
    /// together they are one list. An entry that is no address ends the search.
    pub fn client<'a>(&self, peer: IpAddr, lines: impl IntoIterator<Item = &'a [u8]>) -> IpAddr {
        let mut client = peer.to_canonical();
        if !self.contains(client) {
            return client;
        }

        let lines: Vec<&[u8]> = lines.into_iter().collect();
        let entries = lines.iter().rev().flat_map(|line| line.rsplit(|&byte| byte == b','));
        for entry in entries {
            let Some(before) = std::str::from_utf8(entry).ok().and_then(forwarded) else {
                break;
            };
            client = before;
            if !self.contains(client) {
                break;
            }
        }

        client
    }
}

const LOOPBACK: [IpNet; 2] = [
    IpNet::V4(Ipv4Net::new_assert(Ipv4Addr::new(127, 0, 0, 0), 8)),
    IpNet::V6(Ipv6Net::new_assert(Ipv6Addr::LOCALHOST, 128)),
];

/// An entry of `X-Forwarded-For`: an address, with or without a port.
fn forwarded(entry: &str) -> Option<IpAddr> {
    let entry = entry.trim_matches([' ', '\t']);
    let bare = || entry.strip_prefix('[')?.strip_suffix(']')?.parse().ok();
    let address = entry.parse().ok().or_else(bare);
    let with_port = || entry.parse::<SocketAddr>().ok().map(|address| address.ip());

    address.or_else(with_port).map(|address: IpAddr| address.to_canonical())
}

impl FromStr for TrustedProxies {
    type Err = NetworkError;

    /// Reads networks or addresses, separated by commas; `none` trusts no proxy.
    fn from_str(text: &str) -> Result<Self, NetworkError> {
        if text.trim() == "none" {
            return Ok(Self::default());
        }
        text.split(',')
            .map(|part| network(part.trim()))
            .collect::<Result<_, _>>()
            .map(Self)
    }
}

impl fmt::Display for TrustedProxies {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() {
            return f.write_str("none");
        }
        for (n, network) in self.0.iter().enumerate() {
            write!(f, "{}{network}", if n > 0 { "," } else { "" })?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
