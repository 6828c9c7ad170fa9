//! The byte stream of a client's connection.

use std::io;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

use super::line::Line;
use crate::connections::Connection;

/// The byte stream of a connection, which tells its [`Line`] what happens.
#[derive(Debug)]
pub(super) struct Io {
    stream: TcpStream,
    line: Rc<Line>,
    connection: Arc<Connection>,
}

impl Io {
    pub(super) fn new(stream: TcpStream, line: Rc<Line>, connection: Arc<Connection>) -> Self {
        Self {
            stream,
            line,
            connection,
        }
    }

    pub(super) fn line(&self) -> Rc<Line> {
        Rc::clone(&self.line)
    }

    pub(super) fn connection(&self) -> Arc<Connection> {
        Arc::clone(&self.connection)
    }
}

impl AsyncRead for Io {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let before = buf.filled().len();
        ready!(Pin::new(&mut self.stream).poll_read(cx, buf))?;
        if buf.filled().len() > before {
            self.line.received();
        }
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Io {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(cx, bytes);
        match &written {
            Poll::Ready(Ok(count)) => self.line.has_written(*count as u64),
            Poll::Ready(Err(_)) => {}
            Poll::Pending => self.line.has_to_wait(),
        }
        written
    }

    /// The server calls this once all is written.
    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.line.has_flushed();
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
