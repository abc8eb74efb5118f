//! Typed views on the tree: calls (commands and tests) with their arguments, tests and blocks.

use super::Kind;
use crate::text::{Node, Range, Tree};

/// A command or a test.
#[derive(Clone, Copy, Debug)]
pub struct Call<'t> {
    node: Node<'t, Kind>,
    /// Where its name stands.
    pub name: Range,
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
        Some(Self { node, name: node.child(Kind::Identifier)?.range() })
    }

    /// The whole of it, block included.
    #[must_use]
    pub fn range(self) -> Range {
        self.node.range()
    }

    /// From the name to the last argument or test, the block and the semicolon left out.
    #[must_use]
    pub fn head(self) -> Range {
        let mut range = self.name;
        for child in self.node.children() {
            if !child.kind().is_trivia() && !matches!(child.kind(), Kind::Block | Kind::Semicolon | Kind::Skipped) {
                range = range.cover(child.range());
            }
        }
        range
    }

    /// Its arguments, tags included, in order.
    pub fn arguments(self) -> impl Iterator<Item = Argument<'t>> + use<'t> {
        self.node.children().filter_map(|node| {
            let kind = node.kind();
            matches!(kind, Kind::Tag | Kind::Number | Kind::Quoted | Kind::MultiLine | Kind::StringList).then(|| Argument {
                kind,
                range: node.range(),
                node,
            })
        })
    }

    /// Its tests, and whether they stand in parentheses.
    #[must_use]
    pub fn tests(self) -> (Vec<Call<'t>>, bool) {
        if let Some(list) = self.node.child(Kind::TestList) {
            return (list.children().filter(|child| child.kind() == Kind::Test).filter_map(Call::new).collect(), true);
        }
        (self.node.child(Kind::Test).and_then(Call::new).into_iter().collect(), false)
    }

    /// Its block, as a node.
    #[must_use]
    pub fn block(self) -> Option<Node<'t, Kind>> {
        self.node.child(Kind::Block)
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
