//! Which addresses are on the public internet.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Whether an address is on the public internet. An IPv6 address that contains an IPv4 address, such as
/// `::ffff:10.0.0.1`, is judged by that one.
///
/// ```
/// use crossmodel::domain::is_public;
/// assert!(is_public("1.1.1.1".parse().unwrap()));
/// assert!(!is_public("169.254.169.254".parse().unwrap()));
/// assert!(!is_public("::ffff:10.0.0.1".parse().unwrap()));
/// ```
pub fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    let private = match address.octets() {
        // This network, private networks, this machine.
        [0 | 10 | 127, ..] => true,
        // Shared by a provider's customers.
        [100, second, ..] => (64..128).contains(&second),
        // This link, where clouds keep their metadata service.
        [169, 254, ..] => true,
        [172, second, ..] => (16..32).contains(&second),
        // Protocol assignments, documentation, relays from IPv6, private networks.
        [192, 0, 0 | 2, _] | [192, 88, 99, _] | [192, 168, ..] => true,
        // Benchmarks, documentation.
        [198, 18 | 19, ..] | [198, 51, 100, _] | [203, 0, 113, _] => true,
        // Multicast, reserved, broadcast.
        [first, ..] => first >= 224,
    };
    !private
}

fn is_public_v6(address: Ipv6Addr) -> bool {
    let v4_of = |high: u16, low: u16| Ipv4Addr::from(u32::from(high) << 16 | u32::from(low));
    match address.segments() {
        // These forms stand for an IPv4 address.
        [0, 0, 0, 0, 0, 0xffff, high, low] | [0x64, 0xff9b, 0, 0, 0, 0, high, low] | [0x2002, high, low, ..] => {
            is_public_v4(v4_of(high, low))
        }
        // Tunnels that hide an address, benchmarks, documentation.
        [0x2001, 0 | 2 | 0xdb8, ..] => false,
        [0x3fff, ..] => false,
        // Of the rest only global unicast is public.
        [first, ..] => first & 0xe000 == 0x2000,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The ranges that the gateway must never call, as a list to compare with the rules.
    const DENIED: &str = "0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12 192.0.0.0/24 192.0.2.0/24 \
        192.88.99.0/24 192.168.0.0/16 198.18.0.0/15 198.51.100.0/24 203.0.113.0/24 224.0.0.0/4 240.0.0.0/4";

    fn denied() -> Vec<ipnet::Ipv4Net> {
        DENIED.split_whitespace().map(|net| net.parse().unwrap()).collect()
    }

    fn listed(address: Ipv4Addr) -> bool {
        denied().iter().any(|net| net.contains(&address))
    }

    #[test]
    fn the_edges_of_every_denied_range() {
        for net in denied() {
            for inside in [net.network(), net.broadcast()] {
                assert!(!is_public_v4(inside), "{inside} is in {net}");
            }
            let before = u32::from(net.network()).checked_sub(1).map(Ipv4Addr::from);
            let after = u32::from(net.broadcast()).checked_add(1).map(Ipv4Addr::from);
            for outside in before.into_iter().chain(after) {
                assert_eq!(is_public_v4(outside), !listed(outside), "{outside} is beside {net}");
            }
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(5_000))]

        #[test]
        fn an_address_is_judged_alike_in_every_dress(bits in any::<u32>()) {
            let v4 = Ipv4Addr::from(bits);
            let (high, low) = ((bits >> 16) as u16, bits as u16);
            let public = !listed(v4);

            prop_assert_eq!(is_public_v4(v4), public);
            prop_assert_eq!(is_public_v6(v4.to_ipv6_mapped()), public);
            prop_assert_eq!(is_public_v6(Ipv6Addr::new(0x64, 0xff9b, 0, 0, 0, 0, high, low)), public);
            prop_assert_eq!(is_public_v6(Ipv6Addr::new(0x2002, high, low, 0, 0, 0, 0, 1)), public);
            prop_assert!(!is_public_v6(Ipv6Addr::new(0, 0, 0, 0, 0, 0, high, low)), "the old compatible form");
        }
    }
}
