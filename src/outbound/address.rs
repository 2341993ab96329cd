//! Which addresses somebody else may make this server talk to: public ones, so that a webhook
//! cannot be used to reach what stands beside the server (server-side request forgery).

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use reqwest::Url;

/// Whose addresses may be talked to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// Public addresses, over TLS.
    Public,
    /// Any, and without TLS too: for development and for receivers in the same house.
    Anywhere,
}

#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum TargetError {
    #[error("not a URL: {0}")]
    Url(String),
    #[error("the URL must begin with https://")]
    Scheme,
    #[error("the URL must not hold a user name or a password")]
    Credentials,
    #[error("the URL must not have a fragment (#...)")]
    Fragment,
    #[error("{0} is not a public address")]
    NotPublic(IpAddr),
    #[error("{0} is a name of the own machine or network")]
    LocalName(String),
}

/// A URL that may be asked, as far as can be told without resolving its name.
///
/// # Errors
/// What is wrong with it, in words for the person who typed it.
pub fn target(text: &str, reach: Reach) -> Result<Url, TargetError> {
    let url = Url::parse(text).map_err(|error| TargetError::Url(error.to_string()))?;
    match (url.scheme(), reach) {
        ("https", _) | ("http", Reach::Anywhere) => {}
        _ => return Err(TargetError::Scheme),
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(TargetError::Credentials);
    }
    if url.fragment().is_some() {
        return Err(TargetError::Fragment);
    }
    let host = url.host_str().ok_or_else(|| TargetError::Url("it has no host".to_owned()))?;
    // The URL standard has made a dotted quad of 0x7f.1 and the like by now.
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    match bare.parse::<IpAddr>() {
        Ok(address) if !may_reach(address, reach) => return Err(TargetError::NotPublic(address)),
        Ok(_) => {}
        Err(_) if reach == Reach::Public && is_local_name(host) => {
            return Err(TargetError::LocalName(host.to_owned()));
        }
        Err(_) => {}
    }
    Ok(url)
}

pub fn may_reach(address: IpAddr, reach: Reach) -> bool {
    reach == Reach::Anywhere || is_public(address)
}

/// Names that no public resolver knows (RFC 6761, RFC 6762, RFC 8375).
fn is_local_name(host: &str) -> bool {
    let host = host.trim_end_matches('.').to_ascii_lowercase();
    let endings = [".localhost", ".local", ".internal", ".home.arpa"];
    !host.contains('.') || endings.iter().any(|ending| host.ends_with(ending))
}

/// Whether an address belongs to the public internet, by IANA's special-purpose registries.
pub fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    const SPECIAL: [([u8; 4], u32); 15] = [
        ([0, 0, 0, 0], 8),
        ([10, 0, 0, 0], 8),
        ([100, 64, 0, 0], 10),
        ([127, 0, 0, 0], 8),
        ([169, 254, 0, 0], 16),
        ([172, 16, 0, 0], 12),
        ([192, 0, 0, 0], 24),
        ([192, 0, 2, 0], 24),
        ([192, 88, 99, 0], 24),
        ([192, 168, 0, 0], 16),
        ([198, 18, 0, 0], 15),
        ([198, 51, 100, 0], 24),
        ([203, 0, 113, 0], 24),
        ([224, 0, 0, 0], 4),
        ([240, 0, 0, 0], 4),
    ];
    let bits = address.to_bits();
    SPECIAL.iter().all(|(net, length)| {
        let shift = 32 - length;
        bits >> shift != u32::from_be_bytes(*net) >> shift
    })
}

/// Global unicast (2000::/3) without what is set apart in it. Everything else is not public:
/// loopback, link-local, unique local, mapped and translated addresses.
fn is_public_v6(address: Ipv6Addr) -> bool {
    let [first, second, ..] = address.segments();
    let global_unicast = first >> 13 == 1;
    // 2001::/23: protocol assignments, Teredo among them.
    let protocols = first == 0x2001 && second < 0x0200;
    let documentation = (first == 0x2001 && second == 0x0db8) || first >> 4 == 0x3ff;
    // 6to4 wraps an IPv4 address.
    let six_to_four = first == 0x2002;
    global_unicast && !protocols && !documentation && !six_to_four
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_beside_the_server_is_not_public() {
        let private = [
            "0.0.0.0",
            "10.1.2.3",
            "100.64.0.1",
            "127.0.0.1",
            "127.255.255.254",
            "169.254.169.254",
            "172.16.0.1",
            "172.31.255.255",
            "192.168.1.1",
            "198.19.0.1",
            "224.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::ffff:127.0.0.1",
            "::ffff:8.8.8.8",
            "fe80::1",
            "fc00::1",
            "fd12::1",
            "ff02::1",
            "64:ff9b::7f00:1",
            "2001::1",
            "2001:db8::1",
            "2002:7f00:1::",
            "3fff::1",
        ];
        for address in private {
            assert!(!is_public(address.parse().unwrap()), "{address}");
        }
        let public = [
            "1.1.1.1",
            "8.8.8.8",
            "100.63.255.255",
            "100.128.0.0",
            "172.15.0.1",
            "172.32.0.1",
            "193.0.0.1",
            "2606:4700::1111",
            "2a00:1450:4007::1",
        ];
        for address in public {
            assert!(is_public(address.parse().unwrap()), "{address}");
        }
    }

    #[test]
    fn a_url_that_leads_inside_is_refused_however_it_is_written() {
        for url in [
            "https://127.0.0.1/",
            "https://2130706433/",
            "https://0x7f.1/",
            "https://0177.0.0.1/",
            "https://[::1]/",
            "https://[::ffff:10.0.0.1]/",
            "https://localhost/",
            "https://LOCALHOST./",
            "https://db.internal/",
            "https://printer.local:8443/",
            "https://postgres/",
            "http://example.org/",
            "ftp://example.org/",
            "https://user:pw@example.org/",
            "https://example.org/#there",
            "example.org",
            "",
            "https://",
            "file:///etc/passwd",
        ] {
            assert!(target(url, Reach::Public).is_err(), "{url}");
        }
        assert!(target("https://example.org:8443/hooks?shop=1", Reach::Public).is_ok());
        assert!(target("http://127.0.0.1:9/", Reach::Anywhere).is_ok());
        assert!(target("ftp://127.0.0.1/", Reach::Anywhere).is_err());
    }
}
