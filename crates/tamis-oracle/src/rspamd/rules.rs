//! Rules on messages: the installed configuration with its stock rules, and multimaps written for this, beside a private Rspamd. What
//! needs a network is switched off; composites and the limits of groups are ours, so that every symbol counts by itself.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde_json::Value;
use tamis::rspamd::{Version, load, scan};
use tamis::ucl::Files;
use tamis_rules::rules::Texts;
use tamis_rules::{Envelope, Rules};

use super::server::{self, Server};
use super::{Rspamd, layers};
use crate::generate::Random;
use crate::programs::Sandbox;

/// Where Debian's rspamd has its files.
const STOCK: &str = "/etc/rspamd";
const RULES: &str = "/usr/share/rspamd/rules";

/// Modules that ask the network, a database or the clock.
const OFF: &[&str] = &[
    "antivirus",
    "arc",
    "asn",
    "aws_s3",
    "bimi",
    "clickhouse",
    "dcc",
    "dkim",
    "dkim_signing",
    "dmarc",
    "elastic",
    "external_relay",
    "external_services",
    "fuzzy_check",
    "greylist",
    "hfilter",
    "history_redis",
    "http_headers",
    "metric_exporter",
    "mx_check",
    "neural",
    "once_received",
    "p0f",
    "phishing",
    "ratelimit",
    "rbl",
    "replies",
    "reputation",
    "rspamd_update",
    "spamtrap",
    "spf",
    "url_redirector",
    "whitelist",
];

const OPTIONS: &str = r#"
dns { nameserver = ["127.0.0.1:53530"]; timeout = 0.05s; retransmits = 1; sockets = 1; }
check_all_filters = true;
disable_hyperscan = true;
filters = "chartable,regexp";
local_addrs = [127.0.0.0/8];
disable_monitoring = true;
url_tld = "$CONFDIR/tld.dat";
cache_file = "$DBDIR/symbols.cache";
hs_cache_dir = "$DBDIR/";
control_socket = "$DBDIR/rspamd.sock mode=0600";
"#;

/// Public suffixes, enough for the mail that there is.
const SUFFIXES: &str = "ac at au be biz br ca cc ch cn co com cz de dk edu es eu fi fr gov gr hk hu ie il in info int io is it jp kr lt lv mil mx \
my name net nl no nu nz org pl pt ro ru se sg si sk to tr tv tw ua uk us ws za co.uk ac.uk org.uk gov.uk com.au net.au org.au com.br co.jp \
ne.jp or.jp ac.jp co.kr co.nz co.za com.cn com.tw com.hk com.mx onion";

/// Composites over what both sides find.
const COMPOSITES: &str = r#"
T_COMPOSITE { expression = "PRECEDENCE_BULK & HAS_LIST_UNSUB & !SUBJECT_ENDS_QUESTION"; score = 1.25; policy = "leave"; }
T_COMPOSITE_SUM { expression = "T_URL_TLD + T_SUBJECT_GLOB > 2"; score = 0.75; policy = "leave"; }
"#;

/// A rule of each type, filter and kind of map that needs no network.
const MULTIMAPS: &str = r#"
T_FROM_ANY { type = "from"; map = "$CONFDIR/maps/from.map"; score = 1.0; symbols = ["T_FROM_TWO"]; }
T_FROM_DOMAIN { type = "from"; filter = "email:domain"; map = ["example.org", "example.net T_FROM_NET:2.5"]; score = 0.5; }
T_RCPT_USER { type = "rcpt"; filter = "email:user"; map = "glob;$CONFDIR/maps/rcpt.glob"; score = 0.4; }
T_IP { type = "ip"; map = ["192.0.2.0/25", "198.51.100.7"]; score = 1.5; }
T_IP_FILE { type = "ip"; map = "$CONFDIR/maps/ip.map"; score = 1.0; }
T_HELO { type = "helo"; map = "regexp;$CONFDIR/maps/helo.re"; score = 0.3; }
T_HOSTNAME { type = "hostname"; filter = "tld"; map = ["example.org"]; score = 0.2; }
T_USER { type = "user"; map = ["bob", "alice 2"]; score = 0.1; }
T_SUBJECT_GLOB { type = "header"; header = "Subject"; glob = true; map = "$CONFDIR/maps/subject.glob"; score = 2.0; }
T_SUBJECT_MULTI { type = "header"; header = "Subject"; regexp = true; multi = true; map = "$CONFDIR/maps/subject.re"; score = 1.0; symbols = ["T_SUBJECT_A", "T_SUBJECT_B"]; }
T_FROM_HEADER { type = "header"; header = "From"; filter = "email:domain:tld"; map = "$CONFDIR/maps/domains.map"; score = 1.0; }
T_FROM_NAME { type = "header"; header = "From"; filter = "email:name"; regexp = true; map = "$CONFDIR/maps/names.re"; score = 0.7; }
T_TO_RE { type = "header"; header = ["To", "Cc"]; filter = "regexp:/@[a-z.]+/"; map = ["@example.com", "@localhost", "@linux.ie", "@spamassassin.taint.org"]; score = 0.6; }
T_MAILER { type = "header"; header = "X-Mailer"; map = "$CONFDIR/maps/mailer.map"; score = 0.25; }
T_URL_HOST { type = "url"; map = "$CONFDIR/maps/hosts.map"; score = 0.5; one_shot = true; }
T_URL_TLD { type = "url"; filter = "tld"; map = "$CONFDIR/maps/domains.map"; score = 1.5; one_shot = true; }
T_URL_FULL { type = "url"; filter = "full"; regexp = true; map = "$CONFDIR/maps/urls.re"; score = 1.0; one_shot = true; }
T_FILE { type = "filename"; filter = "extension"; map = ["gif", "jpg", "txt", "html", "doc", "exe"]; score = 0.8; one_shot = true; skip_archives = true; skip_detected = true; }
T_TEXT { type = "content"; filter = "text"; regexp = true; map = "$CONFDIR/maps/text.re"; score = 0.9; }
T_ONELINE { type = "content"; filter = "oneline"; regexp = true; map = "$CONFDIR/maps/text.re"; score = 0.35; }
T_BODY { type = "content"; filter = "body"; regexp = true; map = "$CONFDIR/maps/text.re"; score = 0.15; }
T_HEADERS { type = "content"; filter = "headers"; regexp = true; map = "$CONFDIR/maps/headers.re"; score = 0.45; }
T_RECEIVED { type = "received"; map = "$CONFDIR/maps/networks.map"; score = 0.55; one_shot = true; }
T_RECEIVED_BY { type = "received"; filter = "by_hostname"; regexp = true; map = "$CONFDIR/maps/by.re"; score = 0.65; one_shot = true; }
T_SELECTOR { type = "selector"; selector = "header('Message-ID').regexp('/@([^>]+)/').last.lower"; glob = true; map = "$CONFDIR/maps/subject.glob"; score = 0.33; }
T_SELECTOR_FROM { type = "selector"; selector = "from('mime'):domain.lower"; map = "$CONFDIR/maps/hosts.map"; score = 0.22; }
T_OPTIONS { type = "symbol_options"; target_symbol = "T_FROM_ANY"; map = ["alice@example.org"]; score = 0.11; }
T_REQUIRE { type = "header"; header = "Subject"; glob = true; map = "$CONFDIR/maps/subject.glob"; require_symbols = "PRECEDENCE_BULK & !T_URL_TLD"; score = 0.12; }
"#;

/// The maps' files.
const MAPS: &[(&str, &str)] = &[
    ("from.map", "# senders\nalice@example.org\nexample.net 2\ncarol T_FROM_TWO:3 # a comment\n\"quoted key\" 1\n"),
    ("rcpt.glob", "adm*\nb?b 2\nlist-[ab] 3\n"),
    ("ip.map", "203.0.113.0/24 T_IP_DOC:2\n2001:db8::/32\n198.51.100.7, 198.51.100.9 1.5\n"),
    ("helo.re", "/^mail\\./\n/\\.example\\.net$/i 2\n"),
    ("subject.glob", "*free*\nRe: 2\n[ILUG] 3\n*.com\nYour*\n"),
    ("subject.re", "/^re:/i T_SUBJECT_A:2\n/[!?]$/ T_SUBJECT_B\n/\\d{3,}/ T_SUBJECT_UNKNOWN:4\n/[\\x80-\\xff]/ 3\n/ü/iu\n"),
    (
        "domains.map",
        "yahoo.com\nHotmail.com 2\nsourceforge.net\nxent.com 1.5\nlinux.ie\nlockergnome.com\nmsn.com\nexample.org\nexample.com\n",
    ),
    ("names.re", "/^[A-Z][a-z]+ [A-Z][a-z]+$/\n/\\d/ 2\n/\"/ 3\n"),
    ("mailer.map", "Microsoft\nmutt\n\"Microsoft Outlook Express 6.00.2800.1106\" 2\n\"The Bat! (v1.61)\"\nMIME-tools\n"),
    (
        "hosts.map",
        "www.xent.com\nlists.sourceforge.net 2\nwww.linux.ie\nexample.sourceforge.net\nhotmail.com\nyahoo.com\nwww.hotmail.com\n",
    ),
    ("urls.re", "/\\/unsub/i 2\n/[?&]id=/\n/^https:/ 1.5\n/:\\d+\\//\n"),
    ("text.re", "/click\\s+here/i\n/\\bmortgage\\b/i 2\n/^> /m\n/unsubscribe$/m 1.5\n"),
    ("headers.re", "/^Received: from unknown/m\n/^X-Mailer: .*MIME/m 2\n/^Return-Path:/\n"),
    ("networks.map", "64.0.0.0/8\n193.120.0.0/16 2\n127.0.0.0/8 1.5\n10.0.0.0/8\n213.105.180.140\n"),
    ("by.re", "/example\\.com$/\n/^localhost/ 2\n/taint\\.org/i 1.5\n"),
];

/// Envelopes, one of which each message gets.
fn envelope(random: &mut Random) -> Envelope {
    let pick = |random: &mut Random, words: &[&str]| {
        let word = *random.pick(words);
        (!word.is_empty()).then(|| word.to_owned())
    };
    Envelope {
        from: pick(random, &["alice@example.org", "bob@example.net", "carol@example.com", "www-data@www.example.org"]),
        rcpt: pick(random, &["admin@example.org", "bob@example.org", "list-a@example.org", "x@example.org"]).into_iter().collect(),
        ip: random.pick(&["192.0.2.7", "192.0.2.200", "198.51.100.9", "203.0.113.5", "2001:db8::1"]).parse().ok(),
        helo: pick(random, &["mail.example.org", "x.EXAMPLE.net", "other"]),
        hostname: pick(random, &["mx.example.org", "host.example.com"]),
        user: pick(random, &["", "bob", "alice", "dave"]),
    }
}

/// What a campaign found.
#[derive(Clone, Debug, Default)]
pub struct Found {
    /// Messages.
    pub messages: usize,
    /// Rules of the module `regexp`.
    pub regexps: usize,
    /// Symbols that both found.
    pub both: usize,
    /// Symbols that tamis alone found, with how often and in which messages.
    pub ours: BTreeMap<String, Vec<String>>,
    /// Symbols that Rspamd alone found.
    pub theirs: BTreeMap<String, Vec<String>>,
    /// Symbols that both found and score otherwise.
    pub scores: BTreeMap<String, Vec<String>>,
    /// Symbols that both found with other options.
    pub options: BTreeMap<String, Vec<String>>,
    /// Symbols of those modules that were found at all.
    pub kinds: BTreeSet<String>,
    /// Symbols that tamis says it did not evaluate, and how often Rspamd found them.
    pub not_evaluated: BTreeMap<String, usize>,
}

impl Found {
    /// Of what tamis found, the part that Rspamd found, too; per thousand thousand.
    #[must_use]
    pub fn precision(&self) -> f64 {
        part(self.both, self.ours.values().map(Vec::len).sum())
    }

    /// Of what Rspamd found, the part that tamis found, too.
    #[must_use]
    pub fn recall(&self) -> f64 {
        part(self.both, self.theirs.values().map(Vec::len).sum())
    }

    /// How many symbols score otherwise.
    #[must_use]
    pub fn other_scores(&self) -> usize {
        self.scores.values().map(Vec::len).sum()
    }
}

fn part(both: usize, rest: usize) -> f64 {
    let number = |count: usize| u32::try_from(count).map_or(f64::MAX, f64::from);
    if both + rest == 0 { 1.0 } else { number(both) / number(both + rest) }
}

impl fmt::Display for Found {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (title, rows) in
            [("only tamis", &self.ours), ("only rspamd", &self.theirs), ("other scores", &self.scores), ("other options", &self.options)]
        {
            for (symbol, messages) in rows {
                let shown: Vec<&str> = messages.iter().take(4).map(String::as_str).collect();
                writeln!(f, "{title:<14}{:>6}  {symbol}  {}", messages.len(), shown.join("; "))?;
            }
        }
        for (symbol, count) in self.not_evaluated.iter().filter(|(_, count)| **count > 0) {
            writeln!(f, "not evaluated {count:>6}  {symbol}")?;
        }
        write!(
            f,
            "{} messages, {} regexp rules, {} symbols of {} kinds found by both; precision {:.4}, recall {:.4}, {} other scores",
            self.messages,
            self.regexps,
            self.both,
            self.kinds.len(),
            self.precision(),
            self.recall(),
            self.other_scores()
        )
    }
}

/// Compares the symbols of the modules `regexp` and `multimap` on messages: the first `most` of the files in some folders, spread evenly.
///
/// # Errors
/// The real program cannot be run.
pub fn compare(rspamd: &Rspamd, folders: &[PathBuf], most: usize, seed: u64) -> io::Result<Found> {
    let mut files: Vec<PathBuf> = Vec::new();
    for folder in folders {
        mails(folder, &mut files)?;
    }
    files.sort();
    let step = files.len().div_ceil(most.max(1)).max(1);
    let skipped = files.len().saturating_sub(most);
    // Every so many, so that all folders are in it.
    let chosen: Vec<&PathBuf> = if skipped == 0 { files.iter().collect() } else { spread(&files, most, step) };
    let sandbox = Sandbox::new()?;
    let port = prepare(&sandbox)?;
    let rules = ours(&sandbox)?;
    let server = match Server::start(rspamd, &sandbox, port)? {
        Ok(server) => server,
        Err(said) => return Err(io::Error::other(said)),
    };
    let mut found = Found { regexps: rules.rules.regexps(), ..Found::default() };
    for (at, file) in chosen.into_iter().enumerate() {
        let bytes = fs::read(file)?;
        // An empty message is none, for the real program.
        if bytes.iter().all(u8::is_ascii_whitespace) {
            continue;
        }
        let envelope = envelope(&mut Random::part(seed, at as u64));
        let answer = server.check(&bytes, &headers(&envelope))?;
        let answer: Value =
            serde_json::from_str(&answer).map_err(|error| io::Error::other(format!("{}: {error}: {answer}", file.display())))?;
        if answer.get("is_skipped").and_then(Value::as_bool) == Some(true) {
            continue;
        }
        let name = file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        rules.one(&name, &bytes, &envelope, &answer, &mut found);
    }
    Ok(found)
}

/// `most` of the files, evenly.
fn spread(files: &[PathBuf], most: usize, step: usize) -> Vec<&PathBuf> {
    let mut out: Vec<&PathBuf> = Vec::new();
    for offset in 0..step {
        out.extend(files.iter().skip(offset).step_by(step));
        if out.len() >= most {
            break;
        }
    }
    out.truncate(most);
    out
}

fn mails(folder: &Path, out: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            mails(&path, out)?;
        } else {
            out.push(path);
        }
    }
    Ok(())
}

fn headers(envelope: &Envelope) -> String {
    let mut out = Vec::new();
    let text = |name, value: &Option<String>, out: &mut Vec<(&'static str, String)>| out.extend(value.clone().map(|value| (name, value)));
    text("From", &envelope.from, &mut out);
    text("Helo", &envelope.helo, &mut out);
    text("Hostname", &envelope.hostname, &mut out);
    text("User", &envelope.user, &mut out);
    out.extend(envelope.rcpt.iter().map(|rcpt| ("Rcpt", rcpt.clone())));
    out.extend(envelope.ip.map(|ip| ("IP", ip.to_string())));
    out.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect()
}

/// Lays the installed configuration out in a sandbox, with ours over it.
fn prepare(sandbox: &Sandbox) -> io::Result<u16> {
    let port = server::prepare(sandbox, &[], false)?;
    copy(sandbox, Path::new(STOCK), "etc")?;
    for folder in ["etc/local.d", "etc/override.d", "etc/maps"] {
        sandbox.folder(folder)?;
    }
    for module in OFF {
        sandbox.file(&format!("etc/override.d/{module}.conf"), b"enabled = false;\n")?;
    }
    let worker = format!("bind_socket = \"127.0.0.1:{port}\"; count = 1; mime = true;\n");
    sandbox.file("etc/override.d/worker-normal.inc", worker.as_bytes())?;
    // Sockets of the others are never opened: none of them is started.
    for worker in ["controller", "proxy", "fuzzy"] {
        sandbox.file(&format!("etc/override.d/worker-{worker}.inc"), b"enabled = false; count = 0; bind_socket = \"127.0.0.1:1\";\n")?;
    }
    sandbox.file("etc/local.d/logging.inc", b"type = \"console\"; level = \"error\";\n")?;
    sandbox.file("etc/local.d/options.inc", OPTIONS.as_bytes())?;
    let suffixes: Vec<&str> = SUFFIXES.split_ascii_whitespace().collect();
    sandbox.file("etc/tld.dat", suffixes.join("\n").as_bytes())?;
    for entry in fs::read_dir(Path::new(STOCK).join("scores.d"))? {
        let name = entry?.file_name().to_string_lossy().into_owned();
        sandbox.file(&format!("etc/local.d/{name}"), b"max_score = 0;\n")?;
    }
    sandbox.file("etc/composites.conf", format!("composites {{\n{COMPOSITES}\n}}\n").as_bytes())?;
    // The stock multimaps ask the network: nothing else of the file is needed.
    sandbox.file("etc/modules.d/multimap.conf", format!("multimap {{\n{MULTIMAPS}\n}}\n").as_bytes())?;
    for (name, text) in MAPS {
        sandbox.file(&format!("etc/maps/{name}"), text.as_bytes())?;
    }
    Ok(port)
}

fn copy(sandbox: &Sandbox, from: &Path, to: &str) -> io::Result<()> {
    sandbox.folder(to)?;
    for entry in fs::read_dir(from)? {
        let path = entry?.path();
        let name = format!("{to}/{}", path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default());
        if path.is_dir() {
            copy(sandbox, &path, &name)?;
        } else {
            sandbox.file(&name, &fs::read(&path)?)?;
        }
    }
    Ok(())
}

/// tamis with the same configuration.
struct Ours {
    config: tamis::rspamd::Config,
    rules: Rules,
    /// Symbols that are compared.
    compared: BTreeSet<String>,
}

fn ours(sandbox: &Sandbox) -> io::Result<Ours> {
    let mut variables = server::variables(sandbox);
    for (name, value) in
        [("PLUGINSDIR", "/usr/share/rspamd/plugins"), ("SHAREDIR", "/usr/share/rspamd"), ("RULESDIR", RULES), ("VERSION", "3.4")]
    {
        variables.push((name.to_owned(), value.to_owned()));
    }
    let etc = sandbox.path().join("etc").to_string_lossy().into_owned();
    let mut files = Files::new();
    let loaded = loop {
        let loaded = load(&format!("{etc}/rspamd.conf"), &files, &variables, Version::DEBIAN_12);
        if loaded.wanted.is_empty() {
            break loaded;
        }
        loaded.wanted.iter().for_each(|wanted| layers::find(&mut files, wanted));
    };
    if loaded.refused {
        return Err(io::Error::other(format!("tamis refuses the configuration: {:?}", loaded.diagnostics)));
    }
    let places = tamis_lua::Places { rules: RULES.to_owned(), local: etc, version: "3.4".to_owned() };
    let mut texts = Texts::new();
    let lua = loop {
        let lua = tamis_lua::load(&places, &texts, tamis_lua::Limits::default());
        if lua.wanted.is_empty() {
            break lua;
        }
        lua.wanted.iter().for_each(|path| give(&mut texts, path));
    };
    if let Some(failure) = lua.failures.first() {
        return Err(io::Error::other(format!("{failure:?}")));
    }
    let document = loaded.dump();
    let rules = loop {
        let rules = Rules::new(&document, Version::DEBIAN_12, &lua.declared, &texts);
        if rules.wanted.is_empty() {
            break rules;
        }
        rules.wanted.iter().for_each(|path| give(&mut texts, path));
    };
    if let Some(problem) = rules.problems.first() {
        return Err(io::Error::other(format!("{problem:?}")));
    }
    let mut config = loaded.config;
    rules.register(&mut config);
    let mut compared: BTreeSet<String> = rules.symbols().map(str::to_owned).collect();
    for (_, text) in MAPS {
        compared
            .extend(text.split(|char: char| char.is_whitespace() || char == ':').filter(|word| word.starts_with("T_")).map(str::to_owned));
    }
    compared.extend(rules.natives().map(str::to_owned));
    compared.extend(["T_FROM_NET", "T_COMPOSITE", "T_COMPOSITE_SUM"].map(str::to_owned));
    Ok(Ours { config, rules, compared })
}

fn give(texts: &mut Texts, path: &str) {
    texts.insert(path.to_owned(), fs::read(path).ok().map(|text| String::from_utf8_lossy(&text).into_owned()));
}

impl Ours {
    fn one(&self, name: &str, bytes: &[u8], envelope: &Envelope, answer: &Value, found: &mut Found) {
        found.messages += 1;
        let hits = self.rules.evaluate(bytes, envelope);
        let mut config = self.config.clone();
        hits.register(&mut config);
        let result = scan(&config, &hits.hits);
        let skipped: BTreeSet<&str> = hits.not_evaluated.iter().map(|one| one.symbol.as_str()).collect();
        let ours: BTreeMap<&str, (f64, BTreeSet<&str>)> = result
            .symbols
            .iter()
            .filter(|symbol| !symbol.removed && self.compared.contains(&symbol.name))
            .map(|symbol| (symbol.name.as_str(), (symbol.score, symbol.options.iter().map(String::as_str).collect())))
            .collect();
        let empty = serde_json::Map::new();
        let symbols = answer.get("symbols").and_then(Value::as_object).unwrap_or(&empty);
        for (symbol, value) in symbols.iter().filter(|(symbol, _)| self.compared.contains(*symbol)) {
            found.kinds.insert(symbol.clone());
            let score = value.get("score").and_then(Value::as_f64).unwrap_or(f64::NAN);
            let options: BTreeSet<&str> = value
                .get("options")
                .and_then(Value::as_array)
                .map(|options| options.iter().filter_map(Value::as_str).collect())
                .unwrap_or_default();
            if skipped.contains(symbol.as_str()) {
                *found.not_evaluated.entry(symbol.clone()).or_default() += 1;
                continue;
            }
            match ours.get(symbol.as_str()) {
                None => found.theirs.entry(symbol.clone()).or_default().push(name.to_owned()),
                Some((own, own_options)) => {
                    found.both += 1;
                    if (own - score).abs() > 1e-6 {
                        found.scores.entry(symbol.clone()).or_default().push(format!("{name} {own} {score}"));
                    }
                    if *own_options != options {
                        found.options.entry(symbol.clone()).or_default().push(format!("{name} {own_options:?} {options:?}"));
                    }
                }
            }
        }
        for symbol in ours.keys().filter(|symbol| !symbols.contains_key(**symbol)) {
            found.ours.entry((*symbol).to_owned()).or_default().push(name.to_owned());
        }
    }
}
