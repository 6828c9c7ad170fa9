//! Names of encodings, as `content-encoding` has them.

use std::fmt;

/// A compression, as the header `content-encoding` names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    /// RFC 1952, one member or several.
    Gzip,
    /// RFC 1950, and bare RFC 1951, which some servers send under this name.
    Deflate,
    /// RFC 7932, without the large windows of later versions.
    Brotli,
    /// RFC 8878, with a window of up to 8 MiB, as RFC 9659 allows.
    Zstd,
}

impl Encoding {
    /// The name in a header.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Gzip => "gzip",
            Self::Deflate => "deflate",
            Self::Brotli => "br",
            Self::Zstd => "zstd",
        }
    }

    fn named(name: &[u8]) -> Option<Self> {
        let is = |known: &str| name.eq_ignore_ascii_case(known.as_bytes());
        match () {
            () if is("gzip") || is("x-gzip") => Some(Self::Gzip),
            () if is("deflate") => Some(Self::Deflate),
            () if is("br") => Some(Self::Brotli),
            () if is("zstd") => Some(Self::Zstd),
            () => None,
        }
    }
}

impl fmt::Display for Encoding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// The encoding that the `content-encoding` headers of a message name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoded {
    /// The bytes are not encoded.
    Not,
    /// The bytes are encoded once.
    By(Encoding),
    /// The bytes are encoded in an unknown way, or more than once.
    Unknown,
}

impl Encoded {
    /// Reads the values of all `content-encoding` headers of one message.
    pub fn read<'a>(values: impl IntoIterator<Item = &'a [u8]>) -> Self {
        let mut encoded = Self::Not;
        let names = values.into_iter().flat_map(|value| value.split(|&byte| byte == b','));

        for name in names.map(<[u8]>::trim_ascii).filter(|name| !name.is_empty()) {
            if name.eq_ignore_ascii_case(b"identity") {
                continue;
            }
            encoded = match (encoded, Encoding::named(name)) {
                (Self::Not, Some(encoding)) => Self::By(encoding),
                _ => return Self::Unknown,
            };
        }

        encoded
    }
}
