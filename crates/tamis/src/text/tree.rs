//! The flat, lossless tree: the tokens of a text, which tile it, and beside them the nodes that group them.
//!
//! A node says which tokens it begins and ends with; nodes stand in the order of their beginnings, the outer before the inner. There
//! are no pointers, so a tree is dropped at once however deep it is, and walking it is walking two slices.

use super::{Range, count};

/// A stretch of text. It starts where the one before it ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Token<K> {
    /// What it is.
    pub kind: K,
    /// Byte offset after it.
    pub end: u32,
}

/// What groups tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Node<K> {
    kind: K,
    /// Index of its first token.
    first: u32,
    /// Index of the token after its last.
    end: u32,
}

/// A token or node with its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Element<K> {
    /// What it is.
    pub kind: K,
    /// True for a node, false for a token.
    pub is_node: bool,
    /// From its first to its last byte. Blanks and comments around a node are not part of it.
    pub range: Range,
}

/// A parsed text.
#[derive(Clone, Debug, Default)]
pub struct Tree<K> {
    tokens: Vec<Token<K>>,
    nodes: Vec<Node<K>>,
}

impl<K: Copy> Tree<K> {
    /// A tree of these tokens, with room for so many nodes.
    #[must_use]
    pub fn new(tokens: Vec<Token<K>>, nodes: usize) -> Self {
        Self { tokens, nodes: Vec::with_capacity(nodes) }
    }

    /// The tokens.
    #[must_use]
    pub fn tokens(&self) -> &[Token<K>] {
        &self.tokens
    }

    /// How many tokens end before this byte offset, or at it.
    #[must_use]
    pub fn tokens_before(&self, offset: u32) -> u32 {
        count(self.tokens.partition_point(|token| token.end <= offset))
    }

    /// Opens a node before the token at index `first`. Gives the node's own index, which closes it.
    pub fn open(&mut self, kind: K, first: u32) -> u32 {
        let index = count(self.nodes.len());
        self.nodes.push(Node { kind, first, end: first });
        index
    }

    /// Closes a node before the token at index `end`. Those opened inside it are closed before.
    pub fn close(&mut self, node: u32, end: u32) {
        if let Some(node) = self.nodes.get_mut(node as usize) {
            node.end = end.max(node.first);
        }
    }

    /// Everything in the order of the text, nodes before what they hold.
    pub fn elements(&self) -> impl Iterator<Item = Element<K>> {
        let mut nodes = self.nodes.iter().peekable();
        let (mut next, mut start) = (0u32, 0u32);
        std::iter::from_fn(move || {
            if let Some(node) = nodes.next_if(|node| node.first <= next) {
                let end = if node.end > node.first { self.end(node.end.saturating_sub(1)) } else { start };
                return Some(Element { kind: node.kind, is_node: true, range: Range::new(start, end) });
            }
            let token = self.tokens.get(next as usize)?;
            let range = Range::new(start, token.end);
            (next, start) = (next.saturating_add(1), token.end);
            Some(Element { kind: token.kind, is_node: false, range })
        })
    }

    /// Byte offset after the token at an index.
    fn end(&self, index: u32) -> u32 {
        self.tokens.get(index as usize).map_or(0, |token| token.end)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn elements_come_in_the_order_of_the_text() {
        let token = |kind, end| Token { kind, end };
        let mut tree = Tree::new(vec![token('a', 1), token('b', 3), token(' ', 4), token('c', 5), token('d', 9)], 4);
        let root = tree.open('R', 0);
        let outer = tree.open('N', 1);
        let inner = tree.open('M', 1);
        tree.close(inner, 2);
        tree.close(outer, 4);
        let empty = tree.open('E', 5);
        tree.close(empty, 5);
        tree.close(root, 5);
        let shown: Vec<_> = tree.elements().map(|element| (element.kind, element.range.start, element.range.end)).collect();
        let expected =
            [('R', 0, 9), ('a', 0, 1), ('N', 1, 5), ('M', 1, 3), ('b', 1, 3), (' ', 3, 4), ('c', 4, 5), ('d', 5, 9), ('E', 9, 9)];
        assert_eq!(shown, expected);
    }
}
