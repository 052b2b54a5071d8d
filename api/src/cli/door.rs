//! The options by which the server meets the outside.

use std::path::PathBuf;

use clap::Args;
use ipnet::IpNet;

use super::Failure;
use crate::http::{Door, Origin, Tls, TrustedProxies};

/// Shortest token of the figures: as long as a random one should be that nobody guesses.
const SHORTEST_TOKEN: usize = 16;

/// How the server meets the outside.
#[derive(Debug, Args)]
#[group(id = "door")]
pub(super) struct Options {
    /// Web pages of other sites that are let in
    #[arg(
        long,
        help = "Origins of web pages on other sites that browsers let use this server, as https://grants.example.org, \
                separated by commas; by default none",
        value_name = "ORIGIN",
        env = "OCTROI_CORS_ORIGINS",
        value_delimiter = ','
    )]
    cors_origin: Vec<Origin>,

    /// Networks of the proxies in front of this server, as 10.0.0.0/8, separated by commas: their X-Forwarded-For and
    /// X-Forwarded-Proto are believed; by default nobody's
    #[arg(long, value_name = "NETWORK", env = "OCTROI_TRUSTED_PROXIES", value_delimiter = ',', value_parser = network)]
    trusted_proxy: Vec<IpNet>,

    /// Certificate to speak TLS with, with those between it and its authority, in PEM; read again when it changes
    #[arg(long, value_name = "PATH", env = "OCTROI_TLS_CERTIFICATE", requires = "tls_key")]
    tls_certificate: Option<PathBuf>,

    /// Private key of the certificate, in PEM
    #[arg(long, value_name = "PATH", env = "OCTROI_TLS_KEY", requires = "tls_certificate")]
    tls_key: Option<PathBuf>,

    /// Token with which /metrics answers when --production is given, of 16 characters at least; without one it does not
    #[arg(
        long,
        value_name = "TOKEN",
        env = "OCTROI_METRICS_TOKEN",
        hide_env_values = true,
        value_parser = token
    )]
    metrics_token: Option<String>,
}

impl Options {
    /// What they ask for, with its files read.
    pub(super) fn open(self) -> Result<Door, Failure> {
        let tls = match (self.tls_certificate, self.tls_key) {
            (Some(certificate), Some(key)) => Some(Tls::load(&certificate, &key)?),
            _ => None,
        };
        Ok(Door {
            origins: self.cors_origin,
            trusted_proxies: TrustedProxies::new(self.trusted_proxy),
            tls,
            metrics_token: self.metrics_token,
        })
    }
}

/// Reads a network, or one address.
fn network(text: &str) -> Result<IpNet, String> {
    let network = text.parse().ok();
    let network = network.or_else(|| text.parse().ok().map(|address: std::net::IpAddr| IpNet::from(address)));
    network.ok_or_else(|| "write a network as 10.0.0.0/8 or 2001:db8::/32, or an address".to_owned())
}

fn token(text: &str) -> Result<String, String> {
    if text.len() >= SHORTEST_TOKEN && text.bytes().all(|byte| byte.is_ascii_graphic()) {
        Ok(text.to_owned())
    } else {
        Err(format!(
            "a token has at least {SHORTEST_TOKEN} characters, none of them a space"
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_network_is_written_with_or_without_its_length() {
        for (text, written) in [
            ("10.0.0.0/8", Some("10.0.0.0/8")),
            ("192.0.2.1", Some("192.0.2.1/32")),
            ("2001:db8::/32", Some("2001:db8::/32")),
            ("::1", Some("::1/128")),
            ("10.0.0.0/33", None),
            ("proxy.example.org", None),
            ("*", None),
            ("", None),
        ] {
            let network = network(text).ok().map(|network| network.to_string());
            assert_eq!(network.as_deref(), written, "{text}");
        }
    }
}
