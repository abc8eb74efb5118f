//! Reading a configuration: the steps of its files one after the other, with includes, variables, priorities and merging (libucl,
//! `ucl_parser.c` and the macros of `ucl_util.c`). Files are handed in; one that is missing is asked for.

mod macros;

use super::Release;
use super::number::Number;
use super::parser::{Parsed, Scalar, Step, parse};
use super::strings::{Variables, expand, unescape, unescape_single};
use super::value::{Data, Document, NONE, Origin};
use crate::diagnostic::{Code, Diagnostic};
use crate::order::Map;
use crate::text::{Range, count};

/// A file as it was found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct File {
    /// Its name without links and dots: what `$FILENAME` says.
    pub path: String,
    /// Its text.
    pub text: String,
}

/// What is known of files.
#[derive(Clone, Debug, Default)]
pub struct Files {
    files: Map<String, Option<File>>,
    globs: Map<String, Vec<String>>,
}

impl Files {
    /// None is known.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// What stands under a name; `None` if nothing does.
    pub fn insert(&mut self, name: impl Into<String>, file: Option<File>) {
        self.files.insert(name.into(), file);
    }

    /// A file whose name is its path.
    pub fn add(&mut self, name: &str, text: impl Into<String>) {
        self.insert(name, Some(File { path: name.to_owned(), text: text.into() }));
    }

    /// The names that fit a pattern, sorted.
    pub fn insert_glob(&mut self, pattern: impl Into<String>, names: Vec<String>) {
        self.globs.insert(pattern.into(), names);
    }

    /// What is known of a name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<Option<&File>> {
        self.files.get(name).map(Option::as_ref)
    }
}

/// What reading asks for.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Wanted {
    /// A file of this name, or word that there is none.
    File(String),
    /// The names that fit this pattern.
    Glob(String),
}

/// How a configuration is read.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// Whose reader.
    pub release: Release,
    /// Names and values of variables, in the order of registration.
    pub variables: Vec<(String, String)>,
    /// Keys are lowercased (libucl's `UCL_PARSER_KEY_LOWERCASE`; Rspamd reads its configuration without).
    pub lowercase_keys: bool,
    /// Files pass through templates first, and these are the names that `env` has there. `None`: there are no templates.
    pub environment: Option<Vec<(String, String)>>,
}

/// What happens to a key that is there already.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Duplicate {
    /// Of equal priority both stay; else the higher one does.
    #[default]
    Append,
    /// Objects and arrays take in what is new.
    Merge,
    /// The new one stays.
    Rewrite,
    /// An error.
    Error,
}

/// A file that was read, once for each time that it was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// Its name without links and dots.
    pub path: String,
    /// Its text, templates filled in: ranges are those of this text.
    pub text: String,
    /// Its priority.
    pub priority: u8,
    /// What happens to keys that are there already.
    pub duplicate: Duplicate,
    /// The source that includes it, and where.
    pub from: Option<(u32, Range)>,
}

/// A configuration that was read.
#[derive(Clone, Debug, Default)]
pub struct Loaded {
    /// What it says. Of a refused one, what can be told.
    pub document: Document,
    /// The files, in the order of reading. A diagnostic's `unit` and an origin's `source` are indices into it.
    pub sources: Vec<Source>,
    /// What is wrong, or surprises.
    pub diagnostics: Vec<Diagnostic>,
    /// What is not known. Without it the rest is a guess.
    pub wanted: Vec<Wanted>,
    /// libucl does not read it.
    pub refused: bool,
}

/// Limits of libucl and of tamis.
pub struct Limits;

impl Limits {
    /// So many files may stand in each other, the first one included (`UCL_MAX_RECURSION`).
    pub const DEPTH: u32 = 16;
    /// So many files are read.
    pub const FILES: usize = 4096;
    /// So many bytes are read.
    pub const BYTES: usize = 64 << 20;
    /// So many values are made.
    pub const VALUES: usize = 4 << 20;
}

/// Reads a configuration that begins with the file `name`.
#[must_use]
pub fn load(name: &str, files: &Files, settings: &Settings) -> Loaded {
    let mut variables: Variables = vec![("FILENAME".to_owned(), "undef".to_owned()), ("CURDIR".to_owned(), ".".to_owned())];
    for (name, value) in &settings.variables {
        match variables.iter_mut().find(|(known, _)| known == name) {
            Some((_, known)) => known.clone_from(value),
            None => variables.push((name.clone(), value.clone())),
        }
    }
    let mut loader = Loader {
        files,
        settings,
        variables,
        loaded: Loaded::default(),
        stack: Vec::new(),
        current: NONE,
        include_path: None,
        depth: 0,
        bytes: 0,
        base: 0,
    };
    match files.get(name) {
        Some(Some(file)) => {
            loader.set_file_variables(&file.path);
            let chunk = Chunk { source: 0, priority: 0, duplicate: Duplicate::Append };
            loader.chunk(&file.path, &file.text, chunk, None);
        }
        Some(None) => loader.loaded.refused = true,
        None => loader.want(Wanted::File(name.to_owned())),
    }
    let mut loaded = loader.loaded;
    if loaded.document.root().is_none() {
        loaded.document.add(Data::Object(Vec::new()), NONE, 0, Origin::default());
    }
    crate::diagnostic::sort(&mut loaded.diagnostics);
    loaded.wanted.sort();
    loaded.wanted.dedup();
    loaded
}

/// Reads a text that names no other.
#[must_use]
pub fn read(text: &str, settings: &Settings) -> Loaded {
    let mut files = Files::new();
    files.add("", text);
    load("", &files, settings)
}

/// A container that is open.
#[derive(Clone, Copy)]
struct Frame {
    node: u32,
    level: u32,
    brace: bool,
    /// An included file brought braces of its own (libucl's `UCL_STACK_AUTOMATIC`).
    automatic: bool,
}

/// The file that is read.
#[derive(Clone, Copy)]
struct Chunk {
    source: u32,
    priority: i64,
    duplicate: Duplicate,
}

impl Chunk {
    /// Four bits of it count (`PRIOBITS`).
    fn bits(self) -> u8 {
        bits(self.priority)
    }
}

fn bits(priority: i64) -> u8 {
    (priority & 15).to_le_bytes()[0]
}

struct Loader<'f> {
    files: &'f Files,
    settings: &'f Settings,
    variables: Variables,
    loaded: Loaded,
    stack: Vec<Frame>,
    /// The value that the next scalar or container belongs to.
    current: u32,
    include_path: Option<Vec<String>>,
    depth: u32,
    bytes: usize,
    /// How many containers were open when the file that is read began.
    base: usize,
}

impl Loader<'_> {
    fn want(&mut self, wanted: Wanted) {
        self.loaded.wanted.push(wanted);
    }

    fn report(&mut self, chunk: Chunk, mut finding: Diagnostic) {
        finding.unit = chunk.source;
        self.loaded.diagnostics.push(finding);
    }

    /// Reports what libucl refuses.
    fn refuse(&mut self, chunk: Chunk, finding: Diagnostic) {
        self.loaded.refused = true;
        self.report(chunk, finding);
    }

    /// `$FILENAME` and `$CURDIR`; those that are known keep their places.
    fn set_file_variables(&mut self, path: &str) {
        let folder = match path.rsplit_once('/') {
            Some(("", _)) => "/",
            Some((folder, _)) => folder,
            None => ".",
        };
        for (name, value) in [("FILENAME", path), ("CURDIR", folder)] {
            match self.variables.iter_mut().find(|(known, _)| known == name) {
                Some((_, known)) => value.clone_into(known),
                None => self.variables.push((name.to_owned(), value.to_owned())),
            }
        }
    }

    /// Reads a file into the container that is open.
    fn chunk(&mut self, path: &str, text: &str, mut chunk: Chunk, from: Option<(u32, Range)>) {
        chunk.source = count(self.loaded.sources.len());
        self.bytes = self.bytes.saturating_add(text.len());
        let text = self.template(text, chunk);
        self.loaded.sources.push(Source {
            path: path.to_owned(),
            text: text.clone(),
            priority: chunk.bits(),
            duplicate: chunk.duplicate,
            from,
        });
        if self.bytes > Limits::BYTES || self.loaded.sources.len() > Limits::FILES {
            let error = Diagnostic::new(Code::UclTooLarge, Range::at(0)).with("max", Limits::BYTES.to_string());
            self.refuse(chunk, error);
            return;
        }
        self.depth += 1;
        if self.depth > Limits::DEPTH {
            let error = Diagnostic::new(Code::UclIncludeDepth, from.map_or(Range::at(0), |(_, range)| range));
            let includer = Chunk { source: from.map_or(0, |(source, _)| source), ..chunk };
            self.refuse(includer, error.with("max", Limits::DEPTH.to_string()));
            self.depth -= 1;
            return;
        }
        let parsed = parse(&text, self.settings.release, from.is_some());
        self.take_findings(&parsed, chunk);
        if text.is_empty() && self.loaded.document.root().is_none() {
            self.loaded.document.add(Data::Object(Vec::new()), NONE, chunk.bits(), Origin::default());
        }
        let base = std::mem::replace(&mut self.base, self.stack.len());
        for step in &parsed.steps {
            self.step(step, &text, &mut chunk);
        }
        self.base = base;
        self.depth -= 1;
    }

    fn take_findings(&mut self, parsed: &Parsed, chunk: Chunk) {
        for error in &parsed.errors {
            self.refuse(chunk, error.clone());
        }
        for warning in &parsed.warnings {
            self.report(chunk, warning.clone());
        }
    }

    /// `{= env.NAME =}` filled in, `{# … #}` left out; any other template is beyond tamis.
    fn template(&mut self, text: &str, chunk: Chunk) -> String {
        let Some(environment) = &self.settings.environment else { return text.to_owned() };
        let mut out = String::with_capacity(text.len());
        let mut rest = text;
        let (mut errors, mut unknown) = (Vec::new(), Vec::new());
        while let Some(at) = ["{=", "{%", "{#"].iter().filter_map(|mark| crate::text::find(rest.as_bytes(), mark.as_bytes())).min() {
            let (before, from) = rest.split_at_checked(at).unwrap_or((rest, ""));
            out.push_str(before);
            if let Some((_, behind)) = from.strip_prefix("{#").and_then(|inside| inside.split_once("#}")) {
                rest = behind;
                continue;
            }
            let inside = from.strip_prefix("{=").and_then(|inside| inside.split_once("=}"));
            let name = inside.map(|(inside, _)| inside.trim()).map(|name| name.strip_prefix("env.").unwrap_or(name));
            let is_name = |name: &str| !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
            match (name.filter(|name| is_name(name)), inside) {
                (Some(name), Some((_, behind))) => {
                    match environment.iter().find(|(known, _)| known == name) {
                        Some((_, value)) => out.push_str(value),
                        // Rspamd writes nothing for what it does not know.
                        None => unknown.push((Range::at(count(out.len())), name.to_owned())),
                    }
                    rest = behind;
                }
                _ => {
                    errors.push(Range::new(count(out.len()), count(out.len() + 2)));
                    let (mark, behind) = from.split_at_checked(2).unwrap_or((from, ""));
                    out.push_str(mark);
                    rest = behind;
                }
            }
        }
        out.push_str(rest);
        for range in errors {
            self.refuse(chunk, Diagnostic::new(Code::UclTemplate, range));
        }
        for (range, name) in unknown {
            self.report(chunk, Diagnostic::new(Code::UclTemplateValue, range).with("name", name));
        }
        out
    }

    fn step(&mut self, step: &Step, text: &str, chunk: &mut Chunk) {
        if self.loaded.document.nodes.len() > Limits::VALUES {
            if !self.loaded.diagnostics.iter().any(|finding| finding.code == Code::UclTooLarge) {
                self.refuse(*chunk, Diagnostic::new(Code::UclTooLarge, Range::at(0)).with("max", Limits::VALUES.to_string()));
            }
            return;
        }
        match step {
            Step::Top { array, brace } => {
                let data = if *array { Data::Array(Vec::new()) } else { Data::Object(Vec::new()) };
                let origin = Origin { source: chunk.source, ..Origin::default() };
                self.current = self.loaded.document.add(data, NONE, chunk.bits(), origin);
                self.stack.push(Frame { node: self.current, level: 0, brace: *brace, automatic: false });
            }
            Step::Braces => {
                if let Some(top) = self.stack.last_mut() {
                    (top.brace, top.automatic) = (true, true);
                }
            }
            Step::Key { name, escaped, nested, brace } => {
                self.key(*name, *escaped, text, *chunk);
                if *nested {
                    let level = self.stack.last().map_or(0, |top| top.level) + 1;
                    self.container(false, level, *brace, *name, *chunk);
                }
            }
            Step::Scalar { range, scalar } => self.scalar(*range, *scalar, text, *chunk),
            Step::Open { array, range } => {
                self.item(*chunk);
                let level = self.stack.last().map_or(0, |top| top.level);
                self.container(*array, level, true, *range, *chunk);
            }
            Step::Close { range } => self.close(*range, *chunk),
            Step::Macro { name, arguments, value } => self.macro_step(*name, arguments.as_deref(), *value, text, chunk),
        }
    }

    fn key(&mut self, name: Range, escaped: bool, text: &str, chunk: Chunk) {
        let raw = name.of(text);
        let decoded = if escaped { lossy(unescape(raw.as_bytes())) } else { raw.to_owned() };
        let decoded = if self.settings.lowercase_keys { decoded.to_ascii_lowercase() } else { decoded };
        let document = &mut self.loaded.document;
        let id = document.name_id(&decoded);
        let origin = Origin { source: chunk.source, key: name, value: Range::at(name.end) };
        let new = document.add(Data::Null, id, chunk.bits(), origin);
        self.current = new;
        let Some(top) = self.stack.last().map(|top| top.node) else { return };
        // The objects of a row are searched together; Rspamd 4 searches the first one only.
        let mut object = top;
        let mut found = document.find(object, id);
        while found.is_none() && self.settings.release == Release::Rspamd34 {
            let Some(next) = document.node(object).map(|node| node.next).filter(|next| *next != NONE) else { break };
            object = next;
            found = document.find(object, id);
        }
        let Some(old) = found else {
            document.insert(top, new);
            return;
        };
        let (Some(old_node), Some(new_node)) = (document.node(old), document.node(new)) else { return };
        let (old_priority, mut new_priority) = (u32::from(old_node.priority), u32::from(new_node.priority));
        let is_container = matches!(old_node.data, Data::Object(_) | Data::Array(_));
        let replaces = match chunk.duplicate {
            Duplicate::Append | Duplicate::Merge => {
                if chunk.duplicate == Duplicate::Merge && is_container {
                    self.current = old;
                    return;
                }
                if chunk.duplicate == Duplicate::Append && old_node.is_inherited {
                    new_priority = old_priority + 1;
                }
                if old_priority == new_priority {
                    document.append(old, new);
                    return;
                }
                new_priority > old_priority
            }
            Duplicate::Rewrite => true,
            Duplicate::Error => {
                let error = Diagnostic::new(Code::UclDuplicateKey, name).with("key", &decoded);
                self.refuse(chunk, error);
                return;
            }
        };
        if replaces {
            document.replace(object, old, new);
        } else {
            // It is read all the same, and belongs nowhere.
            let (low, high) = (new_priority.to_string(), old_priority.to_string());
            let finding = Diagnostic::new(Code::UclPassedOver, name).with("key", &decoded).with("low", low).with("high", high);
            self.report(chunk, finding);
        }
    }

    /// In an array, a new item becomes the current value.
    fn item(&mut self, chunk: Chunk) {
        let Some(top) = self.stack.last().map(|top| top.node) else { return };
        let document = &mut self.loaded.document;
        if !matches!(document.node(top).map(|node| &node.data), Some(Data::Array(_))) {
            return;
        }
        let origin = Origin { source: chunk.source, ..Origin::default() };
        let item = document.add(Data::Null, NONE, chunk.bits(), origin);
        if let Some(Data::Array(items)) = document.node_mut(top).map(|node| &mut node.data) {
            items.push(item);
        }
        self.current = item;
    }

    /// The current value becomes a container that is open.
    fn container(&mut self, array: bool, level: u32, brace: bool, at: Range, chunk: Chunk) {
        let current = self.current;
        let Some(node) = self.loaded.document.node_mut(current) else { return };
        let clash = match (&node.data, array) {
            (Data::Object(_), true) | (Data::Array(_), false) => true,
            (Data::Object(_), false) | (Data::Array(_), true) => false,
            _ => {
                node.data = if array { Data::Array(Vec::new()) } else { Data::Object(Vec::new()) };
                node.origin.value = at;
                false
            }
        };
        if clash {
            let other = self.loaded.document.add(Data::Null, NONE, 0, Origin::default());
            if let Some(node) = self.loaded.document.node_mut(other) {
                node.data = if array { Data::Array(Vec::new()) } else { Data::Object(Vec::new()) };
            }
            self.current = other;
            self.refuse(chunk, Diagnostic::new(Code::UclMergeKinds, at));
        }
        self.stack.push(Frame { node: self.current, level, brace, automatic: false });
    }

    fn close(&mut self, range: Range, chunk: Chunk) {
        let Some(top) = self.stack.last_mut() else { return };
        if !top.brace {
            let error = Diagnostic::new(Code::UclUnopenedBrace, range).with("found", range.bytes(self.source_text(chunk)));
            self.refuse(chunk, error);
            return;
        }
        if top.automatic {
            (top.brace, top.automatic) = (false, false);
            return;
        }
        if self.stack.len() <= self.base {
            // Rspamd 3.4 closes what the other file opened, and reads on in the wrong place.
            self.refuse(chunk, Diagnostic::new(Code::UclIncludedBraces, range));
            return;
        }
        self.stack.pop();
        while let [.., below, top] = self.stack.as_slice() {
            if below.level == top.level {
                break;
            }
            self.stack.pop();
        }
    }

    fn source_text(&self, chunk: Chunk) -> &[u8] {
        self.loaded.sources.get(chunk.source as usize).map_or(&[], |source| source.text.as_bytes())
    }

    fn scalar(&mut self, range: Range, scalar: Scalar, text: &str, chunk: Chunk) {
        self.item(chunk);
        let bytes = range.bytes(text.as_bytes());
        let inside = bytes.get(1..bytes.len().saturating_sub(1)).unwrap_or(&[]);
        let expanded = |text: Vec<u8>, variables: bool| if variables { expand(text, &self.variables) } else { text };
        let string = |bytes: Vec<u8>| Data::String(lossy(bytes));
        let data = match scalar {
            Scalar::Quoted { escaped, variables } => string(expanded(if escaped { unescape(inside) } else { inside.to_vec() }, variables)),
            Scalar::Single { escaped } => string(if escaped { unescape_single(inside) } else { inside.to_vec() }),
            Scalar::Heredoc { lines, variables } => string(expanded(lines.bytes(text.as_bytes()).to_vec(), variables)),
            Scalar::Bare { escaped, variables } => string(expanded(if escaped { unescape(bytes) } else { bytes.to_vec() }, variables)),
            Scalar::Number(Number::Int(int)) => Data::Int(int),
            Scalar::Number(Number::Float(double)) => Data::Float(double),
            Scalar::Number(Number::Time(double)) => Data::Time(double),
            Scalar::Bool(value) => Data::Bool(value),
            Scalar::Null => Data::Null,
        };
        if let Some(node) = self.loaded.document.node_mut(self.current) {
            node.data = data;
            (node.origin.value, node.origin.source) = (range, chunk.source);
        }
    }
}

fn lossy(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned())
}
