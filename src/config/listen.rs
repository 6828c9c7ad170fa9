//! Addresses that the parts of the program listen on.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::str::FromStr;

use url::Url;

/// An address to listen on. Port 0 takes any free port.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Address(pub SocketAddr);

/// The text is no address to listen on.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AddressError {
    /// Neither an IP address with a port, nor `localhost` with one.
    #[error("`{0}` is not an address to listen on; write IP:PORT, for example 127.0.0.1:8080")]
    Address(String),
    /// Neither an address to listen on nor `off`.
    #[error("`{0}` is not an address to listen on; write IP:PORT, for example 127.0.0.1:8080, or off")]
    Part(String),
}

impl Address {
    /// Whether only programs on this machine can reach it.
    pub fn is_loopback(self) -> bool {
        self.0.ip().is_loopback()
    }

    /// The address at which programs on this machine reach it: a loopback address in place of one such as 0.0.0.0,
    /// which means every address.
    #[must_use]
    pub fn from_here(self) -> Self {
        let ip = match self.0.ip() {
            IpAddr::V4(ip) if ip.is_unspecified() => IpAddr::V4(Ipv4Addr::LOCALHOST),
            IpAddr::V6(ip) if ip.is_unspecified() => IpAddr::V6(Ipv6Addr::LOCALHOST),
            ip => ip,
        };
        Self(SocketAddr::new(ip, self.0.port()))
    }

    /// The address as a plain http URL.
    pub fn url(self) -> Option<Url> {
        Url::parse(&format!("http://{self}")).ok()
    }
}

impl FromStr for Address {
    type Err = AddressError;

    fn from_str(text: &str) -> Result<Self, AddressError> {
        let error = || AddressError::Address(text.to_owned());
        match text.strip_prefix("localhost:") {
            Some(port) => {
                let port = port.parse().map_err(|_| error())?;
                Ok(Self(SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), port)))
            }
            None => text.parse().map(Self).map_err(|_| error()),
        }
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Where one part listens, if that is set for it alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// At an address of its own.
    At(Address),
    /// Nowhere: another process serves it.
    Off,
}

impl FromStr for Part {
    type Err = AddressError;

    fn from_str(text: &str) -> Result<Self, AddressError> {
        if text == "off" {
            return Ok(Self::Off);
        }
        text.parse()
            .map(Self::At)
            .map_err(|_| AddressError::Part(text.to_owned()))
    }
}

/// Where the parts listen; `None` is off. Equal addresses are one listener.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Parts {
    /// The gateway.
    pub gateway: Option<Address>,
    /// The console.
    pub console: Option<Address>,
}
