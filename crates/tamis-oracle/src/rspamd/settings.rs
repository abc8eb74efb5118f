//! Random rules of `settings`, and random requests to be met by them.

use std::fmt::Write as _;
use std::net::IpAddr;

use tamis::rspamd::Request;

use super::scans::headers;
use crate::generate::Random;

/// A request: as tamis takes it, as Rspamd reads it, and what it wants in the message.
pub(super) struct Asked {
    pub(super) request: Request,
    /// Header lines with their line ends.
    pub(super) headers: String,
    pub(super) fields: Vec<(String, String)>,
}

const RULES: &[&str] = &["first", "second", "third"];
const SYMBOLS: &[&str] = &["A", "B", "CC", "DD", "E", "F_ONE", "N1", "CMP0", "CMP1", "SET1", "UNKNOWN", "FORCE_ACTION_R0"];
const GROUPS: &[&str] = &["one", "two", "three", "composite"];
const LOCALS: &[&str] = &["a", "b", "Boss", "list"];
const DOMAINS: &[&str] = &["example.org", "Example.ORG", "sub.example.org"];
const ADDRESSES: &[&str] = &["127.0.0.1", "192.0.2.1", "192.0.2.200", "198.51.100.7", "2001:db8::1"];
const HOSTS: &[&str] = &["mail.example.org", "Mail.example.org", "other.example"];

/// A request with some facts of a delivery, and sometimes settings of its own.
pub(super) fn asked(random: &mut Random) -> Asked {
    let mut request = Request::default();
    let mut lines: Vec<(String, String)> = Vec::new();
    let mut fields = Vec::new();
    if random.chance(50) {
        let from = address(random);
        lines.push(("From".to_owned(), format!("<{from}>")));
        request.from = Some(from);
    }
    for _ in 0..random.below(3) {
        let recipient = address(random);
        lines.push(("Rcpt".to_owned(), format!("<{recipient}>")));
        request.recipients.push(recipient);
    }
    if random.chance(30) {
        let user = if random.chance(60) { address(random) } else { (*random.pick(LOCALS)).to_owned() };
        lines.push(("User".to_owned(), user.clone()));
        request.user = Some(user);
    }
    if random.chance(40) {
        let ip: IpAddr = random.pick(ADDRESSES).parse().unwrap_or(IpAddr::from([127, 0, 0, 1]));
        lines.push(("IP".to_owned(), ip.to_string()));
        (request.ip, request.is_local) = (Some(ip), Some(ip.is_loopback()));
    }
    if random.chance(30) {
        let host = (*random.pick(HOSTS)).to_owned();
        lines.push(("Hostname".to_owned(), host.clone()));
        request.hostname = Some(host);
    }
    if random.chance(25) {
        lines.push(("X-Tenant".to_owned(), (*random.pick(&["one", "two"])).to_owned()));
    }
    if random.chance(25) {
        fields.push(("X-Kind".to_owned(), (*random.pick(&["news", "bulk"])).to_owned()));
    }
    if random.chance(25) {
        let id = if random.chance(10) { "nobody" } else { *random.pick(&["first", "second", "third", "by-id"]) };
        lines.push(("Settings-ID".to_owned(), id.to_owned()));
        request.settings_id = Some(id.to_owned());
    }
    if random.chance(15) {
        let mut text = String::from("{ ");
        apply(random, &mut text, true);
        text.push('}');
        lines.push(("Settings".to_owned(), text.clone()));
        request.settings = Some(text);
    }
    // With an id, Rspamd writes the limits of one request into the rule, for all that come later.
    if request.settings_id.is_none() && random.chance(8) {
        let (most, soft) = (*random.pick(&[9.0, 2.5, 30.0]), *random.pick(&[1.0, 5.0]));
        lines.push(("MaxScore".to_owned(), format!("{most}")));
        request.max_score = Some(most);
        if random.chance(50) {
            lines.push(("SoftScore".to_owned(), format!("{soft}")));
            request.soft_score = Some(soft);
        }
    }
    request.client_ip = Some(IpAddr::from([127, 0, 0, 1]));
    request.message = Some(headers(&fields));
    let mut text = String::new();
    for (name, value) in &lines {
        let _ = write!(text, "{name}: {value}\r\n");
    }
    request.request_headers = lines;
    Asked { request, headers: text, fields }
}

fn address(random: &mut Random) -> String {
    format!("{}@{}", random.pick(LOCALS), random.pick(DOMAINS))
}

/// Writes the section, or none.
pub(super) fn write(random: &mut Random, main: &mut String) {
    if !random.chance(45) {
        return;
    }
    main.push_str("settings {\n");
    for name in RULES.iter().take(1 + random.below(RULES.len())) {
        let _ = writeln!(main, "  {name} {{");
        if random.chance(30) {
            let _ = writeln!(main, "    priority = {};", random.pick(&["high", "medium", "low", "2", "3", "1.5", "0", "\"high\""]));
        }
        if random.chance(15) && *name == "third" {
            main.push_str("    id = \"by-id\";\n");
        }
        let names = conditions(random, main);
        if random.chance(12) {
            main.push_str("    inverse = true;\n");
        }
        if random.chance(25) && !names.is_empty() {
            let mut expression = String::new();
            for place in 0..=random.below(names.len()) {
                if place > 0 {
                    expression.push_str(random.pick(&[" & ", " | ", " && ", " & !"]));
                } else if random.chance(20) {
                    expression.push('!');
                }
                expression.push_str(if random.chance(4) { "nothing" } else { random.pick(&names).as_str() });
            }
            let _ = writeln!(main, "    expression = \"{expression}\";");
        }
        match random.below(12) {
            0 => main.push_str("    whitelist = true;\n"),
            1 if random.chance(30) => main.push_str("    want_spam = yes;\n"),
            2 if random.chance(30) => {}
            _ => {
                let is_old = random.chance(5);
                main.push_str(if is_old { "    apply { default { " } else { "    apply { " });
                // In the old form Rspamd ends itself over symbols that are no list.
                apply(random, main, is_old);
                main.push_str(if is_old { "} }\n" } else { "}\n" });
            }
        }
        if random.chance(10) {
            main.push_str("    symbols = [\"SET2\"];\n");
        }
        main.push_str("  }\n");
    }
    main.push_str("}\n");
}

/// Writes conditions; gives names for an expression over them.
fn conditions(random: &mut Random, main: &mut String) -> Vec<String> {
    let mut names = Vec::new();
    for _ in 0..random.below(4) {
        let (name, text) = match random.below(12) {
            0 => ("ip", list(random, &["127.0.0.1", "192.0.2.0/24", "192.0.2.1/24", "2001:db8::/32", "192.0.2.1", "nonsense"])),
            1 => ("client_ip", list(random, &["127.0.0.1", "127.0.0.0/8", "192.0.2.1"])),
            2 => ("from", list(random, FORMS)),
            3 | 4 => ("rcpt", list(random, FORMS)),
            5 => ("user", list(random, FORMS)),
            6 => ("hostname", list(random, &["mail.example.org", "/^mail/", "/^mail/i", "Mail.example.org", "map:/none"])),
            7 => ("authenticated", (*random.pick(&["true", "false"])).to_owned()),
            8 => ("local", "true".to_owned()),
            9 => ("from_mime", list(random, FORMS)),
            10 => {
                let value = random.pick(&["true", "false", "\"/^one$/\"", "\"/ONE/i\"", "\"two\""]);
                if random.chance(50) {
                    names.push(
                        (*random.pick(&["request_header:x-tenant", "request_header:X-Tenant", "request_header:x_tenant"])).to_owned(),
                    );
                }
                ("request_header", format!("{{ X-Tenant = {value}; }}"))
            }
            _ => {
                if random.chance(50) {
                    names.push((*random.pick(&["header:X-Kind", "header:x_kind", "header:1"])).to_owned());
                }
                ("header", format!("{{ X-Kind = {}; }}", random.pick(&["true", "false", "\"/news/\"", "\"bulk\""])))
            }
        };
        // A condition that is there twice becomes a list to Lua.
        if !main.rsplit("settings {").next().unwrap_or("").rsplit("  }\n").next().unwrap_or("").contains(&format!("    {name} = ")) {
            let _ = writeln!(main, "    {name} = {text};");
            if !matches!(name, "header" | "request_header") {
                names.push(name.to_owned());
            }
        }
    }
    names
}

const FORMS: &[&str] = &[
    "a@example.org",
    "@example.org",
    "boss",
    "Boss",
    "a",
    "@Example.ORG",
    "/^a@/",
    "/BOSS/i",
    "/example\\\\.org$/",
    "list@sub.example.org",
    "map:/none",
    "b@example.org",
];

fn list(random: &mut Random, words: &[&str]) -> String {
    if random.chance(60) {
        return format!("\"{}\"", random.pick(words));
    }
    let words: Vec<String> = (0..=random.below(3)).map(|_| format!("\"{}\"", random.pick(words))).collect();
    format!("[{}]", words.join(", "))
}

/// What is applied. Of what Lua keeps in a table of its own order there is one only.
fn apply(random: &mut Random, out: &mut String, is_query: bool) {
    if random.chance(2) {
        let _ = write!(out, "whitelist = {}; ", random.pick(&["true", "false"]));
    }
    if random.chance(50) {
        out.push_str("scores { ");
        for symbol in SYMBOLS.iter().chain(&["NOWHERE"]) {
            if random.chance(15) {
                let _ = write!(out, "{symbol} = {}; ", random.pick(&["1", "0", "-2.5", "4", "10.5", "\"3\""]));
            }
        }
        out.push_str("} ");
    } else if random.chance(10) {
        let _ = write!(out, "{} = {}; ", random.pick(SYMBOLS), random.pick(&["2", "-1.5"]));
    }
    if random.chance(40) {
        out.push_str("actions { ");
        // Of an action that the configuration does not have, Rspamd reads flags that nobody wrote.
        for action in ["reject", "\"add header\"", "greylist", "rewrite_subject", "\"soft reject\"", "\"no action\""] {
            if random.chance(25) {
                let _ = write!(out, "{action} = {}; ", random.pick(&["2", "7.5", "0", "null", "-1", "nan", "25"]));
            }
        }
        out.push_str("} ");
    }
    for (name, words) in
        [("symbols_enabled", SYMBOLS), ("groups_enabled", GROUPS), ("symbols_disabled", SYMBOLS), ("groups_disabled", GROUPS)]
    {
        if random.chance(12) {
            let words: Vec<String> = (0..random.below(4)).map(|_| format!("\"{}\"", random.pick(words))).collect();
            if words.is_empty() {
                continue;
            }
            if name == "symbols_enabled" && !is_query && random.chance(15) {
                let _ = write!(out, "{name} {{ A = 2.5; B = 1; }} ");
            } else {
                let _ = write!(out, "{name} = [{}]; ", words.join(", "));
            }
        }
    }
    if random.chance(15) {
        let name = if is_query && random.chance(60) { "A" } else { "SET1" };
        let text = match random.below(4) {
            0 => format!("{{ {name} = 2; }}"),
            1 => format!("{{ {name} {{ score = 0.5; options = [\"x\"]; }} }}"),
            2 => format!("[\"{name}\"]"),
            _ => format!("[\"{name}\", \"NOWHERE\"]"),
        };
        let _ = write!(out, "symbols = {text}; ");
    }
    if random.chance(10) {
        let _ = write!(out, "subject = \"{}\"; ", random.pick(&["[%d] %s", "100%% %s %x", "spam"]));
    }
}
