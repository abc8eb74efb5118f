//! What a page needs to ask about scores: a configuration, a recorded verdict or many, and changes. The state is kept between calls, since a
//! slider asks many times a second.

use tamis::diagnostic::Language;
use tamis::rspamd::deploy::{Changes, From, deploy};
use tamis::rspamd::ledger::place;
use tamis::rspamd::record::{Form, Recorded, Replay, from_line, from_message, replay};
use tamis::rspamd::whatif::{Corpus, Names, Plans, Rules, Verdict, report};
use tamis::rspamd::{Config, Loaded, Surroundings, Version, load_within};
use tamis::text::{Encoding, LineIndex};
use tamis::ucl::{Files, Wanted};

use crate::ledger::{Explained, write_place};
use crate::read::read_any;
use crate::record::records;
use crate::write::Writer;
use crate::{VERSION, failed};

/// The folder that a page's files are thought to be in.
const ROOT: &str = "/";

/// A configuration, and what was asked about it.
#[derive(Debug)]
pub struct Scores {
    files: Files,
    main: String,
    surroundings: Surroundings,
    loaded: Loaded,
    record: Option<(Recorded, Replay)>,
    names: Names,
    corpus: Corpus,
    plans: Plans,
    verdicts: [Vec<Verdict>; 2],
}

impl Scores {
    /// Reads a configuration: `{"rspamd":"3.4","files":{"rspamd.conf":"…","local.d/actions.conf":"…"}}`. What else its files want is not there.
    ///
    /// # Errors
    /// What is wrong with the request, or that none of the files is `rspamd.conf`.
    pub fn new(request: &str) -> Result<Self, String> {
        let (mut texts, mut version) = (Vec::new(), Version::DEBIAN_12);
        read_any(request, |reader| {
            reader.object("request", &mut |reader, name| {
                match name {
                    "files" => reader.object(name, &mut |reader, path| {
                        texts.push((format!("{ROOT}{path}"), reader.string(path)?));
                        Ok(())
                    })?,
                    "rspamd" => version = parse_version(&reader.string(name)?)?,
                    _ => {}
                }
                reader.rest()
            })
        })?;
        // The one nearest to the top: a backup may lie deeper.
        let mains = texts.iter().map(|(path, _)| path).filter(|path| path.ends_with("/rspamd.conf"));
        let main = mains.min_by_key(|path| path.len()).cloned().ok_or("none of the files is rspamd.conf")?;
        let folder = main.rsplit_once('/').map_or("", |(folder, _)| folder).to_owned();
        let known = [("CONFDIR", folder.clone()), ("LOCAL_CONFDIR", folder), ("DBDIR", "/db".into()), ("RUNDIR", "/run".into())];
        let variables = known.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        let surroundings = Surroundings { version, variables, environment: Vec::new() };
        let mut files = Files::new();
        for (path, text) in &texts {
            files.add(path, text.clone());
        }
        let loaded = loop {
            let loaded = load_within(&main, &files, &surroundings);
            if loaded.wanted.is_empty() {
                break loaded;
            }
            for wanted in loaded.wanted {
                match wanted {
                    Wanted::File(name) => files.insert(name, None),
                    Wanted::Glob(pattern) => {
                        let names = texts.iter().map(|(path, _)| path).filter(|path| fits(path, &pattern));
                        files.insert_glob(pattern.clone(), names.cloned().collect());
                    }
                }
            }
        };
        Ok(Self {
            files,
            main,
            surroundings,
            loaded,
            record: None,
            names: Names::default(),
            corpus: Corpus::default(),
            plans: Plans::default(),
            verdicts: [Vec::new(), Vec::new()],
        })
    }

    /// What the configuration has: findings, actions, how many symbols.
    #[must_use]
    pub fn about(&self, lang: &str) -> String {
        let language = Language::from_tag(lang);
        let mut out = Writer::default();
        out.open('{');
        out.count("version", VERSION.into());
        out.name("refused");
        out.flag(Some(self.loaded.refused));
        out.count("symbols", self.loaded.config.symbols().len() as u64);
        out.begin("findings", '[');
        for finding in &self.loaded.diagnostics {
            let source = self.loaded.sources.get(finding.unit as usize);
            out.open('{');
            out.text("code", finding.code.facts().id);
            out.text("severity", finding.severity.name());
            out.text("message", &finding.message(language));
            out.text("file", source.map_or("", |source| source.path.trim_start_matches('/')));
            let line =
                source.map_or(0, |source| LineIndex::new(&source.text).position(&source.text, finding.range.start, Encoding::Utf8).line);
            out.count("line", line.into());
            out.close('}');
        }
        out.close(']');
        out.close('}');
        out.finish()
    }

    /// Takes the verdict of a message, a header field, JSON or a line of a log; says how many there are.
    ///
    /// # Errors
    /// What is wrong with the JSON, or that there is no verdict.
    pub fn open(&mut self, bytes: &[u8]) -> Result<usize, String> {
        let mut found = verdicts(bytes)?.into_iter();
        let count = found.len();
        let first = found.next().ok_or("no verdict of Rspamd")?;
        let replayed = replay(&first, &self.loaded.config);
        self.record = Some((first, replayed));
        Ok(count)
    }

    /// The account of the verdict under changes: `{"scores":{"A":1.5},"thresholds":{"reject":12},"lang":"en"}`, and the change as text to
    /// deploy.
    #[must_use]
    pub fn explain(&self, request: &str) -> String {
        let (changes, language) = match changes(request) {
            Ok(read) => read,
            Err(error) => return failed(&error),
        };
        let Some((recorded, replayed)) = &self.record else { return failed("no verdict was opened") };
        let mut config = self.loaded.config.clone();
        let _ = changes.apply(&mut config);
        let result = replayed.scan(&config);
        let changed: Vec<&str> = changes.scores.iter().map(|(name, _)| name.as_str()).collect();
        let explained =
            Explained { loaded: &self.loaded, config: &config, result: &result, recorded: Some((recorded, replayed)), changed: &changed };
        explained.json(language)
    }

    /// The changes as text for the administrator's own files.
    #[must_use]
    pub fn deploy(&self, request: &str) -> String {
        let (changes, _) = match changes(request) {
            Ok(read) => read,
            Err(error) => return failed(&error),
        };
        let from = From { main: &self.main, files: &self.files, surroundings: &self.surroundings };
        let deployed = deploy(&changes, &from, &self.loaded);
        let mut out = Writer::default();
        out.open('{');
        out.count("version", VERSION.into());
        out.begin("files", '[');
        for file in &deployed.files {
            out.open('{');
            out.text("path", file.path.trim_start_matches('/'));
            out.name("new");
            out.flag(Some(file.before.is_none()));
            out.text("text", &file.after);
            out.close('}');
        }
        out.close(']');
        out.begin("without_effect", '[');
        deployed.without_effect.iter().for_each(|name| out.string(name));
        out.close(']');
        out.close('}');
        out.finish()
    }

    /// Takes many verdicts, to be counted again after each change; says how many.
    ///
    /// # Errors
    /// What is wrong with the JSON.
    pub fn corpus(&mut self, bytes: &[u8]) -> Result<usize, String> {
        let found = verdicts(bytes)?;
        let rules = Rules::new(&self.loaded.config, &mut self.names);
        self.corpus = Corpus::new(&[&rules]);
        for recorded in found.iter().filter(|recorded| recorded.form != Form::SpamAssassin) {
            self.corpus.push(&replay(recorded, &self.loaded.config), &mut self.names);
        }
        let (plans, before) = rules.plan(&self.corpus, &self.names);
        (self.plans, self.verdicts) = (plans, [before, Vec::new()]);
        Ok(self.corpus.len())
    }

    /// What changes do to the many: how many have which action, before and after.
    #[must_use]
    pub fn recount(&mut self, request: &str) -> String {
        let changes = match changes(request) {
            Ok((changes, _)) => changes,
            Err(error) => return failed(&error),
        };
        let mut config: Config = self.loaded.config.clone();
        let _ = changes.apply(&mut config);
        let rules = Rules::new(&config, &mut self.names);
        let [before, after] = &mut self.verdicts;
        rules.again(&self.corpus, &self.plans, &self.names, after);
        let told = report(before, after, &[], &[], &self.names);
        let mut out = Writer::default();
        out.open('{');
        out.count("version", VERSION.into());
        out.count("moved", told.moved as u64);
        out.count("otherwise", told.changes.len() as u64);
        out.begin("actions", '[');
        for (action, tally) in &told.actions {
            let [before, after] = tally.all;
            out.open('{');
            out.text("action", action);
            out.count("before", before as u64);
            out.count("after", after as u64);
            out.close('}');
        }
        out.close(']');
        out.close('}');
        out.finish()
    }

    /// The place where a symbol's score was written, as JSON.
    #[must_use]
    pub fn place(&self, symbol: &str) -> String {
        let origin = self.loaded.config.symbol(symbol).and_then(|symbol| symbol.origin);
        let mut out = Writer::default();
        out.open('{');
        write_place(&mut out, origin.and_then(|origin| place(&self.loaded, origin)).as_ref());
        out.close('}');
        out.finish()
    }
}

/// All verdicts of some bytes: JSON of one or many or in lines, a message, a log.
fn verdicts(bytes: &[u8]) -> Result<Vec<Recorded>, String> {
    let text = String::from_utf8_lossy(bytes);
    let start = text.trim_start();
    if start.starts_with(['{', '[']) || start.starts_with("Results for file") {
        let whole = records(start);
        if whole.is_ok() || !start.contains("}\n{") {
            return whole;
        }
        let mut out = Vec::new();
        for line in start.lines().filter(|line| line.contains('{')) {
            out.append(&mut records(line)?);
        }
        return Ok(out);
    }
    if let Some(recorded) = from_message(bytes) {
        return Ok(vec![recorded]);
    }
    Ok(text.lines().filter_map(from_line).collect())
}

fn changes(request: &str) -> Result<(Changes, Language), String> {
    let (mut changes, mut language) = (Changes::default(), Language::En);
    read_any(request, |reader| {
        reader.object("request", &mut |reader, name| {
            match name {
                "scores" | "thresholds" => {
                    let list = if name == "scores" { &mut changes.scores } else { &mut changes.thresholds };
                    reader.object(name, &mut |reader, name| {
                        let number = reader.float().ok_or_else(|| format!("`{name}` must be a number"))?;
                        list.push((name.to_owned(), number));
                        Ok(())
                    })?;
                }
                "lang" => language = Language::from_tag(&reader.string(name)?),
                _ => {}
            }
            reader.rest()
        })
    })?;
    Ok((changes, language))
}

fn parse_version(text: &str) -> Result<Version, String> {
    let mut parts = text.split('.').map(str::parse);
    match (parts.next(), parts.next()) {
        (Some(Ok(major)), Some(Ok(minor))) => Ok(Version { major, minor }),
        _ => Err(format!("`rspamd` must be a version such as 3.4, not `{text}`")),
    }
}

/// `folder/*.conf`, which is how the shipped configuration uses patterns.
fn fits(path: &str, pattern: &str) -> bool {
    let (Some((folder, name)), Some((wanted, last))) = (path.rsplit_once('/'), pattern.rsplit_once('/')) else { return false };
    let Some((start, end)) = last.split_once('*') else { return path == pattern };
    folder == wanted && name.len() >= start.len() + end.len() && name.starts_with(start) && name.ends_with(end) && !name.starts_with('.')
}

#[cfg(test)]
mod tests {
    use super::*;

    const CONFIG: &str = r#"{"rspamd":"3.4","files":{"rspamd.conf":"actions { reject = 15; add_header = 6;\n.include(try=true; priority=1; duplicate=merge) \"$LOCAL_CONFDIR/local.d/actions.conf\"\n}\ngroup { g { symbols { A { weight = 5 } B { weight = -0.5 } } } }","local.d/actions.conf":"reject = 20;\n"}}"#;

    #[test]
    fn a_page_asks() {
        let mut scores = Scores::new(CONFIG).unwrap();
        assert!(scores.about("en").contains("\"refused\":false,\"symbols\":2"), "{}", scores.about("en"));
        assert_eq!(scores.open(b"X-Spamd-Result: default: False [4.50 / 15.00]; A(5.00)[]; B(-0.50)[]\n\n"), Ok(1));
        let told = scores.explain("{}");
        assert!(told.contains("\"title\":\"4.50 of 20: no action\"") && told.contains("\"points\":\"5.00\""), "{told}");
        let told = scores.explain(r#"{"scores":{"A":6.75},"thresholds":{"add_header":6.1},"lang":"fr"}"#);
        assert!(told.contains("\"title\":\"6.25 sur 20 : add header\""), "{told}");
        let told = scores.deploy(r#"{"thresholds":{"reject":12.5}}"#);
        assert!(told.contains(r#"{"path":"local.d/actions.conf","new":false,"text":"reject = 12.5;\n"}"#), "{told}");
        assert!(scores.place("A").contains("\"line\":4"), "{}", scores.place("A"));
    }

    #[test]
    fn many_are_counted_again() {
        let mut scores = Scores::new(CONFIG).unwrap();
        let line = r#"{"score":5,"symbols":{"A":{"score":5,"metric_score":5}}}"#;
        assert_eq!(scores.corpus(format!("{line}\n{line}\n").as_bytes()), Ok(2));
        assert!(scores.recount(r#"{"scores":{"A":7}}"#).contains(r#""moved":2,"otherwise":2"#), "{}", scores.recount("{}"));
        assert!(scores.recount("{}").contains(r#""moved":0,"otherwise":0"#));
    }

    #[test]
    fn nonsense() {
        assert_eq!(Scores::new("{}").map(drop), Err("none of the files is rspamd.conf".to_owned()));
        assert!(Scores::new(r#"{"rspamd":"new"}"#).is_err());
        let mut scores = Scores::new(CONFIG).unwrap();
        assert!(scores.open(b"Subject: x\n\n").is_err() && scores.open(b"{\"a\"").is_err());
        assert!(scores.explain("{}").contains("\"error\"") && scores.explain("[").contains("\"error\""));
        assert!(scores.recount(r#"{"scores":{"A":"x"}}"#).contains("\"error\""));
    }
}
