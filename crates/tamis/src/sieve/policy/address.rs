//! Rules about recipients: domains, and the owner's own addresses.

use crate::mail::{SmtpAddress, parse_address};

/// True if a policy may name this as a domain: `example.org` for that domain alone, `*.example.org` for every domain below it, or `*`.
#[must_use]
pub fn is_domain_rule(rule: &str) -> bool {
    let domain = rule.strip_prefix("*.").unwrap_or(rule);
    let label = |label: &str| !label.is_empty() && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'));
    rule == "*" || domain.split('.').all(label)
}

/// Whether mail may go to this address.
///
/// # Errors
/// The domain to which it may not. What is no plain domain (none at all, an address literal such as `[192.0.2.1]`, letters beyond
/// ASCII, which a server may take for another name) cannot be judged by a list of names, so every list forbids it.
pub(super) fn may_go_to(address: &[u8], allowed: Option<&[String]>, forbidden: &[String]) -> Result<(), Vec<u8>> {
    let domain = match parse_address(address) {
        Ok(SmtpAddress { domain: Some(domain), .. }) => domain,
        _ => return Err(address.to_vec()),
    };
    let Some(name) = plain(&domain) else { return Err(domain) };
    let listed = |rules: &[String]| rules.iter().any(|rule| is_under(&name, &rule.to_ascii_lowercase()));
    if allowed.is_some_and(|allowed| !listed(allowed)) || listed(forbidden) { Err(domain) } else { Ok(()) }
}

/// Whether mail to `address` comes back to `own`: case and detail (RFC 5233) aside.
pub(super) fn is_same_user(address: &[u8], own: &[u8], separators: &[u8]) -> bool {
    let (Ok(address), Ok(own)) = (parse_address(address), parse_address(own)) else { return false };
    let domain = |address: &SmtpAddress| address.domain.as_deref().map(|domain| plain(domain).unwrap_or_else(|| lossy(domain)));
    domain(&address) == domain(&own) && address.user(separators).eq_ignore_ascii_case(own.user(separators))
}

/// A domain name in lower case, without the final dot of an absolute one; nothing if it is none.
fn plain(domain: &[u8]) -> Option<String> {
    let name = lossy(domain.strip_suffix(b".").unwrap_or(domain));
    (is_domain_rule(&name) && !name.starts_with('*')).then_some(name)
}

fn lossy(domain: &[u8]) -> String {
    String::from_utf8_lossy(domain).to_ascii_lowercase()
}

fn is_under(name: &str, rule: &str) -> bool {
    match rule.strip_prefix('*') {
        Some("") => true,
        Some(parent) => name.strip_suffix(parent).is_some_and(|label| !label.is_empty()),
        None => name == rule,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn goes(address: &str, allowed: Option<&[&str]>, forbidden: &[&str]) -> bool {
        let owned = |rules: &[&str]| rules.iter().map(|rule| (*rule).to_owned()).collect::<Vec<_>>();
        may_go_to(address.as_bytes(), allowed.map(owned).as_deref(), &owned(forbidden)).is_ok()
    }

    #[test]
    fn a_domain_is_itself_and_a_star_what_is_below() {
        for (address, allowed, goes_there) in [
            ("a@example.org", "example.org", true),
            ("a@EXAMPLE.ORG", "Example.Org", true),
            ("a@mail.example.org", "example.org", false),
            ("a@mail.example.org", "*.example.org", true),
            ("a@a.b.example.org", "*.example.org", true),
            ("a@example.org", "*.example.org", false),
            ("a@badexample.org", "*.example.org", false),
            ("a@badexample.org", "example.org", false),
            ("a@example.org.example.net", "example.org", false),
            ("a@anything.example", "*", true),
            ("\"a@example.net\"@example.org", "example.org", true),
            ("\"a@example.org\"@example.net", "example.org", false),
        ] {
            assert_eq!(goes(address, Some(&[allowed]), &[]), goes_there, "{address} {allowed}");
            assert_eq!(goes(address, None, &[allowed]), !goes_there, "{address} not {allowed}");
        }
        assert!(!goes("a@example.org", Some(&["example.org"]), &["example.org"]), "forbidden wins");
    }

    #[test]
    fn what_is_no_domain_name_passes_no_list() {
        for address in ["a@[192.0.2.1]", "a@[IPv6:2001:db8::1]", "a@ex\u{e4}mple.org", "a", ""] {
            assert!(!goes(address, Some(&["example.org"]), &[]) && !goes(address, None, &["example.org"]), "{address}");
        }
    }

    #[test]
    fn the_owner_under_another_spelling() {
        for (address, same) in [
            ("anna@example.org", true),
            ("Anna@EXAMPLE.org", true),
            ("anna+lists@example.org", true),
            ("\"anna\"@example.org", true),
            ("ann@example.org", false),
            ("anna@example.net", false),
        ] {
            assert_eq!(is_same_user(address.as_bytes(), b"anna@example.org", b"+"), same, "{address}");
        }
    }

    #[test]
    fn domain_rules() {
        for (rule, valid) in [
            ("example.org", true),
            ("*.example.org", true),
            ("*", true),
            ("", false),
            ("*.", false),
            ("a.*.org", false),
            ("@example.org", false),
            ("a b", false),
            (".example.org", false),
        ] {
            assert_eq!(is_domain_rule(rule), valid, "{rule}");
        }
    }
}
