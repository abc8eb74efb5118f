//! The macros: `.include` and its kin, `.priority`, `.load`, `.inherit` (libucl, `ucl_util.c`).

use super::{Chunk, Duplicate, Files, Frame, Loaded, Loader, Settings, Variables, Wanted, bits, lossy};
use crate::diagnostic::{Code, Diagnostic};
use crate::text::Range;
use crate::ucl::kind::is_space;
use crate::ucl::parser::Step;
use crate::ucl::strings::expand;
use crate::ucl::value::{Data, Document, NONE, Origin, Value};

/// What `.include` was told.
struct Include {
    must_exist: bool,
    soft_fail: bool,
    signature: bool,
    glob: bool,
    url: bool,
    use_prefix: bool,
    prefix: Option<String>,
    /// Where the prefix began in the path that it was taken from.
    prefix_at: Option<usize>,
    array: bool,
    chunk: Chunk,
}

impl Loader<'_> {
    pub(super) fn macro_step(&mut self, name: Range, arguments: Option<&[Step]>, value: Range, text: &str, chunk: &mut Chunk) {
        let told = arguments.map(|steps| self.arguments(steps, text));
        let path = lossy(expand(value.bytes(text.as_bytes()).to_vec(), &self.variables));
        match name.of(text) {
            "include" => self.include(told.as_ref(), &path, value, *chunk, [false, false]),
            "try_include" => self.include(told.as_ref(), &path, value, *chunk, [true, false]),
            "includes" => self.include(told.as_ref(), &path, value, *chunk, [false, true]),
            "priority" => self.priority(told.as_ref(), &path, value, chunk),
            "load" => self.load_value(told.as_ref(), &path, name, value, *chunk),
            "inherit" => self.inherit(told.as_ref(), &path, value, *chunk),
            // `.include_map` is Rspamd's: the map is read when the server runs, and says nothing now.
            _ => {}
        }
    }

    /// The arguments of a macro: a document of its own, without variables.
    fn arguments(&self, steps: &[Step], text: &str) -> Document {
        let settings = Settings { release: self.settings.release, ..Settings::default() };
        let files = Files::new();
        let mut inner = Loader {
            files: &files,
            settings: &settings,
            variables: Vec::new(),
            loaded: Loaded::default(),
            stack: Vec::new(),
            current: NONE,
            include_path: None,
            depth: 0,
            bytes: 0,
            base: 0,
        };
        let mut chunk = Chunk { source: 0, priority: 0, duplicate: Duplicate::Append };
        for step in steps {
            if !matches!(step, Step::Macro { .. }) {
                inner.step(step, text, &mut chunk);
            }
        }
        inner.loaded.document
    }

    fn include(&mut self, told: Option<&Document>, path: &str, at: Range, chunk: Chunk, [soft_fail, signature]: [bool; 2]) {
        let mut include = Include {
            must_exist: !soft_fail,
            soft_fail,
            signature,
            glob: false,
            url: false,
            use_prefix: false,
            prefix: None,
            prefix_at: None,
            array: false,
            chunk: Chunk { source: chunk.source, priority: 0, duplicate: Duplicate::Append },
        };
        self.include_options(told, &mut include, at, chunk);
        if include.url && path.contains("://") {
            if include.must_exist {
                self.refuse(chunk, Diagnostic::new(Code::UclIncludeUrl, at).with("url", path));
            }
            return;
        }
        let Some(folders) = self.include_path.clone() else {
            let read = self.include_files(path, &mut include, at, chunk);
            if !read && soft_fail {
                self.refuse(chunk, Diagnostic::new(Code::UclTryInclude, at).with("path", path));
            }
            return;
        };
        let mut found = false;
        for folder in folders {
            found = self.include_files(&format!("{folder}/{path}"), &mut include, at, chunk);
            if found && !include.glob {
                break;
            }
        }
        if !found {
            self.refuse(chunk, Diagnostic::new(Code::UclIncludeMissing, at).with("path", path));
        }
    }

    /// Each option has its own kind of value; one of another kind, or of an unknown name, counts as not said. The beginning of a name is
    /// enough of it.
    fn include_options(&mut self, told: Option<&Document>, include: &mut Include, at: Range, chunk: Chunk) {
        let Some(root) = told.and_then(Document::root) else { return };
        for option in root.entries() {
            let key = option.key();
            let is = |name: &str| name.starts_with(key);
            let known = match option.data() {
                Data::Bool(value) if is("try") => {
                    include.must_exist = !value;
                    true
                }
                Data::Bool(value) if is("sign") => {
                    include.signature = *value;
                    true
                }
                Data::Bool(value) if is("glob") => {
                    include.glob = *value;
                    true
                }
                Data::Bool(value) if is("url") => {
                    include.url = *value;
                    true
                }
                Data::Bool(value) if is("prefix") => {
                    include.use_prefix = *value;
                    true
                }
                Data::String(value) if is("key") => {
                    include.prefix = Some(value.clone());
                    true
                }
                Data::String(value) if is("target") => {
                    include.array = value.eq_ignore_ascii_case("array");
                    true
                }
                Data::String(value) if is("duplicate") => {
                    let strategy = match value.as_str() {
                        "append" => Some(Duplicate::Append),
                        "merge" => Some(Duplicate::Merge),
                        "rewrite" => Some(Duplicate::Rewrite),
                        "error" => Some(Duplicate::Error),
                        _ => None,
                    };
                    include.chunk.duplicate = strategy.unwrap_or(include.chunk.duplicate);
                    strategy.is_some()
                }
                Data::Array(_) if is("path") => {
                    self.include_path = Some(option.items().filter_map(Value::text).map(str::to_owned).collect());
                    true
                }
                Data::Int(value) if is("priority") => {
                    include.chunk.priority = *value;
                    if !(0..16).contains(value) {
                        let warning = Diagnostic::new(Code::UclPriorityRange, option.origin().value);
                        let warning = warning.with("written", value.to_string()).with("meant", bits(*value).to_string());
                        self.report(chunk, warning);
                    }
                    true
                }
                _ => false,
            };
            if !known {
                let range = option.origin().key;
                let range = if range.is_empty() { at } else { range };
                self.report(chunk, Diagnostic::new(Code::UclIncludeOption, range).with("option", key));
            }
        }
    }

    /// One file, or those that fit a pattern. False if libucl goes on to the next folder of its search path.
    fn include_files(&mut self, path: &str, include: &mut Include, at: Range, chunk: Chunk) -> bool {
        if !include.glob || !path.contains(['*', '?']) {
            return self.include_file(path, include, at, chunk);
        }
        let Some(names) = self.files.globs.get(path).cloned() else {
            self.want(Wanted::Glob(path.to_owned()));
            return true;
        };
        let mut read = 0;
        for name in &names {
            if self.include_file(name, include, at, chunk) {
                read += 1;
            }
        }
        if read == 0 && include.must_exist {
            self.refuse(chunk, Diagnostic::new(Code::UclIncludeMissing, at).with("path", path));
            return false;
        }
        true
    }

    fn include_file(&mut self, name: &str, include: &mut Include, at: Range, chunk: Chunk) -> bool {
        let Some(known) = self.files.get(name) else {
            self.want(Wanted::File(name.to_owned()));
            return true;
        };
        let Some(file) = known.cloned() else {
            if include.soft_fail {
                return false;
            }
            if include.must_exist {
                // With a search path, one message stands for all folders.
                if self.include_path.is_none() {
                    self.refuse(chunk, Diagnostic::new(Code::UclIncludeMissing, at).with("path", name));
                }
                return false;
            }
            return true;
        };
        if self.loaded.sources.get(chunk.source as usize).is_some_and(|source| source.path == file.path) {
            self.refuse(chunk, Diagnostic::new(Code::UclIncludeItself, at).with("path", &file.path));
            return false;
        }
        if include.signature {
            self.refuse(chunk, Diagnostic::new(Code::UclIncludeSignature, at).with("path", name));
            return false;
        }
        let saved: Variables = self.variables.iter().filter(|(name, _)| name == "FILENAME" || name == "CURDIR").cloned().collect();
        self.variables.retain(|(name, _)| name != "FILENAME" && name != "CURDIR");
        self.set_file_variables(&file.path);
        self.choose_prefix(&file.path, include);
        let stack = self.stack.len();
        let nested = match include.prefix.clone() {
            Some(prefix) => match self.nest(&prefix, include, at, chunk) {
                Some(node) => {
                    let top = self.stack.last().copied();
                    let level = top.map_or(0, |top| top.level);
                    let brace = top.is_some_and(|top| top.brace);
                    self.stack.push(Frame { node, level, brace, automatic: false });
                    self.current = node;
                    true
                }
                None => return false,
            },
            None => false,
        };
        self.chunk(&file.path, &file.text, include.chunk, Some((chunk.source, at)));
        if nested {
            self.stack.truncate(stack);
        }
        self.variables.retain(|(name, _)| name != "FILENAME" && name != "CURDIR");
        // They come back at the end, in this order.
        for name in ["FILENAME", "CURDIR"] {
            self.variables.extend(saved.iter().filter(|(saved, _)| saved == name).cloned());
        }
        true
    }

    /// `prefix=true`: the name of the file without its ending is a key. libucl keeps the place of the first name it finds: of the other
    /// files of a pattern, what stands there in their path is the key, with the ending.
    fn choose_prefix(&self, path: &str, include: &mut Include) {
        if let Some(at) = include.prefix_at {
            include.prefix = Some(path.get(at..).unwrap_or("").to_owned());
        } else if include.use_prefix && include.prefix.is_none() {
            let at = path.rfind('/').map_or(0, |at| at + 1);
            let name = path.get(at..).unwrap_or("");
            let name = name.strip_suffix(".conf").or_else(|| name.strip_suffix(".ucl")).unwrap_or(name);
            include.prefix = Some(name.to_owned());
            include.prefix_at = Some(at);
        }
    }

    /// The object that an included file goes into, if it gets a key of its own.
    fn nest(&mut self, prefix: &str, include: &Include, at: Range, chunk: Chunk) -> Option<u32> {
        let top = self.stack.last()?.node;
        let origin = Origin { source: chunk.source, key: at, value: at };
        let priority = include.chunk.bits();
        let document = &mut self.loaded.document;
        let id = document.name_id(prefix);
        let old = document.find(top, id);
        if include.array {
            let nested = document.add(Data::Object(Vec::new()), NONE, priority, origin);
            match old {
                None => {
                    let array = document.add(Data::Array(vec![nested]), id, priority, origin);
                    document.insert(top, array);
                }
                Some(old) => match document.node_mut(old).map(|node| &mut node.data) {
                    Some(Data::Array(items)) => items.push(nested),
                    _ => {
                        let array = document.add(Data::Array(vec![old, nested]), id, 0, origin);
                        document.replace(top, old, array);
                    }
                },
            }
            return Some(nested);
        }
        match old {
            None => {
                let nested = document.add(Data::Object(Vec::new()), id, priority, origin);
                document.insert(top, nested);
                Some(nested)
            }
            Some(old) if matches!(document.node(old).map(|node| &node.data), Some(Data::Object(_))) => Some(old),
            Some(_) => {
                self.refuse(chunk, Diagnostic::new(Code::UclMergeKinds, at));
                None
            }
        }
    }

    fn priority(&mut self, told: Option<&Document>, value: &str, at: Range, chunk: &mut Chunk) {
        let root = told.and_then(Document::root);
        let mut priority = root.and_then(|root| {
            let mut options = root.entries().filter(|option| "priority".starts_with(option.key()));
            options.find_map(|option| if let Data::Int(value) = option.data() { Some(*value) } else { None })
        });
        if !value.is_empty() {
            let digits = value.trim_start_matches(|char: char| char.is_ascii() && is_space(char as u8));
            priority = digits.parse().ok();
        }
        match priority {
            Some(priority) => {
                chunk.priority = priority;
                if !(0..16).contains(&priority) {
                    let warning = Diagnostic::new(Code::UclPriorityRange, at).with("written", priority.to_string());
                    self.report(*chunk, warning.with("meant", bits(priority).to_string()));
                }
            }
            None => self.refuse(*chunk, Diagnostic::new(Code::UclPriorityValue, at).with("written", value)),
        }
    }

    /// `.load`: the text of a file as a value.
    fn load_value(&mut self, told: Option<&Document>, path: &str, name: Range, at: Range, chunk: Chunk) {
        let root = told.and_then(Document::root);
        let options: Vec<Value<'_>> = root.into_iter().flat_map(Value::entries).collect();
        let option = |name: &'static str| options.iter().copied().filter(move |option| name.starts_with(option.key()));
        let flag = |name| option(name).filter_map(Value::boolean).next_back().unwrap_or(false);
        let word = |name| option(name).filter_map(Value::text).next_back();
        let priority =
            option("priority").filter_map(|option| if let Data::Int(value) = option.data() { Some(*value) } else { None }).next_back();
        let Some(key) = word("key").filter(|key| !key.is_empty()) else {
            self.refuse(chunk, Diagnostic::new(Code::UclLoadKey, name));
            return;
        };
        let Some(known) = self.files.get(path) else {
            self.want(Wanted::File(path.to_owned()));
            return;
        };
        let Some(file) = known else {
            if !flag("try") {
                self.refuse(chunk, Diagnostic::new(Code::UclIncludeMissing, at).with("path", path));
            }
            return;
        };
        let Some(top) = self.stack.last().map(|top| top.node) else { return };
        let id = self.loaded.document.name_id(key);
        if self.loaded.document.find(top, id).is_some() {
            self.refuse(chunk, Diagnostic::new(Code::UclDuplicateKey, name).with("key", key));
            return;
        }
        let target = word("target").unwrap_or("string");
        let data = if target.eq_ignore_ascii_case("string") {
            let trimmed = file.text.trim_matches(|char: char| char.is_ascii() && is_space(char as u8));
            let text = if flag("trim") { trimmed } else { &file.text };
            if flag("escape") {
                let mut escaped = String::new();
                crate::ucl::json::string(text, &mut escaped);
                Data::String(escaped.get(1..escaped.len() - 1).unwrap_or("").to_owned())
            } else {
                Data::String(text.to_owned())
            }
        } else if target.eq_ignore_ascii_case("int") {
            let digits = file.text.trim_start();
            let length = digits.char_indices().position(|(at, char)| !(char.is_ascii_digit() || (at == 0 && matches!(char, '-' | '+'))));
            Data::Int(digits.get(..length.unwrap_or(digits.len())).and_then(|digits| digits.parse().ok()).unwrap_or(0))
        } else {
            return;
        };
        let origin = Origin { source: chunk.source, key: name, value: at };
        let value = self.loaded.document.add(data, id, bits(priority.unwrap_or(0)), origin);
        self.loaded.document.insert(top, value);
    }

    /// `.inherit`: the keys of an object at the top that this one does not have.
    fn inherit(&mut self, told: Option<&Document>, parent: &str, at: Range, chunk: Chunk) {
        let replaces = told.and_then(Document::root).and_then(|root| root.get("replace")?.boolean()).unwrap_or(false);
        let document = &mut self.loaded.document;
        let id = document.name_id(parent);
        let found = document.find(0, id).and_then(|parent| document.node(parent));
        let Some(Data::Object(children)) = found.map(|parent| parent.data.clone()) else {
            self.refuse(chunk, Diagnostic::new(Code::UclInheritUnknown, at).with("name", parent));
            return;
        };
        let Some(top) = self.stack.last().map(|top| top.node) else { return };
        for child in children {
            let Some(name) = document.node(child).map(|child| child.name) else { continue };
            let old = document.find(top, name);
            if old.is_some() && !replaces {
                continue;
            }
            let copy = document.copy(child);
            if let Some(copy) = document.node_mut(copy) {
                copy.is_inherited = !replaces;
            }
            match old {
                Some(old) => document.append(old, copy),
                None => document.insert(top, copy),
            }
        }
    }
}
