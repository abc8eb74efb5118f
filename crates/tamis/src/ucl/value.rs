//! What a configuration says: a tree of values, each with its origin. A key that is given twice has a row of values (libucl's implicit
//! arrays); [`Value::row`] walks it.

use std::collections::BTreeMap;

use super::number::decimal;
use crate::text::{Range, count};

/// Where a value was written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Origin {
    /// Index into the sources of what was loaded.
    pub source: u32,
    /// The key; empty in an array.
    pub key: Range,
    /// The value; of a container, its opening brace.
    pub value: Range,
}

/// A value without its place.
#[derive(Clone, Debug, PartialEq)]
pub enum Data {
    /// `null`, or nothing.
    Null,
    /// `true`, `yes`, `on`, `false`, `no`, `off`.
    Bool(bool),
    /// A whole number, sizes included.
    Int(i64),
    /// A number with a point or an exponent.
    Float(f64),
    /// Seconds.
    Time(f64),
    /// Text.
    String(String),
    /// Indices of its items.
    Array(Vec<u32>),
    /// Indices of the first value of each key, in the order of the keys' first appearance.
    Object(Vec<u32>),
}

/// No node.
pub(super) const NONE: u32 = u32::MAX;

/// One value.
#[derive(Clone, Debug)]
pub(super) struct Node {
    pub(super) data: Data,
    /// Index of its key's text.
    pub(super) name: u32,
    /// 0 to 15: a higher one replaces a lower one.
    pub(super) priority: u8,
    /// It was copied by `.inherit`: an own value replaces it.
    pub(super) is_inherited: bool,
    /// The next value of the same key.
    pub(super) next: u32,
    /// Of the first value of a key, the last one.
    pub(super) last: u32,
    pub(super) origin: Origin,
}

/// All values of a configuration.
#[derive(Clone, Debug, Default)]
pub struct Document {
    pub(super) nodes: Vec<Node>,
    names: Vec<String>,
    name_ids: BTreeMap<String, u32>,
    /// For an object and a key, the place of the key's first value among the object's.
    places: BTreeMap<(u32, u32), u32>,
    /// An object, the value that a key of it had, and the one that took its place.
    replaced: Vec<[u32; 3]>,
}

impl Document {
    /// The outermost value.
    #[must_use]
    pub fn root(&self) -> Option<Value<'_>> {
        self.value(0)
    }

    /// The value at an index.
    #[must_use]
    pub fn value(&self, index: u32) -> Option<Value<'_>> {
        self.nodes.get(index as usize).map(|node| Value { document: self, node, index })
    }

    /// Values that others replaced: the object, the old value, the new one. Each may itself be gone by now.
    pub fn replaced(&self) -> impl Iterator<Item = [Value<'_>; 3]> {
        self.replaced.iter().filter_map(|[object, old, new]| Some([self.value(*object)?, self.value(*old)?, self.value(*new)?]))
    }

    pub(super) fn name_id(&mut self, name: &str) -> u32 {
        if let Some(id) = self.name_ids.get(name) {
            return *id;
        }
        let id = count(self.names.len());
        self.names.push(name.to_owned());
        self.name_ids.insert(name.to_owned(), id);
        id
    }

    pub(super) fn add(&mut self, data: Data, name: u32, priority: u8, origin: Origin) -> u32 {
        let index = count(self.nodes.len());
        self.nodes.push(Node { data, name, priority, is_inherited: false, next: NONE, last: index, origin });
        index
    }

    pub(super) fn node(&self, index: u32) -> Option<&Node> {
        self.nodes.get(index as usize)
    }

    pub(super) fn node_mut(&mut self, index: u32) -> Option<&mut Node> {
        self.nodes.get_mut(index as usize)
    }

    /// The first value of a key in an object.
    pub(super) fn find(&self, object: u32, name: u32) -> Option<u32> {
        let Some(Node { data: Data::Object(children), .. }) = self.node(object) else { return None };
        self.places.get(&(object, name)).and_then(|place| children.get(*place as usize)).copied()
    }

    /// A new key of an object.
    pub(super) fn insert(&mut self, object: u32, child: u32) {
        let name = self.node(child).map_or(NONE, |child| child.name);
        if let Some(Node { data: Data::Object(children), .. }) = self.nodes.get_mut(object as usize) {
            self.places.insert((object, name), count(children.len()));
            children.push(child);
        }
    }

    /// Another value for a key, in the old one's place.
    pub(super) fn replace(&mut self, object: u32, old: u32, new: u32) {
        let name = self.node(old).map_or(NONE, |old| old.name);
        let place = self.places.get(&(object, name)).copied();
        if let (Some(place), Some(Node { data: Data::Object(children), .. })) = (place, self.nodes.get_mut(object as usize))
            && let Some(child) = children.get_mut(place as usize)
        {
            *child = new;
            self.replaced.push([object, old, new]);
        }
    }

    /// One more value of a key.
    pub(super) fn append(&mut self, first: u32, new: u32) {
        if let Some(new_node) = self.node_mut(new) {
            (new_node.next, new_node.last) = (NONE, new);
        }
        let Some(last) = self.node(first).map(|first| first.last) else { return };
        if let Some(last) = self.node_mut(last) {
            last.next = new;
        }
        if let Some(first) = self.node_mut(first) {
            first.last = new;
        }
    }

    /// Gives an object's key one value, in place of those that it has. Gives the value's index.
    pub fn set(&mut self, object: u32, key: &str, data: Data) -> u32 {
        let name = self.name_id(key);
        let origin = self.find(object, name).or(Some(object)).and_then(|old| self.node(old)).map(|old| old.origin).unwrap_or_default();
        let new = self.add(data, name, 0, origin);
        self.put_node(object, name, new);
        new
    }

    /// Gives an object's key a value from elsewhere, with those beside it.
    pub fn put(&mut self, object: u32, key: &str, value: u32) {
        let name = self.name_id(key);
        if self.node(value).is_some_and(|node| node.name == name) {
            self.put_node(object, name, value);
        }
    }

    /// Gives an object's key a copy of a value, of whatever key.
    pub fn copy_to(&mut self, object: u32, key: &str, value: u32) -> u32 {
        let name = self.name_id(key);
        let copy = self.copy(value);
        if let Some(node) = self.node_mut(copy) {
            node.name = name;
        }
        self.put_node(object, name, copy);
        copy
    }

    /// Makes every origin that of another source: the document was read by itself.
    pub fn move_to_source(&mut self, source: u32) {
        for node in &mut self.nodes {
            node.origin.source = source;
        }
    }

    fn put_node(&mut self, object: u32, name: u32, value: u32) {
        match self.find(object, name) {
            Some(old) => self.replace(object, old, value),
            None => self.insert(object, value),
        }
    }

    /// Takes a key out of an object.
    pub fn remove(&mut self, object: u32, key: &str) {
        let name = self.name_id(key);
        let Some(old) = self.find(object, name) else { return };
        let Some(Data::Object(children)) = self.node_mut(object).map(|node| &mut node.data) else { return };
        children.retain(|child| *child != old);
        let kept: Vec<u32> = children.clone();
        self.places.remove(&(object, name));
        for (place, child) in kept.into_iter().enumerate() {
            if let Some(name) = self.node(child).map(|child| child.name) {
                self.places.insert((object, name), count(place));
            }
        }
    }

    /// Makes one array of those that stand beside each other: what is left of them after a way through Lua.
    pub fn join_arrays(&mut self) {
        let heads: Vec<u32> = self
            .nodes
            .iter()
            .filter_map(|node| if let Data::Object(children) = &node.data { Some(children) } else { None })
            .flatten()
            .copied()
            .collect();
        for head in heads {
            let mut items = Vec::new();
            let mut at = head;
            while let Some(Node { data: Data::Array(more), next, .. }) = self.node(at) {
                items.extend_from_slice(more);
                at = *next;
            }
            if at == NONE
                && let Some(node) = self.node_mut(head).filter(|node| node.next != NONE)
            {
                (node.data, node.next, node.last) = (Data::Array(items), NONE, head);
            }
        }
    }

    /// Makes every priority 0.
    pub fn forget_priorities(&mut self) {
        for node in &mut self.nodes {
            node.priority = 0;
        }
    }

    /// A copy of a value with all that it holds (`ucl_object_copy`). A container loses those beside it; another value shares them. No
    /// deeper than files nest.
    pub(super) fn copy(&mut self, index: u32) -> u32 {
        let Some(node) = self.node(index).cloned() else { return NONE };
        let copy = self.add(Data::Null, node.name, node.priority, node.origin);
        let data = match node.data {
            Data::Array(items) => Data::Array(items.into_iter().map(|item| self.copy(item)).collect()),
            Data::Object(children) => {
                if let Some(copy) = self.node_mut(copy) {
                    copy.data = Data::Object(Vec::new());
                }
                for child in children {
                    let child = self.copy(child);
                    self.insert(copy, child);
                }
                return copy;
            }
            data => {
                if let Some(copy) = self.node_mut(copy).filter(|_| node.next != NONE) {
                    (copy.next, copy.last) = (node.next, node.last);
                }
                data
            }
        };
        if let Some(copy) = self.node_mut(copy) {
            copy.data = data;
        }
        copy
    }
}

/// A value in its document.
#[derive(Clone, Copy, Debug)]
pub struct Value<'d> {
    document: &'d Document,
    node: &'d Node,
    index: u32,
}

impl<'d> Value<'d> {
    /// What it is.
    #[must_use]
    pub fn data(self) -> &'d Data {
        &self.node.data
    }

    /// Its index, which stays the same.
    #[must_use]
    pub fn index(self) -> u32 {
        self.index
    }

    /// Its key; empty in an array.
    #[must_use]
    pub fn key(self) -> &'d str {
        self.document.names.get(self.node.name as usize).map_or("", String::as_str)
    }

    /// Where it was written.
    #[must_use]
    pub fn origin(self) -> Origin {
        self.node.origin
    }

    /// 0 to 15.
    #[must_use]
    pub fn priority(self) -> u8 {
        self.node.priority
    }

    /// The next value of the same key.
    #[must_use]
    pub fn next(self) -> Option<Self> {
        self.document.value(self.node.next)
    }

    /// This value and those of the same key behind it.
    pub fn row(self) -> impl Iterator<Item = Self> {
        std::iter::successors(Some(self), |value| value.next())
    }

    /// The first value of a key in an object.
    #[must_use]
    pub fn get(self, key: &str) -> Option<Self> {
        let name = self.document.name_ids.get(key)?;
        self.document.value(self.document.find(self.index, *name)?)
    }

    /// The first value of the first of these keys that there is.
    #[must_use]
    pub fn get_any(self, keys: &[&str]) -> Option<Self> {
        keys.iter().find_map(|key| self.get(key))
    }

    /// The first values of an object's keys; none of anything else.
    pub fn entries(self) -> impl Iterator<Item = Self> {
        let children = match &self.node.data {
            Data::Object(children) => children.as_slice(),
            _ => &[],
        };
        children.iter().filter_map(move |child| self.document.value(*child))
    }

    /// The items of an array; none of anything else.
    pub fn items(self) -> impl Iterator<Item = Self> {
        let items = match &self.node.data {
            Data::Array(items) => items.as_slice(),
            _ => &[],
        };
        items.iter().filter_map(move |item| self.document.value(*item))
    }

    /// Whether it is an object.
    #[must_use]
    pub fn is_object(self) -> bool {
        matches!(self.node.data, Data::Object(_))
    }

    /// A number of any kind, as `ucl_object_todouble_safe` takes it.
    #[must_use]
    pub fn number(self) -> Option<f64> {
        match self.node.data {
            Data::Int(int) => Some(decimal(int)),
            Data::Float(double) | Data::Time(double) => Some(double),
            _ => None,
        }
    }

    /// A string, as it is.
    #[must_use]
    pub fn text(self) -> Option<&'d str> {
        match &self.node.data {
            Data::String(text) => Some(text),
            _ => None,
        }
    }

    /// True or false, as `ucl_object_toboolean_safe` takes it.
    #[must_use]
    pub fn boolean(self) -> Option<bool> {
        match self.node.data {
            Data::Bool(value) => Some(value),
            _ => None,
        }
    }
}
