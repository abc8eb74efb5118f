//! What a mail server is told about a message: the header fields that milter_headers adds and removes, by tamis and by a real Rspamd, for
//! generated configurations of the module.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io;

use serde_json::Value;
use tamis::mail::{self, Charsets, Message};
use tamis::rspamd::milter::{Change, Context, Milter};
use tamis::rspamd::{Hit, Loaded, Request, scan_request};

use super::scans::read;
use super::server::{Server, prepare};
use super::{Compared, Rspamd};
use crate::generate::Random;
use crate::programs::{HOSTNAME, Sandbox};

/// Symbols that may be found, with their scores: some that fields of their own tell about.
const SYMBOLS: &[(&str, f64)] = &[
    ("A", 1.5),
    ("B", -2.25),
    ("CC", 8.0),
    ("DD", 0.0),
    ("EICAR", 4.0),
    ("SCAN_FAIL", 0.5),
    ("R_SPF_ALLOW", -0.2),
    ("R_SPF_FAIL", 1.0),
    ("R_SPF_SOFTFAIL", 0.5),
    ("R_SPF_NA", 0.0),
    ("R_DKIM_NA", 0.0),
    ("DMARC_POLICY_ALLOW", -0.5),
    ("DMARC_POLICY_REJECT", 2.0),
    ("DMARC_POLICY_SOFTFAIL", 0.1),
    ("DMARC_NA", 0.0),
    ("ARC_ALLOW", -1.0),
    ("ARC_NA", 0.0),
];

/// The routines that a configuration may name; the last one does not exist.
const ROUTINES: &[&str] = &[
    "x-spamd-result",
    "x-rspamd-server",
    "x-rspamd-queue-id",
    "x-rspamd-action",
    "spam-header",
    "x-virus",
    "x-spamd-bar",
    "x-spam-level",
    "x-spam-status",
    "authentication-results",
    "fuzzy-hashes",
    "remove-header",
    "remove-headers",
    "add-headers",
    "no-such-routine",
];

/// Fields that a sender may have forged.
const FORGED: &[&str] =
    &["X-Spam", "X-Spam-Flag", "X-Spamd-Result", "X-Virus", "X-Spam-Status", "Deliver-To", "X-Old", "Authentication-Results"];

/// Compares `cases` configurations, each on `sets` messages.
///
/// # Errors
/// The real program cannot be run.
pub fn compare(rspamd: &Rspamd, cases: usize, sets: usize, seed: u64) -> io::Result<Compared> {
    let mut compared = Compared::default();
    let host = fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default().trim().to_owned();
    for case in 0..cases {
        let mut random = Random::part(seed, case as u64);
        let sandbox = Sandbox::new()?;
        let names: Vec<&str> = SYMBOLS.iter().map(|(name, _)| *name).collect();
        let port = prepare(&sandbox, &names, false)?;
        let written = configuration(&mut random);
        sandbox.file("etc/rspamd.conf", written.as_bytes())?;
        let Loaded { mut config, .. } = read(&sandbox);
        let milter = Milter::new(&read(&sandbox).dump());
        config.registered = names.iter().map(|name| (*name).to_owned()).collect();
        config.parents = names.iter().map(|name| ((*name).to_owned(), "TEST_CALLBACK".to_owned())).collect();
        let server = match Server::start(rspamd, &sandbox, port)? {
            Ok(server) => server,
            Err(said) => {
                compared.different.push([written, "accepts".to_owned(), said]);
                continue;
            }
        };
        for _ in 0..sets {
            let (hits, message) = message(&mut random);
            let (context, headers) = context(&mut random);
            let parsed = Message::parse(message.as_bytes(), &mail::Limits::default(), Charsets::new());
            let request = Request { user: context.user.clone(), is_local: Some(context.is_local), ..Request::default() };
            let result = scan_request(&config, &hits, &request);
            let reply = milter.reply(&result, &context, parsed.fields(), "s");
            let ours = said(&reply.changes, &result.action);
            let answer = server.check(message.as_bytes(), &headers)?;
            let theirs = theirs(&answer, &parsed, &host)?;
            if ours == theirs {
                compared.same += 1;
            } else {
                compared.different.push([format!("{written}## request\n{headers}{message}"), format!("{ours:#?}"), format!("{theirs:#?}")]);
            }
        }
    }
    Ok(compared)
}

/// A private server with a configuration of its own, in front of a mail server.
pub struct Front {
    server: Server,
    // Its files go when it is gone.
    _sandbox: Sandbox,
    /// The configuration, as tamis reads it.
    pub loaded: Loaded,
}

impl Front {
    /// Starts one with these settings and symbols.
    ///
    /// # Errors
    /// It does not start.
    pub fn start(rspamd: &Rspamd, settings: &str, symbols: &[&str]) -> io::Result<Self> {
        let sandbox = Sandbox::new()?;
        let port = prepare(&sandbox, symbols, false)?;
        let module = "modules { path = \"/usr/share/rspamd/plugins/milter_headers.lua\"; }";
        sandbox.file("etc/rspamd.conf", format!(".include \"$CONFDIR/frame.conf\"\n{module}\n{settings}\n").as_bytes())?;
        let mut loaded = read(&sandbox);
        loaded.config.registered = symbols.iter().map(|name| (*name).to_owned()).collect();
        let server = Server::start(rspamd, &sandbox, port)?.map_err(io::Error::other)?;
        Ok(Self { server, _sandbox: sandbox, loaded })
    }

    /// The action, and the changes of the header that the proxy's milter asks the mail server for (milter.c,
    /// `rspamd_milter_send_task_results`): fields that go, fields that come, the milter's own mark.
    ///
    /// # Errors
    /// It does not answer.
    pub fn scan(&self, message: &[u8], headers: &str) -> io::Result<(String, Vec<Change>)> {
        let body = self.server.check(message, headers)?;
        let answer: Value = serde_json::from_str(&body).map_err(|error| io::Error::other(format!("{error}: {body}")))?;
        let action = answer["action"].as_str().unwrap_or_default().to_owned();
        let parsed = Message::parse(message, &mail::Limits::default(), Charsets::new());
        let count = |name: &str| parsed.fields().iter().filter(|field| field.is(name.as_bytes())).count();
        let mut changes = Vec::new();
        for (name, places) in answer["milter"]["remove_headers"].as_object().into_iter().flatten() {
            let places = match places.as_u64().and_then(|place| usize::try_from(place).ok()) {
                Some(0) | None => (1..=count(name)).rev().collect::<Vec<_>>(),
                Some(place) => Some(place).filter(|place| *place <= count(name)).into_iter().collect(),
            };
            changes.extend(places.into_iter().map(|place| Change::Remove { name: name.clone(), place }));
        }
        for (name, value) in answer["milter"]["add_headers"].as_object().into_iter().flatten() {
            let all: Vec<&Value> = value.as_array().map_or_else(|| vec![value], |all| all.iter().collect());
            for one in all {
                let name = name.clone();
                let value = one["value"].as_str().or_else(|| one.as_str()).unwrap_or_default().to_owned();
                changes.push(match one["order"].as_u64().and_then(|place| usize::try_from(place).ok()) {
                    Some(place) => Change::Insert { place, name, value },
                    None => Change::Add { name, value },
                });
            }
        }
        if action == "add header" {
            changes.push(Change::Set { name: "X-Spam".to_owned(), place: 1, value: "Yes".to_owned() });
        }
        Ok((action, changes))
    }
}

/// A configuration of scores, and of milter_headers at random.
fn configuration(random: &mut Random) -> String {
    let symbols: String = SYMBOLS.iter().map(|(name, score)| format!("\"{name}\" {{ score = {score}; }} ")).collect();
    let mut names: Vec<&str> = ROUTINES.to_vec();
    random.shuffle(&mut names);
    names.truncate(1 + random.below(6));
    let flag = |random: &mut Random| if random.chance(50) { "true" } else { "false" };
    let list = |names: &[&str]| names.iter().map(|name| format!("\"{name}\"")).collect::<Vec<_>>().join(", ");
    let mut module = match random.below(12) {
        // Without a list the module is not loaded.
        0 => String::new(),
        1 => "use = \"x-spamd-result\";\n".to_owned(),
        _ => format!("use = [{}];\n", list(&names)),
    };
    for option in ["skip_local", "skip_authenticated", "skip_all", "extended_spam_headers", "remove_upstream_spam_flag"] {
        if random.chance(if option == "skip_all" { 6 } else { 35 }) {
            module.push_str(&format!("{option} = {};\n", flag(random)));
        }
    }
    for option in ["local_headers", "authenticated_headers"] {
        if random.chance(30) {
            module.push_str(&format!("{option} = [{}];\n", list(&[*random.pick(ROUTINES), "x-rspamd-bar"])));
        }
    }
    if random.chance(20) {
        module.push_str(&format!("extended_headers_rcpt = [\"{}\"];\n", random.pick(&["bob@example.org", "bob", "@example.org", "carol"])));
    }
    let mut routines = String::new();
    for (name, settings) in [
        ("spam-header", "header = \"X-Spam-Flag\"; value = \"YES\"; remove = 1;"),
        ("x-spamd-result", "sort_by = \"name\"; remove = -1;"),
        (
            "x-virus",
            "symbols = [\"EICAR\"]; symbols_fail = [\"SCAN_FAIL\"]; status_clean = \"clean\"; status_infected = \"bad\"; status_fail = \"failed\";",
        ),
        ("x-spamd-bar", "positive = \"#\"; neutral = \"\";"),
        ("x-spam-level", "char = \"!\"; header = \"X-Level\";"),
        ("x-rspamd-server", "hostname = \"filter.example.org\";"),
        ("remove-header", "header = \"X-Old\"; remove = 2;"),
        ("remove-headers", "headers { \"X-Old\" = 0; \"X-Virus\" = 1; }"),
        ("add-headers", "headers { \"X-New\" = \"value\"; \"X-Other\" = \"a b\"; }"),
        ("authentication-results", "add_smtp_user = false; spf_symbols { pass = \"R_SPF_FAIL\"; fail = \"R_SPF_ALLOW\"; }"),
    ] {
        if random.chance(50) {
            routines.push_str(&format!("  {name} {{ {settings} }}\n"));
        }
    }
    format!(
        ".include \"$CONFDIR/frame.conf\"\nmodules {{ path = \"/usr/share/rspamd/plugins/milter_headers.lua\"; }}\n\
         actions {{ reject = 15; add_header = 8; rewrite_subject = 7; greylist = 4; }}\ngroup \"test\" {{ symbols {{ {symbols} }} }}\n\
         milter_headers {{\n{module}routines {{\n{routines}}}\n}}\n"
    )
}

/// Symbols, and the message that makes the server find them, with forged fields.
fn message(random: &mut Random) -> (Vec<Hit>, String) {
    let mut hits = Vec::new();
    let mut text = "From: a@example.com\nTo: bob@example.org\nSubject: s\nMessage-ID: <1@example.com>\n".to_owned();
    for _ in 0..random.below(4) {
        text.push_str(&format!("{}: {}\n", random.pick(FORGED), random.pick(&["Yes", "x", "YES"])));
    }
    for _ in 0..random.below(6) {
        let (name, _) = random.pick(SYMBOLS);
        // Of one method there is one result: of several, Rspamd takes the first of a hash.
        let method = |name: &str| ["R_SPF", "DMARC", "ARC"].into_iter().find(|method| name.starts_with(method)).map(str::to_owned);
        let is_there = |hit: &Hit| hit.name == *name || (method(name).is_some() && method(&hit.name) == method(name));
        if hits.iter().any(is_there) {
            continue;
        }
        let options: Vec<&str> = match *name {
            "DMARC_POLICY_ALLOW" => vec!["example.com", "none"],
            "DMARC_POLICY_REJECT" | "DMARC_POLICY_SOFTFAIL" => vec!["example.com : no valid SPF", "reject"],
            _ if random.chance(40) => vec![*random.pick(&["one", "two;three", "a b"])],
            _ => Vec::new(),
        };
        text.push_str(&format!("X-Test-Sym: {name} 1 {}\n", options.join("|")));
        hits.push(Hit { name: (*name).to_owned(), weight: 1.0, options: options.iter().map(|option| (*option).to_owned()).collect() });
    }
    text.push_str("\ntext\n");
    (hits, text)
}

/// What surrounds the message, and the request's headers that say so.
fn context(random: &mut Random) -> (Context, String) {
    let is_local = random.chance(30);
    let ip = if is_local { "127.0.0.9" } else { "192.0.2.7" };
    let user = random.chance(30).then(|| "bob".to_owned());
    let queue_id = random.chance(60).then(|| "4ABCDEF".to_owned());
    let from = if random.chance(20) { "" } else { "a@example.com" };
    let mut headers =
        format!("IP: {ip}\r\nHelo: client.example.com\r\nFrom: <{from}>\r\nRcpt: <bob@example.org>\r\nMTA-Name: {HOSTNAME}\r\n");
    headers.extend(user.iter().map(|user| format!("User: {user}\r\n")));
    headers.extend(queue_id.iter().map(|id| format!("Queue-ID: {id}\r\n")));
    let context = Context {
        user,
        is_local,
        ip: Some(ip.to_owned()),
        helo: Some("client.example.com".to_owned()),
        from: Some(from.to_owned()),
        recipients: vec!["bob@example.org".to_owned()],
        queue_id,
        hostname: HOSTNAME.to_owned(),
    };
    (context, headers)
}

/// Where a field comes, and the parts of its value.
type Added = (Option<i64>, Vec<String>);

/// What is told, comparable: which fields go, which come.
#[derive(Debug, PartialEq, Eq)]
struct Said {
    action: String,
    removed: BTreeSet<(String, usize)>,
    added: BTreeMap<String, BTreeSet<Added>>,
}

/// The parts of a value: symbols and results of methods come in no order that could be told.
fn parts(value: &str) -> Vec<String> {
    let mut parts: Vec<String> = value.split(";\n\t").map(str::to_owned).collect();
    parts.get_mut(1..).unwrap_or_default().sort();
    parts
}

fn said(changes: &[Change], action: &str) -> Said {
    let mut said = Said { action: action.to_owned(), removed: BTreeSet::new(), added: BTreeMap::new() };
    for change in changes {
        match change {
            Change::Remove { name, place } => drop(said.removed.insert((name.to_ascii_lowercase(), *place))),
            Change::Insert { place, name, value } => {
                said.added.entry(name.clone()).or_default().insert((i64::try_from(*place).ok(), parts(value)));
            }
            Change::Add { name, value } => drop(said.added.entry(name.clone()).or_default().insert((None, parts(value)))),
            // That is the milter's own doing, of which this answer does not tell.
            Change::Set { .. } => {}
        }
    }
    // The removals that go with it.
    if action == "add header" && changes.iter().any(|change| matches!(change, Change::Set { .. })) {
        said.removed.retain(|(name, _)| name != "x-spam");
    }
    said
}

fn theirs(body: &str, message: &Message<'_>, host: &str) -> io::Result<Said> {
    let answer: Value = serde_json::from_str(body).map_err(|error| io::Error::other(format!("{error}: {body}")))?;
    let action = answer["action"].as_str().unwrap_or_default().to_owned();
    let mut said = Said { action, removed: BTreeSet::new(), added: BTreeMap::new() };
    let milter = &answer["milter"];
    for (name, places) in milter["remove_headers"].as_object().into_iter().flatten() {
        let count = message.fields().iter().filter(|field| field.is(name.as_bytes())).count();
        let place = places.as_i64().unwrap_or(0);
        let name = name.to_ascii_lowercase();
        let from_end = usize::try_from(place.unsigned_abs()).unwrap_or(0);
        match place {
            0 => said.removed.extend((1..=count).map(|place| (name.clone(), place))),
            1.. if from_end <= count => drop(said.removed.insert((name, from_end))),
            ..0 if from_end <= count => drop(said.removed.insert((name, count - from_end + 1))),
            _ => {}
        }
    }
    if said.action == "add header" {
        said.removed.retain(|(name, _)| name != "x-spam");
    }
    for (name, value) in milter["add_headers"].as_object().into_iter().flatten() {
        let all: Vec<&Value> = value.as_array().map_or_else(|| vec![value], |all| all.iter().collect());
        for one in all {
            let order = one["order"].as_i64().filter(|order| *order >= 0);
            let value = one["value"].as_str().or_else(|| one.as_str()).unwrap_or_default();
            let value = if value == host { HOSTNAME } else { value };
            said.added.entry(name.clone()).or_default().insert((order, parts(value)));
        }
    }
    Ok(said)
}
