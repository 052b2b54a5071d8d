//! Where a request came from, when proxies stand between the client and this server.
//!
//! Each proxy adds to `X-Forwarded-For` the address that it was asked from; whatever stood there before, the client may
//! have written itself. So the list is read from its end, and only as far as the proxies are ours.
//!
//! `Forwarded` (RFC 7239) is not read: a proxy that writes one of the two lets the client write the other.

use std::net::{IpAddr, SocketAddr};

use actix_web::HttpRequest;
use actix_web::http::header::{HeaderMap, HeaderName};
use ipnet::IpNet;

const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
const FORWARDED_PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");

/// The networks of the proxies that are ours: what they say of a request is believed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TrustedProxies(Vec<IpNet>);

impl TrustedProxies {
    /// Those in these networks.
    #[must_use]
    pub fn new(networks: Vec<IpNet>) -> Self {
        Self(networks)
    }

    fn trusts(&self, address: IpAddr) -> bool {
        self.0.iter().any(|network| network.contains(&address))
    }

    /// The address of the client of a peer with these headers: the right-most that is not of a trusted proxy.
    ///
    /// Where an entry is no address, the client is whoever the entry came from: it may have been written by anybody.
    fn client(&self, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
        let peer = peer.to_canonical();
        if !self.trusts(peer) {
            return peer;
        }
        let lines = headers.get_all(FORWARDED_FOR).map(|line| line.to_str().unwrap_or("?"));
        let entries: Vec<_> = lines.flat_map(|line| line.split(',')).collect();
        let mut client = peer;
        for entry in entries.into_iter().rev() {
            let Some(address) = parse(entry) else { break };
            client = address;
            if !self.trusts(address) {
                break;
            }
        }
        client
    }

    /// Whether a trusted peer says that the client came to it over TLS.
    fn says_tls(&self, peer: IpAddr, headers: &HeaderMap) -> bool {
        let last = headers.get_all(FORWARDED_PROTO).last();
        let last = last.and_then(|line| line.to_str().ok()?.rsplit(',').next());
        self.trusts(peer.to_canonical()) && last.is_some_and(|scheme| scheme.trim().eq_ignore_ascii_case("https"))
    }
}

/// The address that a request came from, as far as it can be trusted: for limits, never for the log. Unspecified where
/// there is no network, as in a test.
pub(super) fn client_address(request: &HttpRequest, trusted: &TrustedProxies) -> IpAddr {
    match request.peer_addr() {
        Some(peer) => trusted.client(peer.ip(), request.headers()),
        None => IpAddr::from([0, 0, 0, 0]),
    }
}

/// Whether a request came over TLS: to this server, or to a trusted proxy before it.
pub(super) fn came_over_tls(request: &HttpRequest, trusted: &TrustedProxies) -> bool {
    let peer = request.peer_addr();
    request.app_config().secure() || peer.is_some_and(|peer| trusted.says_tls(peer.ip(), request.headers()))
}

/// One entry: an address, with a port or without, one of IPv6 in brackets or bare.
fn parse(entry: &str) -> Option<IpAddr> {
    let entry = entry.trim();
    let bare = entry.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
    let address = bare.unwrap_or(entry).parse().ok();
    let address = address.or_else(|| entry.parse().ok().map(|address: SocketAddr| address.ip()));
    address.map(|address| address.to_canonical())
}

#[cfg(test)]
mod tests {
    use actix_web::http::header::HeaderValue;

    use super::*;

    fn headers(name: &HeaderName, lines: &[&'static str]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append(name.clone(), HeaderValue::from_static(line));
        }
        headers
    }

    /// A load balancer in 10.0.0.0/8, and another network of them in IPv6.
    fn proxies() -> TrustedProxies {
        let networks = ["10.0.0.0/8", "2001:db8:1::/48"];
        TrustedProxies::new(networks.map(|network| network.parse().expect("a network")).to_vec())
    }

    #[track_caller]
    fn check(trusted: &TrustedProxies, peer: &str, lines: &[&'static str], client: &str) {
        let found = trusted.client(peer.parse().expect("an address"), &headers(&FORWARDED_FOR, lines));
        assert_eq!(found.to_string(), client, "{peer} {lines:?}");
    }

    #[test]
    fn who_is_not_a_trusted_proxy_is_the_client_whatever_it_says() {
        check(&TrustedProxies::default(), "10.0.0.1", &["192.0.2.1"], "10.0.0.1");
        check(&proxies(), "192.0.2.7", &["198.51.100.1"], "192.0.2.7");
        check(&proxies(), "::ffff:192.0.2.7", &["198.51.100.1"], "192.0.2.7");
    }

    #[test]
    fn the_client_is_the_last_address_that_is_not_a_trusted_proxy() {
        for (lines, client) in [
            (&[][..], "10.0.0.1"),
            (&["192.0.2.1"], "192.0.2.1"),
            // What a client wrote itself stands before what the proxy saw.
            (&["198.51.100.1, 192.0.2.1"], "192.0.2.1"),
            (&["10.0.0.9, 192.0.2.1"], "192.0.2.1"),
            (&["198.51.100.1", "192.0.2.1"], "192.0.2.1"),
            // Proxies behind proxies.
            (&["192.0.2.1, 10.0.0.2"], "192.0.2.1"),
            (&["192.0.2.1", "2001:db8:1::5, 10.0.0.2"], "192.0.2.1"),
            // All of them ours: a machine of ours asks.
            (&["10.0.0.3, 10.0.0.2"], "10.0.0.3"),
        ] {
            check(&proxies(), "10.0.0.1", lines, client);
        }
        check(&proxies(), "::ffff:10.0.0.1", &["192.0.2.1"], "192.0.2.1");
        check(&proxies(), "2001:db8:1::1", &["2001:db8:2::1"], "2001:db8:2::1");
    }

    #[test]
    fn an_address_may_have_a_port_and_brackets() {
        for (line, client) in [
            ("192.0.2.1:4711", "192.0.2.1"),
            ("2001:db8::1", "2001:db8::1"),
            ("[2001:db8::1]", "2001:db8::1"),
            (" [2001:db8::1]:4711 ", "2001:db8::1"),
            ("::ffff:192.0.2.1", "192.0.2.1"),
        ] {
            assert_eq!(parse(line).expect("an address").to_string(), client, "{line}");
        }
    }

    #[test]
    fn what_is_no_address_ends_what_is_believed() {
        for (lines, client) in [
            (&["unknown"][..], "10.0.0.1"),
            (&["192.0.2.1, "], "10.0.0.1"),
            (&["192.0.2.1, nonsense, 10.0.0.2"], "10.0.0.2"),
            (&["192.0.2.1 10.0.0.2"], "10.0.0.1"),
            (&["192.0.2.300"], "10.0.0.1"),
            (&["[192.0.2.1"], "10.0.0.1"),
        ] {
            check(&proxies(), "10.0.0.1", lines, client);
        }
        let mut binary = headers(&FORWARDED_FOR, &["192.0.2.1"]);
        binary.append(FORWARDED_FOR, HeaderValue::from_bytes(b"\xff").expect("a value"));
        let peer = IpAddr::from([10, 0, 0, 1]);
        assert_eq!(proxies().client(peer, &binary), peer);
    }

    #[test]
    fn only_a_trusted_proxy_says_that_it_was_asked_over_tls() {
        let (proxy, stranger) = (IpAddr::from([10, 0, 0, 1]), IpAddr::from([192, 0, 2, 1]));
        for (lines, tls) in [
            (&["https"][..], true),
            (&["HTTPS"], true),
            (&["http, https"], true),
            (&["https, http"], false),
            (&["https", "http"], false),
            (&[], false),
        ] {
            let headers = headers(&FORWARDED_PROTO, lines);
            assert_eq!(proxies().says_tls(proxy, &headers), tls, "{lines:?}");
            assert!(!proxies().says_tls(stranger, &headers), "{lines:?}");
        }
    }
}
