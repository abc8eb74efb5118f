//! Typed views on the tree: calls (commands and tests) with their arguments, tests and blocks.

use super::Kind;
use crate::text::{Node, Range, Tree};

/// A command or a test.
#[derive(Clone, Copy, Debug)]
pub struct Call<'t> {
    node: Node<'t, Kind>,
    /// Where its name stands.
    pub name: Range,
    /// From the name to the last argument or test, the block and the semicolon left out.
    pub head: Range,
    /// Its first argument.
    argument: Option<u32>,
    /// The node of its test or of its list of tests.
    tests: Option<u32>,
    /// The node of its block.
    block: Option<u32>,
}

/// An argument as written; a tag's parameter is the argument after it.
#[derive(Clone, Copy, Debug)]
pub struct Argument<'t> {
    /// [`Kind::Tag`], [`Kind::Number`], [`Kind::Quoted`], [`Kind::MultiLine`] or [`Kind::StringList`].
    pub kind: Kind,
    /// Where it stands.
    pub range: Range,
    node: Node<'t, Kind>,
}

impl<'t> Argument<'t> {
    /// The strings of a string list; of a single string, itself.
    pub fn strings(self) -> impl Iterator<Item = (Kind, Range)> + use<'t> {
        let single = self.kind.is_string().then_some((self.kind, self.range));
        let list = self.node.children().filter(|child| child.kind().is_string()).map(|child| (child.kind(), child.range()));
        single.into_iter().chain(list)
    }
}

impl<'t> Call<'t> {
    fn new(node: Node<'t, Kind>) -> Option<Self> {
        let (mut name, mut last, mut argument, mut tests, mut block) = (None, None, None, None, None);
        for child in node.children() {
            match child.kind() {
                Kind::Blank | Kind::HashComment | Kind::BracketComment | Kind::Semicolon | Kind::Skipped => continue,
                Kind::Block => {
                    block = block.or(Some(child.index()));
                    continue;
                }
                Kind::Identifier => name = name.or(Some(child.range())),
                Kind::Test | Kind::TestList => tests = tests.or(Some(child.index())),
                _ => argument = argument.or(Some(child.index())),
            }
            last = Some(child);
        }
        let name = name?;
        let head = last.map_or(name, |last| name.cover(last.range()));
        Some(Self { node, name, head, argument, tests, block })
    }

    /// The whole of it, block included.
    #[must_use]
    pub fn range(self) -> Range {
        self.node.range()
    }

    /// Its arguments, tags included, in order.
    pub fn arguments(self) -> impl Iterator<Item = Argument<'t>> + use<'t> {
        self.argument.into_iter().flat_map(move |first| self.node.children_from(first)).filter_map(|node| {
            let kind = node.kind();
            matches!(kind, Kind::Tag | Kind::Number | Kind::Quoted | Kind::MultiLine | Kind::StringList).then(|| Argument {
                kind,
                range: node.range(),
                node,
            })
        })
    }

    /// Its tests.
    pub fn tests(self) -> impl Iterator<Item = Call<'t>> + use<'t> {
        let (single, list) = match self.tests.and_then(|tests| self.node.sibling(tests)) {
            Some(node) if node.kind() == Kind::Test => (Some(node), None),
            list => (None, list),
        };
        let listed = list.into_iter().flat_map(Node::children).filter(|child| child.kind() == Kind::Test);
        single.into_iter().chain(listed).filter_map(Call::new)
    }

    /// Whether its tests stand in parentheses.
    #[must_use]
    pub fn has_test_list(self) -> bool {
        self.tests.and_then(|tests| self.node.sibling(tests)).is_some_and(|node| node.kind() == Kind::TestList)
    }

    /// Its block, as a node.
    #[must_use]
    pub fn block(self) -> Option<Node<'t, Kind>> {
        self.block.and_then(|block| self.node.sibling(block))
    }
}

/// The commands directly inside a node: the script itself, or a block.
pub fn calls<'t>(node: Node<'t, Kind>) -> impl Iterator<Item = Call<'t>> + use<'t> {
    node.children().filter(|child| child.kind() == Kind::Command).filter_map(Call::new)
}

/// The commands at the top of a script.
pub fn script(tree: &Tree<Kind>) -> impl Iterator<Item = Call<'_>> {
    tree.root().into_iter().flat_map(calls)
}
