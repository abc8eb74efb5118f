//! The flat, lossless tree: a pre-order `Vec` of small elements whose tokens tile the text.
//!
//! A node's element is followed by the elements of everything inside it; `extent` says where that ends. There are no pointers,
//! so a tree is dropped at once however deep it is, and walking it is walking a slice.

use super::Range;

/// One element: a token (a stretch of text) or a node (what groups the elements after it).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Element<K> {
    /// What it is.
    pub kind: K,
    /// True for a node, false for a token.
    pub is_node: bool,
    /// Byte offset where it starts.
    pub start: u32,
    /// For a token the byte offset where it ends; for a node the index of the first element after its subtree.
    pub extent: u32,
}

/// A parsed text.
#[derive(Clone, Debug, Default)]
pub struct Tree<K> {
    elements: Vec<Element<K>>,
}

impl<K: Copy + PartialEq> Tree<K> {
    /// All elements, in the order of the text, parents before children.
    #[must_use]
    pub fn elements(&self) -> &[Element<K>] {
        &self.elements
    }

    /// The node that holds everything; `None` for a tree that was never built.
    #[must_use]
    pub fn root(&self) -> Option<Node<'_, K>> {
        self.node(0)
    }

    /// The element at `index`, as a node of this tree.
    #[must_use]
    pub fn node(&self, index: u32) -> Option<Node<'_, K>> {
        let element = *self.elements.get(index as usize)?;
        Some(Node { tree: self, index, element })
    }
}

/// An element with its tree: what one walks with. Tokens are nodes without children.
#[derive(Debug)]
pub struct Node<'t, K> {
    tree: &'t Tree<K>,
    index: u32,
    element: Element<K>,
}

impl<K: Copy> Clone for Node<'_, K> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<K: Copy> Copy for Node<'_, K> {}

impl<'t, K: Copy + PartialEq> Node<'t, K> {
    /// What it is.
    #[must_use]
    pub fn kind(self) -> K {
        self.element.kind
    }

    /// Its place in [`Tree::elements`]: a stable name for it as long as the tree lives.
    #[must_use]
    pub fn index(self) -> u32 {
        self.index
    }

    /// Its byte range: from its first to its last token, the blanks and comments around it left out.
    #[must_use]
    pub fn range(self) -> Range {
        if !self.element.is_node {
            return Range::new(self.element.start, self.element.extent);
        }
        let inside = self.tree.elements.get(self.index as usize..self.element.extent as usize).unwrap_or(&[]);
        let end = inside.iter().rev().find(|element| !element.is_node).map_or(self.element.start, |element| element.extent);
        Range::new(self.element.start, end)
    }

    /// The elements directly inside, tokens included.
    pub fn children(self) -> impl Iterator<Item = Node<'t, K>> + use<'t, K> {
        let tree = self.tree;
        let (mut next, end) = if self.element.is_node { (self.index.saturating_add(1), self.element.extent) } else { (0, 0) };
        std::iter::from_fn(move || {
            if next >= end {
                return None;
            }
            let node = tree.node(next)?;
            next = if node.element.is_node { node.element.extent } else { next.saturating_add(1) };
            Some(node)
        })
    }

    /// The first direct child of a kind.
    #[must_use]
    pub fn child(self, kind: K) -> Option<Node<'t, K>> {
        self.children().find(|child| child.kind() == kind)
    }
}

/// Builds a tree in one pass: open a node, add tokens, close it.
#[derive(Debug)]
pub struct Builder<K> {
    elements: Vec<Element<K>>,
    /// The number of elements up to the last one that is no trivia: what follows belongs to no node that is closed now.
    solid: usize,
}

impl<K: Copy + PartialEq> Builder<K> {
    /// An empty builder with room for `capacity` elements.
    #[must_use]
    pub fn with_capacity(capacity: usize) -> Self {
        Self { elements: Vec::with_capacity(capacity), solid: 0 }
    }

    /// Opens a node that starts at byte `start`. Gives its index, which closes it.
    pub fn open(&mut self, kind: K, start: u32) -> u32 {
        let index = super::offset(self.elements.len());
        self.elements.push(Element { kind, is_node: true, start, extent: 0 });
        self.solid = self.elements.len();
        index
    }

    /// Adds a token.
    #[inline]
    pub fn token(&mut self, kind: K, range: Range) {
        self.elements.push(Element { kind, is_node: false, start: range.start, extent: range.end });
        self.solid = self.elements.len();
    }

    /// Adds a token that stands inside a node only if more of the node follows.
    #[inline]
    pub fn trivia(&mut self, kind: K, range: Range) {
        self.elements.push(Element { kind, is_node: false, start: range.start, extent: range.end });
    }

    /// Closes a node behind its last token that is no trivia. Those opened inside it are closed before.
    pub fn close(&mut self, node: u32) {
        if let Some(element) = self.elements.get_mut(node as usize) {
            element.extent = super::offset(self.solid);
        }
    }

    /// Closes the node at the root around all that was added, and gives the tree.
    #[must_use]
    pub fn finish(mut self) -> Tree<K> {
        self.solid = self.elements.len();
        self.close(0);
        Tree { elements: self.elements }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn children_skip_subtrees_and_ranges_leave_out_what_is_around() {
        let mut builder = Builder::with_capacity(8);
        builder.open('R', 0);
        builder.token('a', Range::new(0, 1));
        let node = builder.open('N', 1);
        builder.token('b', Range::new(1, 3));
        builder.trivia(' ', Range::new(3, 4));
        builder.token('c', Range::new(4, 5));
        builder.trivia(' ', Range::new(5, 6));
        builder.close(node);
        builder.token('d', Range::new(6, 9));
        builder.trivia('\n', Range::new(9, 10));
        let tree = builder.finish();
        let root = tree.root().unwrap();
        assert_eq!(root.children().map(Node::kind).collect::<String>(), "aN d\n");
        assert_eq!(root.range(), Range::new(0, 10));
        let inner = root.child('N').unwrap();
        assert_eq!((inner.range(), inner.children().map(Node::kind).collect::<String>()), (Range::new(1, 5), "b c".to_owned()));
    }
}
