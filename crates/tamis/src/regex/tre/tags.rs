//! Where the tags go (`tre_add_tags`).

use super::{Kind, Tree};

/// Which tags say where a group starts and ends, and which groups it lies in.
#[derive(Clone, Debug, Default)]
pub(super) struct Group {
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) parents: Vec<usize>,
}

/// The tags of a pattern.
#[derive(Clone, Debug, Default)]
pub(super) struct Tags {
    /// For each tag whether a late place is better than an early one.
    pub(super) late: Vec<bool>,
    /// The groups, the whole match first. A tag equal to `late.len()` is the end of the match.
    pub(super) groups: Vec<Group>,
}

enum Task {
    Visit(usize),
    AfterIteration { at: usize, tagged: bool },
    AfterLeft { next: usize, reserved: Option<usize> },
    AfterRight(usize),
    AfterFirst,
    AfterSecond { at: usize, left: usize, right: usize, tagged: bool, base: usize, left_tag: usize, right_tag: usize },
    CloseGroup(usize),
}

/// An end of a group that waits for its tag.
#[derive(Clone, Copy)]
struct Waiting {
    group: usize,
    start: bool,
}

/// The walk through the tree.
struct Tagger<'t> {
    tree: &'t mut Tree,
    /// The first walk only counts.
    counting: bool,
    tags: Tags,
    /// Those from `base` on are seen.
    waiting: Vec<Waiting>,
    base: usize,
    parents: Vec<usize>,
    count: usize,
    /// The tag to add next, and the one after it.
    tag: usize,
    next: usize,
    late: bool,
}

/// Adds the tags to the tree at `root`.
pub(super) fn add(tree: &mut Tree, root: usize, groups: usize) -> Option<Tags> {
    let count = Tagger::new(tree, true, Tags::default()).walk(root)?.late.len();
    let tags = Tags { late: vec![false; count], groups: vec![Group::default(); groups] };
    Tagger::new(tree, false, tags).walk(root)
}

impl<'t> Tagger<'t> {
    fn new(tree: &'t mut Tree, counting: bool, tags: Tags) -> Self {
        Self { tree, counting, tags, waiting: vec![], base: 0, parents: vec![], count: 0, tag: 0, next: 1, late: false }
    }

    fn walk(mut self, root: usize) -> Option<Tags> {
        let mut tasks = vec![Task::Visit(root)];
        while let Some(task) = tasks.pop() {
            match task {
                Task::Visit(at) => self.visit(at, &mut tasks)?,
                Task::CloseGroup(group) => {
                    self.waiting.push(Waiting { group, start: false });
                    self.parents.pop();
                }
                Task::AfterIteration { at, tagged } => {
                    if self.counting {
                        if let Kind::Iter { arg, .. } = self.tree.get(at).kind {
                            self.set_tags(at, self.tree.get(arg).tags + usize::from(tagged));
                        }
                    } else {
                        self.late = true;
                    }
                }
                Task::AfterLeft { next, reserved } => {
                    self.next = next;
                    self.tag = reserved.unwrap_or(self.tag);
                }
                Task::AfterRight(at) => {
                    if let (true, Kind::Cat(left, right)) = (self.counting, self.tree.get(at).kind) {
                        self.set_tags(at, self.tree.get(left).tags + self.tree.get(right).tags);
                    }
                }
                Task::AfterFirst => self.base = self.waiting.len(),
                Task::AfterSecond { at, left, right, tagged, base, left_tag, right_tag } => {
                    let grouped = self.tree.groups(at) > 0;
                    if self.counting {
                        let inner = self.tree.get(left).tags + self.tree.get(right).tags;
                        self.set_tags(at, inner + usize::from(tagged) + if grouped { 2 } else { 0 });
                    }
                    self.base = base;
                    if grouped {
                        if !self.counting {
                            for (side, tag) in [(left, left_tag), (right, right_tag)] {
                                self.tree.add_tag(side, tag, false)?;
                                *self.tags.late.get_mut(tag)? = true;
                            }
                        }
                        self.count += 2;
                    }
                    self.late = true;
                }
            }
        }
        if self.counting {
            self.tags.late = vec![false; self.count];
        } else {
            self.settle(self.tag);
        }
        Some(self.tags)
    }

    fn set_tags(&mut self, at: usize, tags: usize) {
        if let Some(branch) = self.tree.branches.get_mut(at) {
            branch.tags = tags;
        }
    }

    /// Gives the waiting ends their tag.
    fn settle(&mut self, tag: usize) {
        for Waiting { group, start } in self.waiting.drain(self.base..) {
            if let Some(group) = self.tags.groups.get_mut(group) {
                *if start { &mut group.start } else { &mut group.end } = tag;
            }
        }
    }

    /// Adds a tag before `at` if any end of a group waits for one.
    fn tag_before(&mut self, at: usize) -> Option<bool> {
        if self.waiting.len() <= self.base {
            return Some(false);
        }
        if self.counting {
            self.waiting.truncate(self.base);
        } else {
            self.tree.add_tag(at, self.tag, true)?;
            *self.tags.late.get_mut(self.tag)? = self.late;
            self.settle(self.tag);
        }
        self.tag = self.next;
        self.count += 1;
        self.next += 1;
        Some(true)
    }

    fn visit(&mut self, at: usize, tasks: &mut Vec<Task>) -> Option<()> {
        let branch = self.tree.get(at);
        if let Some(group) = branch.group {
            self.waiting.push(Waiting { group, start: true });
            if !self.counting {
                self.tags.groups.get_mut(group)?.parents.clone_from(&self.parents);
            }
            tasks.push(Task::CloseGroup(group));
        }
        match branch.kind {
            Kind::Set { literals, .. } => {
                let tagged = self.tag_before(at)?;
                if self.counting {
                    self.set_tags(at, usize::from(tagged));
                }
                // musl's parser makes it a union.
                if literals > 1 {
                    self.late = true;
                }
            }
            Kind::Cat(left, right) => {
                let (left_tags, right_tags) = (self.tree.get(left).tags, self.tree.get(right).tags);
                tasks.push(Task::AfterRight(at));
                tasks.push(Task::Visit(right));
                let next = self.next + left_tags;
                let reserved = (left_tags > 0 && right_tags > 0).then_some(self.next);
                self.next += usize::from(reserved.is_some());
                tasks.push(Task::AfterLeft { next, reserved });
                tasks.push(Task::Visit(left));
            }
            Kind::Iter { arg, .. } => {
                let tagged = self.waiting.len() > self.base;
                tasks.push(Task::AfterIteration { at, tagged });
                tasks.push(Task::Visit(arg));
                self.tag_before(at)?;
                self.late = false;
            }
            Kind::Alt(left, right) => {
                let tagged = self.waiting.len() > self.base;
                let (left_tag, right_tag) = if tagged { (self.next, self.next + 1) } else { (self.tag, self.next) };
                tasks.push(Task::AfterSecond { at, left, right, tagged, base: self.base, left_tag, right_tag });
                tasks.push(Task::Visit(right));
                tasks.push(Task::AfterFirst);
                tasks.push(Task::Visit(left));
                self.tag_before(at)?;
                if branch.groups > 0 {
                    self.next += 1;
                    self.tag = self.next;
                    self.next += 1;
                }
            }
            Kind::Empty | Kind::Assert(_) | Kind::Tag(_) | Kind::Final(_) => {}
        }
        if let Some(group) = branch.group {
            self.parents.push(group);
        }
        Some(())
    }
}
