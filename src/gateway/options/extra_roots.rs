//! The certificate authorities that the gateway trusts: those that browsers trust, compiled in, and those of a file, for
//! model servers with a company's own authority.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustls::crypto::ring;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use rustls::{ClientConfig, RootCertStore};

/// Certificate authorities that are trusted besides those that browsers trust. The default is none.
#[derive(Clone, Debug)]
pub struct ExtraRoots(RootCertStore);

/// Why a file of certificates cannot be used. The message is one line and names the file.
#[derive(Debug, thiserror::Error)]
pub enum CaFileError {
    /// The file cannot be read.
    #[error("CROSSMODEL_CA_FILE: {} cannot be read: {source}", .path.display())]
    Io {
        /// The file's path.
        path: PathBuf,
        /// The error of the file system.
        source: std::io::Error,
    },
    /// The file at this path holds no certificate.
    #[error("CROSSMODEL_CA_FILE: {} holds no certificate; it has to be a PEM file, with -----BEGIN CERTIFICATE-----", .0.display())]
    Empty(PathBuf),
    /// One of its certificates cannot be read.
    #[error("CROSSMODEL_CA_FILE: certificate {number} in {} cannot be read: {why}", .path.display())]
    Malformed {
        /// The file's path.
        path: PathBuf,
        /// Which of its certificates, from 1.
        number: usize,
        /// What is wrong with the certificate.
        why: String,
    },
}

impl ExtraRoots {
    /// The certificates of a PEM file. Anything else in the file, such as a key, is ignored.
    ///
    /// # Errors
    /// If the file cannot be read, holds no certificate, or holds one that is broken.
    pub fn read(path: &Path) -> Result<Self, CaFileError> {
        let pem = std::fs::read(path).map_err(|source| CaFileError::Io {
            path: path.into(),
            source,
        })?;
        Self::from_pem(&pem, path)
    }

    fn from_pem(pem: &[u8], path: &Path) -> Result<Self, CaFileError> {
        let mut roots = RootCertStore::empty();
        for (at, certificate) in CertificateDer::pem_slice_iter(pem).enumerate() {
            let malformed = |why: String| CaFileError::Malformed {
                path: path.into(),
                number: at + 1,
                why,
            };
            let certificate = certificate.map_err(|error| malformed(error.to_string()))?;
            roots.add(certificate).map_err(|error| malformed(error.to_string()))?;
        }

        if roots.is_empty() {
            Err(CaFileError::Empty(path.into()))
        } else {
            Ok(Self(roots))
        }
    }

    /// How many authorities there are.
    pub fn count(&self) -> usize {
        self.0.len()
    }
}

impl Default for ExtraRoots {
    fn default() -> Self {
        Self(RootCertStore::empty())
    }
}

/// The TLS settings for connections to providers.
pub fn tls(extra: &ExtraRoots) -> Result<ClientConfig, rustls::Error> {
    let mut roots = extra.0.clone();
    roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
    let builder = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()));
    Ok(builder
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots)
        .with_no_client_auth())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(pem: &str) -> String {
        ExtraRoots::from_pem(pem.as_bytes(), Path::new("ca.pem"))
            .unwrap_err()
            .to_string()
    }

    #[test]
    fn what_is_no_certificate_is_refused_and_named() {
        assert!(refused("").contains("ca.pem holds no certificate"));
        assert!(refused("hello").contains("ca.pem holds no certificate"));

        let broken = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
        assert!(
            refused(broken).contains("certificate 1 in ca.pem cannot be read"),
            "{}",
            refused(broken)
        );
    }

    #[test]
    fn without_a_file_the_usual_authorities_are_trusted() {
        assert!(tls(&ExtraRoots::default()).is_ok());
        assert_eq!(ExtraRoots::default().count(), 0);
    }
}
