//! Listening sockets, taken before anything starts, so that a busy address is the first error that a start reports.

use std::io;
use std::net::{SocketAddr, TcpListener};

use tokio::net::TcpSocket;

use super::StartError;
use crate::config::{Address, Parts};

/// Connections that may wait to be accepted.
const BACKLOG: u32 = 2048;

/// A socket, and the parts of the program that are served on it.
#[derive(Debug)]
pub(super) struct Listener {
    pub(super) socket: TcpListener,
    pub(super) gateway: bool,
    pub(super) console: bool,
}

/// Takes the addresses of both parts: one socket if they are the same. The answer has the addresses that were bound, since
/// port 0 stands for any free port.
pub(super) fn take(parts: Parts) -> Result<(Vec<Listener>, Parts), StartError> {
    let mut listeners = Vec::new();
    let mut bound = Parts {
        gateway: None,
        console: None,
    };

    if let Some(address) = parts.gateway {
        let (socket, at) = listen(address)?;
        let console = parts.console == Some(address);
        bound = Parts {
            gateway: Some(at),
            console: console.then_some(at),
        };
        listeners.push(Listener {
            socket,
            gateway: true,
            console,
        });
    }

    if let Some(address) = parts.console
        && bound.console.is_none()
    {
        let (socket, at) = listen(address)?;
        bound.console = Some(at);
        listeners.push(Listener {
            socket,
            gateway: false,
            console: true,
        });
    }

    Ok((listeners, bound))
}

fn listen(address: Address) -> Result<(TcpListener, Address), StartError> {
    let taken = socket(address.0).and_then(|socket| {
        let at = socket.local_addr()?;
        Ok((socket, Address(at)))
    });
    taken.map_err(|error| match error.kind() {
        io::ErrorKind::AddrInUse => StartError::AddressInUse(address),
        _ => StartError::Listen { address, error },
    })
}

fn socket(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = if address.is_ipv4() {
        TcpSocket::new_v4()
    } else {
        TcpSocket::new_v6()
    }?;
    // A restart must not wait for the last connections of the program before.
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    socket.listen(BACKLOG)?.into_std()
}
