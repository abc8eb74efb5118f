//! The installed configuration under random local files, as tamis and `rspamadm configdump` read it.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io;
use std::path::Path;
use std::time::Duration;

use serde_json::Value;
use tamis::diagnostic::{Diagnostic, Language};
use tamis::rspamd::check::{Facts, check};
use tamis::rspamd::{Loaded, Version, load};
use tamis::ucl::{File, Files, Wanted, compact};

use super::{Compared, Rspamd};
use crate::generate::Random;
use crate::process::{self, End};
use crate::programs::Sandbox;

/// The installed configuration.
const STOCK: &str = "/etc/rspamd";

/// Compares `cases` layerings; the first one has no local files at all.
///
/// # Errors
/// The real program cannot be run.
pub fn compare(rspamd: &Rspamd, cases: usize, seed: u64) -> io::Result<Compared> {
    let mut compared = Compared::default();
    // The installed files are read once.
    let mut files = Files::new();
    for case in 0..cases {
        let sandbox = Sandbox::new()?;
        for folder in ["local.d", "override.d", "db", "run", "log"] {
            sandbox.folder(folder)?;
        }
        let mut random = Random::part(seed, case as u64);
        let mut written = String::new();
        if case > 0 {
            for (name, text) in local_files(&mut random) {
                sandbox.file(&name, text.as_bytes())?;
                let _ = writeln!(written, "## {name}\n{text}");
            }
        }
        let variables = variables(&sandbox);
        let mut command = sandbox.command(&rspamd.rspamadm);
        for (name, value) in &variables {
            if value.starts_with(sandbox.path().to_str().unwrap_or("")) {
                command.arg(format!("--var={name}={value}"));
            }
        }
        command.args(["configdump", "-C", "-c", "/etc/rspamd/rspamd.conf"]);
        let ended = process::run(&mut command, b"", Duration::from_secs(120))?;
        let said = ended.text();
        // Complaints of modules come first; the configuration is the last line.
        let theirs = said.lines().rev().find(|line| line.starts_with('{')).and_then(|line| serde_json::from_str::<Value>(line).ok());
        let loaded = read(&mut files, &variables);
        let why: Vec<&str> = loaded.diagnostics.iter().map(|finding| finding.code.facts().id).collect();
        match (loaded.refused, theirs) {
            (true, None) if ended.end != End::Exit(0) => {
                compared.same += 1;
                compared.refused += 1;
            }
            (false, Some(theirs)) => {
                let ours: Value = serde_json::from_str(&compact(&loaded.dump())).map_err(io::Error::other)?;
                let mut differences = Vec::new();
                differ("", &ours, &theirs, &mut differences);
                if differences.is_empty() {
                    compared.same += 1;
                } else {
                    compared.different.push([written, differences.join("\n"), String::new()]);
                }
            }
            (refused, theirs) => {
                let theirs = if theirs.is_some() { "accepts".to_owned() } else { said };
                compared.different.push([written, format!("refused: {refused} {why:?}"), theirs]);
            }
        }
    }
    Ok(compared)
}

/// Reads the installed configuration; files that are known already are not read again.
fn read(files: &mut Files, variables: &[(String, String)]) -> Loaded {
    loop {
        let loaded = load("/etc/rspamd/rspamd.conf", files, variables, Version::DEBIAN_12);
        if loaded.wanted.is_empty() {
            return loaded;
        }
        for wanted in loaded.wanted {
            find(files, &wanted);
        }
    }
}

/// What `tamis check` finds in the installed configuration as it is, without local files: `path:line: code: sentence`.
///
/// # Errors
/// No folder can be made for its state.
pub fn findings() -> io::Result<Vec<String>> {
    let sandbox = Sandbox::new()?;
    let mut files = Files::new();
    let loaded = read(&mut files, &variables(&sandbox));
    let checked = check(&loaded, Facts { files: &files, names: &[] });
    let line = |finding: &Diagnostic| {
        let source = loaded.sources.get(finding.unit as usize);
        let (path, text) = source.map_or(("", ""), |source| (source.path.as_str(), source.text.as_str()));
        let line = text.bytes().take(finding.range.start as usize).filter(|byte| *byte == b'\n').count() + 1;
        format!("{path}:{line}: {}: {}", finding.code.facts().id, finding.message(Language::En))
    };
    Ok(checked.diagnostics.iter().map(line).collect())
}

/// As Debian builds Rspamd, the local folder and the state moved to a sandbox.
fn variables(sandbox: &Sandbox) -> Vec<(String, String)> {
    let path = |name: &str| format!("{}{name}", sandbox.path().display());
    [
        ("CONFDIR", STOCK.to_owned()),
        ("LOCAL_CONFDIR", path("")),
        ("RUNDIR", path("/run")),
        ("DBDIR", path("/db")),
        ("LOGDIR", path("/log")),
        ("PLUGINSDIR", "/usr/share/rspamd/plugins".to_owned()),
        ("SHAREDIR", "/usr/share/rspamd".to_owned()),
        ("RULESDIR", "/usr/share/rspamd/rules".to_owned()),
        ("WWWDIR", "/usr/share/rspamd/www".to_owned()),
        ("PREFIX", "/usr".to_owned()),
        ("VERSION", "3.4".to_owned()),
        ("VERSION_MAJOR", "3".to_owned()),
        ("VERSION_MINOR", "4".to_owned()),
        ("BRANCH_VERSION", "3".to_owned()),
    ]
    .map(|(name, value)| (name.to_owned(), value))
    .to_vec()
}

/// Gives what is asked for.
pub(super) fn find(files: &mut Files, wanted: &Wanted) {
    match wanted {
        Wanted::File(name) => {
            let file = std::fs::read(name).ok().map(|text| File {
                path: std::fs::canonicalize(name).unwrap_or_default().to_string_lossy().into_owned(),
                text: String::from_utf8_lossy(&text).into_owned(),
            });
            files.insert(name.clone(), file);
        }
        Wanted::Glob(pattern) => {
            // The shipped configuration has `folder/*.conf` only.
            let path = Path::new(pattern);
            let folder = path.parent().unwrap_or(path);
            let mut names: Vec<String> = std::fs::read_dir(folder)
                .into_iter()
                .flatten()
                .flatten()
                .map(|entry| entry.path().to_string_lossy().into_owned())
                .filter(|name| name.ends_with(".conf"))
                .collect();
            names.sort();
            files.insert_glob(pattern.clone(), names);
        }
    }
}

/// Where two values differ. An empty table of Lua is neither array nor object.
fn differ(path: &str, ours: &Value, theirs: &Value, out: &mut Vec<String>) {
    let is_empty = |value: &Value| value.as_array().is_some_and(Vec::is_empty) || value.as_object().is_some_and(serde_json::Map::is_empty);
    match (ours, theirs) {
        (Value::Object(a), Value::Object(b)) => {
            let keys: BTreeMap<&String, ()> = a.keys().chain(b.keys()).map(|key| (key, ())).collect();
            for key in keys.keys() {
                // Rules written in Lua put themselves there.
                if path == "/regexp" && !a.contains_key(*key) || path.is_empty() && *key == "regexp" && !a.contains_key(*key) {
                    continue;
                }
                differ(&format!("{path}/{key}"), a.get(*key).unwrap_or(&Value::Null), b.get(*key).unwrap_or(&Value::Null), out);
            }
        }
        (Value::Array(a), Value::Array(b)) if a.len() == b.len() => {
            for (place, (a, b)) in a.iter().zip(b).enumerate() {
                differ(&format!("{path}/{place}"), a, b, out);
            }
        }
        (Value::Number(a), Value::Number(b)) if (a.as_f64().unwrap_or(0.0) - b.as_f64().unwrap_or(1.0)).abs() < 1e-6 => {}
        (a, b) if a == b || (is_empty(a) && is_empty(b)) => {}
        (a, b) => out.push(format!("{path}: {a} <> {b}")),
    }
}

/// Local files as an administrator writes them, some with a mistake.
fn local_files(random: &mut Random) -> Vec<(String, String)> {
    let mut files: BTreeMap<String, String> = BTreeMap::new();
    for _ in 0..=random.below(4) {
        let (name, text) = local_file(random);
        files.entry(name).or_default().push_str(&text);
    }
    files.into_iter().collect()
}

fn local_file(random: &mut Random) -> (String, String) {
    let folder = if random.chance(70) { "local.d" } else { "override.d" };
    let score = *random.pick(&["1.5", "0", "-3", "7", "0.25"]);
    match random.below(14) {
        0 => {
            let text =
                random.pick(&["reject = 20;\n", "add_header = 5\ngreylist = null;\n", "subject = \"SPAM %s\";\n", "reject = null;\n"]);
            (format!("{folder}/actions.conf"), (*text).to_owned())
        }
        1 => {
            let group = random.pick(&["headers", "policies", "hfilter", "mime_types", "statistics", "subject", "rbl"]);
            let symbol = random.pick(&["FORGED_SENDER", "R_SPF_ALLOW", "BAYES_SPAM", "MY_OWN", "MAILLIST"]);
            (format!("{folder}/{group}_group.conf"), format!("symbols {{\n  \"{symbol}\" {{ weight = {score}; }}\n}}\n"))
        }
        2 => (
            format!("{folder}/groups.conf"),
            format!("group \"mine\" {{\n  symbols {{ MINE {{ score = {score}; description = \"mine\"; }} }}\n}}\n"),
        ),
        3 => {
            (format!("{folder}/composites.conf"), format!("MY_COMPOSITE {{ expression = \"BAYES_SPAM & !MAILLIST\"; score = {score}; }}\n"))
        }
        4 => {
            let text = random.pick(&[
                "dns { timeout = 2s; }\n",
                "local_addrs = [10.0.0.0/8, \"192.168.0.0/16\"];\n",
                "max_message = 20Mb;\n",
                "task_timeout = 5min\n",
            ]);
            (format!("{folder}/options.inc"), (*text).to_owned())
        }
        5 => (
            format!("{folder}/multimap.conf"),
            format!("LIST {{\n  type = \"from\";\n  map = \"$LOCAL_CONFDIR/list.map\";\n  score = {score};\n}}\n"),
        ),
        6 => (format!("{folder}/worker-controller.inc"), "password = \"q1\"; secure_ip = \"127.0.0.1\";\n".to_owned()),
        7 => (
            format!("{folder}/redis.conf"),
            "servers = \"127.0.0.1\";\n.include(try=true,priority=5) \"$LOCAL_CONFDIR/local.d/more.conf\"\n".to_owned(),
        ),
        8 => ("rspamd.conf.local".to_owned(), format!("own {{ key = {score}; list = [1, 2]; }}\n")),
        9 => ("rspamd.conf.override".to_owned(), format!("actions {{ reject = 30; add_header = {score}; }}\n")),
        10 => (
            format!("{folder}/milter_headers.conf"),
            "use = [\"x-spamd-bar\", \"x-spam-level\"];\nextended_spam_headers = yes;\n".to_owned(),
        ),
        11 => (format!("{folder}/greylist.conf"), "timeout = 10min; expire = 1d;\nwhitelisted_ip = [];\nenabled = false;\n".to_owned()),
        12 => {
            let (module, text) = random.pick(&[
                ("surbl", "rules { \"OWN_SURBL\" { suffix = \"multi.example.org\"; bits { ONE_BIT = 8; } check_dkim = true; options = noip; } }\n"),
                ("surbl", "rules { \"A_SURBL\" { suffix = \"a.example.org\"; ips { A_ONE = \"127.0.0.1\"; } check_emails = true; } }\nwhitelist = \"w\";\n"),
                ("emails", "rules { \"OWN_EMAILS\" { dnsbl = \"e.example.org\"; hash = md5; hashlen = 32; expect_ip = \"127.0.0.2\"; } }\n"),
                ("emails", "rules { \"B_EMAILS\" { dnsbl = \"b.example.org\"; skip_body = true; domain_only = true; delimiter = \".\"; } }\n"),
            ]);
            (format!("{folder}/{module}.conf"), (*text).to_owned())
        }
        _ => {
            let text = random.pick(&["key = \"open\n", "a { b = 1;\n", "= 5\n", "name = {};\n", "text = <<EOD\none\ntwo\nEOD\n"]);
            (format!("{folder}/{}.conf", random.pick(&["arc", "dkim", "spf", "phishing"])), (*text).to_owned())
        }
    }
}
