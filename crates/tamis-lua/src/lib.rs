//! What an Rspamd installation's Lua files declare: the rules of the module `regexp` as values, and the names of the symbols that are
//! functions. The files run in a sandbox, with a stand-in for everything of Rspamd's: no file, no process, no clock; instructions and
//! memory are counted.
#![forbid(unsafe_code)]
#![deny(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, clippy::unreachable)]
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing))]

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use omnilua::{HostHooks, Lua, LuaVersion, SandboxConfig, Table, Value};
use tamis_rules::rules::regexp::RegexpRule;
use tamis_rules::rules::{Callback, Declared, NamedSelector};

/// Where an installation's files are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Places {
    /// `RULESDIR`: `rspamd.lua` in it is what is run.
    pub rules: String,
    /// `LOCAL_CONFDIR`: `rspamd.local.lua` is there.
    pub local: String,
    /// What `rspamd_version()` says.
    pub version: String,
}

/// How far files may go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Instructions of the machine.
    pub instructions: u64,
    /// Bytes.
    pub memory: usize,
}

impl Default for Limits {
    /// A hundred times what the stock files need.
    fn default() -> Self {
        Self { instructions: 50_000_000, memory: 64 << 20 }
    }
}

/// A file that did not run to its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// Its path.
    pub file: String,
    /// What Lua says.
    pub message: String,
}

/// What was read.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Loaded {
    /// What the files declare.
    pub declared: Declared,
    /// What went wrong. Rspamd itself would not start with such a file, unless it is this stand-in that lacks something.
    pub failures: Vec<Failure>,
    /// Files that are asked for and not known.
    pub wanted: Vec<String>,
}

/// The texts of files by their paths; `None` for one that there is not.
pub type Files = BTreeMap<String, Option<String>>;

/// The longest text that one call may make, in bytes.
const MOST_TEXT: i64 = 1 << 22;

const MOCK: &str = include_str!("mock.lua");

/// Runs `rspamd.lua` with what it names. As long as files are wanted, the result is not whole.
#[must_use]
pub fn load(places: &Places, files: &Files, limits: Limits) -> Loaded {
    let wanted = Rc::new(RefCell::new(BTreeSet::new()));
    let mut out = Loaded::default();
    if let Err(error) = run(places, files, limits, &wanted, &mut out) {
        out.failures.push(Failure { file: format!("{}/rspamd.lua", places.rules), message: error.to_string() });
    }
    out.wanted = wanted.borrow().iter().cloned().collect();
    out
}

type Wanted = Rc<RefCell<BTreeSet<String>>>;

fn run(places: &Places, files: &Files, limits: Limits, wanted: &Wanted, out: &mut Loaded) -> omnilua::Result<()> {
    let lua = Lua::with_hooks_versioned(HostHooks::default(), LuaVersion::V51)?;
    let tamis = environment(&lua, places, files, wanted)?;
    lua.globals().set("tamis", &tamis)?;
    let export: omnilua::Function = lua.load(MOCK).set_name("=tamis").eval()?;
    // The budget begins here: the stand-in is ours. Every instruction is looked at, so that a text cannot double unseen.
    lua.install_sandbox(SandboxConfig {
        instruction_limit: Some(limits.instructions),
        memory_limit_bytes: Some(limits.memory),
        check_interval: 1,
        remove_globals: ["io", "os", "debug", "package", "load", "loadstring", "loadfile", "collectgarbage", "tamis"]
            .iter()
            .map(|name| name.as_bytes().to_vec())
            .collect(),
    })?;
    let main = format!("{}/rspamd.lua", places.rules);
    let result: omnilua::Result<()> = lua.load(format!("dofile({main:?})")).set_name("=tamis").exec();
    if let Err(error) = result {
        out.failures.push(Failure { file: main, message: error.to_string() });
        // What ran into a limit is not asked any more: the limit holds for the question, too.
        return Ok(());
    }
    read(&export.call::<_, Table>(())?, out)
}

/// What the stand-in may ask.
fn environment(lua: &Lua, places: &Places, files: &Files, wanted: &Wanted) -> omnilua::Result<Table> {
    let tamis = lua.create_table()?;
    let files = Rc::new(files.clone());
    let look = |path: &str, files: &Files, wanted: &Wanted| {
        let found = files.get(path).cloned();
        if found.is_none() {
            wanted.borrow_mut().insert(path.to_owned());
        }
        found.flatten()
    };
    let (known, asked) = (Rc::clone(&files), Rc::clone(wanted));
    tamis.set("source", lua.create_function(move |_, path: String| Ok(look(&path, &known, &asked)))?)?;
    let (known, asked) = (Rc::clone(&files), Rc::clone(wanted));
    tamis.set("exists", lua.create_function(move |_, path: String| Ok(look(&path, &known, &asked).is_some()))?)?;
    tamis.set(
        "load",
        lua.create_function(|lua: &Lua, (source, name): (String, String)| {
            Ok(match lua.load(source).set_name(format!("@{name}")).into_function() {
                Ok(chunk) => (Value::Function(chunk), None),
                Err(error) => (Value::Nil, Some(error.to_string())),
            })
        })?,
    )?;
    let paths = lua.create_table()?;
    for (name, path) in [("LOCAL_CONFDIR", &places.local), ("CONFDIR", &places.local), ("RULESDIR", &places.rules)] {
        paths.set(name, path.as_str())?;
    }
    for name in ["PLUGINSDIR", "SHAREDIR", "DBDIR", "RUNDIR", "LOGDIR", "WWWDIR", "LUALIBDIR", "PREFIX"] {
        paths.set(name, "")?;
    }
    tamis.set("paths", paths)?;
    tamis.set("version", places.version.as_str())?;
    tamis.set("most_text", MOST_TEXT)?;
    Ok(tamis)
}

/// Reads what the stand-in noted.
fn read(noted: &Table, out: &mut Loaded) -> omnilua::Result<()> {
    for rule in tables(noted, "regexp")? {
        let name = text(&rule, "name")?.unwrap_or_default();
        let is_full = truth(&rule, "full")?;
        let number = |key: &str| -> omnilua::Result<Option<f64>> { number(&rule, key) };
        let shots = match (number("nshots")?, truth(&rule, "any_shot")?, truth(&rule, "one_shot")?) {
            (Some(shots), _, _) => whole(shots),
            (None, true, _) => -1,
            (None, false, true) => 1,
            (None, false, false) => 0,
        };
        out.declared.regexp.push(RegexpRule {
            name,
            expression: text(&rule, "re")?,
            // A table without a score has the score 0.
            score: if is_full { Some(number("score")?.unwrap_or(0.0)) } else { None },
            description: text(&rule, "description")?,
            group: text(&rule, "group")?,
            groups: texts(&rule, "groups")?,
            shots,
            one_param: truth(&rule, "one_param")?,
            priority: number("priority")?.map_or(0, whole),
            has_condition: truth(&rule, "condition")?,
            judged: texts(&rule, "judged")?,
        });
    }
    for symbol in tables(noted, "callbacks")? {
        out.declared.callbacks.push(Callback {
            name: text(&symbol, "name")?.unwrap_or_default(),
            score: number(&symbol, "score")?,
            description: text(&symbol, "description")?,
            group: text(&symbol, "group")?,
        });
    }
    for selector in tables(noted, "selectors")? {
        out.declared.selectors.push(NamedSelector {
            name: text(&selector, "name")?.unwrap_or_default(),
            selector: text(&selector, "selector")?.unwrap_or_default(),
            delimiter: text(&selector, "delimiter")?.unwrap_or_default(),
        });
    }
    for failure in tables(noted, "failures")? {
        let words: (Value, Value) = (failure.raw_get(1)?, failure.raw_get(2)?);
        out.failures.push(Failure { file: as_text(&words.0).unwrap_or_default(), message: as_text(&words.1).unwrap_or_default() });
    }
    Ok(())
}

fn tables(from: &Table, key: &str) -> omnilua::Result<Vec<Table>> {
    let list: Table = from.raw_get(key)?;
    (1..=list.len()?).map(|at| list.raw_get(at)).collect()
}

fn texts(from: &Table, key: &str) -> omnilua::Result<Vec<String>> {
    let Value::Table(list) = from.raw_get(key)? else { return Ok(Vec::new()) };
    let mut out = Vec::new();
    for at in 1..=list.len()? {
        out.extend(as_text(&list.raw_get(at)?));
    }
    Ok(out)
}

fn text(from: &Table, key: &str) -> omnilua::Result<Option<String>> {
    Ok(as_text(&from.raw_get(key)?))
}

/// A string that is UTF-8. What is not, a rule cannot be made of: it is listed like a function.
fn as_text(value: &Value) -> Option<String> {
    let Value::String(text) = value else { return None };
    text.as_bytes().ok().and_then(|bytes| String::from_utf8(bytes).ok())
}

fn number(from: &Table, key: &str) -> omnilua::Result<Option<f64>> {
    Ok(match from.raw_get(key)? {
        Value::Number(number) => Some(number),
        Value::Integer(number) => number.to_string().parse().ok(),
        _ => None,
    })
}

fn whole(number: f64) -> i64 {
    format!("{number:.0}").parse().unwrap_or(0)
}

fn truth(from: &Table, key: &str) -> omnilua::Result<bool> {
    Ok(matches!(from.raw_get(key)?, Value::Boolean(true)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn load_with(local: &str, limits: Limits) -> Loaded {
        let places = Places { rules: "/r".to_owned(), local: "/l".to_owned(), version: "3.4".to_owned() };
        let main = "config['regexp'] = {}\ndofile(rspamd_paths['RULESDIR'] .. '/a.lua')\n\
local util = require 'rspamd_util'\nif util.file_exists(rspamd_paths['LOCAL_CONFDIR'] .. '/rspamd.local.lua') then\n\
dofile(rspamd_paths['LOCAL_CONFDIR'] .. '/rspamd.local.lua') end";
        let stock = "local reconf = config['regexp']\nreconf['A'] = { re = string.format('%s & B=/x/H', 'A=/y/'), score = 1.5, group = 'g', \
one_shot = true, description = 'd', groups = {'h'} }\nreconf['B'] = 'B=/x/H'\nrspamd_config.C = { callback = function(task) end, score = 2 }";
        let mut files = Files::new();
        for (path, text) in [("/r/rspamd.lua", main), ("/r/a.lua", stock), ("/l/rspamd.local.lua", local)] {
            files.insert(path.to_owned(), Some(text.to_owned()));
        }
        load(&places, &files, limits)
    }

    #[test]
    fn rules_come_out_as_values() {
        let loaded = load_with(
            "config.regexp.B = nil\nrspamd_config:register_symbol({ name = 'D', type = 'virtual', score = 3.0, group = 'x' })",
            Limits::default(),
        );
        assert_eq!(loaded.failures, []);
        assert_eq!(loaded.wanted, [""; 0]);
        let [rule] = loaded.declared.regexp.as_slice() else { panic!("{:?}", loaded.declared) };
        assert_eq!((rule.name.as_str(), rule.expression.as_deref(), rule.score, rule.shots), ("A", Some("A=/y/ & B=/x/H"), Some(1.5), 1));
        assert_eq!((rule.group.as_deref(), rule.groups.as_slice()), (Some("g"), &["h".to_owned()][..]));
        let names: Vec<(&str, Option<f64>)> = loaded.declared.callbacks.iter().map(|one| (one.name.as_str(), one.score)).collect();
        assert_eq!(names, [("C", Some(2.0)), ("D", Some(3.0))]);
    }

    #[test]
    fn files_are_asked_for() {
        let places = Places { rules: "/r".to_owned(), local: "/l".to_owned(), version: "3.4".to_owned() };
        assert_eq!(load(&places, &Files::new(), Limits::default()).wanted, ["/r/rspamd.lua"]);
    }

    #[test]
    fn a_file_that_fails_leaves_the_others() {
        let loaded = load_with("local x = nil\nx.y = 1", Limits::default());
        assert_eq!(loaded.failures.len(), 1);
        assert_eq!(loaded.declared.regexp.len(), 2);
        assert_eq!(load_with("this is no Lua", Limits::default()).failures.len(), 1);
    }

    #[test]
    fn nothing_of_the_machine_is_there() {
        for name in ["io", "os", "debug", "package", "loadfile", "loadstring", "load", "tamis"] {
            let loaded = load_with(&format!("if {name} ~= nil then error('there is {name}') end"), Limits::default());
            assert_eq!(loaded.failures, [], "{name}");
        }
    }

    #[test]
    fn limits_hold() {
        for text in [
            "while true do end",
            "pcall(function() while true do end end) while true do end",
            "local t = {} for i = 1, 1e9 do t[i] = i end",
            "local s = 'xxxxxxxxxxxxxxxx' while true do s = s .. s end",
            "string.rep('x', 1e12)",
            "local function f() return f() + 1 end f()",
        ] {
            let loaded = load_with(text, Limits { instructions: 1_000_000, memory: 16 << 20 });
            assert!(!loaded.failures.is_empty(), "{text}");
        }
    }
}
