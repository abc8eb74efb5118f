//! Typed views on the tree: calls (commands and tests) with their arguments, tests and blocks, read off it in one pass.

use super::Kind;
use crate::text::{Element, Range, Tree, offset};

/// The calls of a script in the order of the text: each is followed by its tests, then by the commands of its block.
#[derive(Debug)]
pub struct Calls<'t> {
    calls: Vec<Data>,
    arguments: Vec<Argument<'t>>,
}

/// What is known of a call.
#[derive(Clone, Copy, Debug, Default)]
struct Data {
    name: Range,
    head: Range,
    /// Byte offset after it.
    end: u32,
    /// Its first argument and the one after its last.
    arguments: (u32, u32),
    /// Index of the call after its last test.
    tests_end: u32,
    /// Index of the call after all that it contains.
    next: u32,
    /// Where its block begins.
    brace: Option<u32>,
    has_test_list: bool,
}

/// A command or a test.
#[derive(Clone, Copy, Debug)]
pub struct Call<'t> {
    calls: &'t Calls<'t>,
    data: &'t Data,
    index: u32,
    /// Where its name stands.
    pub name: Range,
    /// From the name to the last argument or test, the block and the semicolon left out.
    pub head: Range,
}

/// Commands in a row, or tests.
#[derive(Clone, Copy, Debug)]
pub struct CallIter<'t> {
    calls: &'t Calls<'t>,
    next: u32,
    end: u32,
}

/// The block of a command.
#[derive(Clone, Copy, Debug)]
pub struct CallBlock<'t> {
    /// Its opening brace.
    pub brace: Range,
    /// What stands in it.
    pub commands: CallIter<'t>,
}

/// An argument as written; a tag's parameter is the argument after it.
#[derive(Clone, Copy, Debug)]
pub struct Argument<'t> {
    /// [`Kind::Tag`], [`Kind::Number`], [`Kind::Quoted`], [`Kind::MultiLine`] or [`Kind::StringList`].
    pub kind: Kind,
    /// Where it stands.
    pub range: Range,
    /// Its element in the tree, and those inside it.
    elements: &'t [Element<Kind>],
}

impl<'t> Argument<'t> {
    /// The strings of a string list; of a single string, itself.
    pub fn strings(self) -> impl Iterator<Item = (Kind, Range)> + use<'t> {
        let strings = self.elements.iter().filter(|element| element.kind.is_string());
        strings.map(|element| (element.kind, Range::new(element.start, element.extent)))
    }
}

impl<'t> Call<'t> {
    /// The whole of it, block included.
    #[must_use]
    pub fn range(self) -> Range {
        Range::new(self.name.start, self.data.end)
    }

    /// Its arguments, tags included, in order.
    #[must_use]
    pub fn arguments(self) -> &'t [Argument<'t>] {
        let (from, to) = self.data.arguments;
        self.calls.arguments.get(from as usize..to as usize).unwrap_or(&[])
    }

    /// Its tests.
    #[must_use]
    pub fn tests(self) -> CallIter<'t> {
        CallIter { calls: self.calls, next: self.index.saturating_add(1), end: self.data.tests_end }
    }

    /// Whether its tests stand in parentheses.
    #[must_use]
    pub fn has_test_list(self) -> bool {
        self.data.has_test_list
    }

    /// Its block.
    #[must_use]
    pub fn block(self) -> Option<CallBlock<'t>> {
        let brace = self.data.brace?;
        let commands = CallIter { calls: self.calls, next: self.data.tests_end, end: self.data.next };
        Some(CallBlock { brace: Range::new(brace, brace.saturating_add(1)), commands })
    }
}

impl<'t> Iterator for CallIter<'t> {
    type Item = Call<'t>;

    fn next(&mut self) -> Option<Call<'t>> {
        let index = self.next;
        let data = self.calls.calls.get(index as usize).filter(|_| index < self.end)?;
        self.next = data.next;
        Some(Call { calls: self.calls, data, index, name: data.name, head: data.head })
    }
}

impl<'t> Calls<'t> {
    /// Reads the calls off a tree.
    #[must_use]
    pub fn new(tree: &'t Tree<Kind>) -> Self {
        let elements = tree.elements();
        let mut reader = Reader {
            calls: Self { calls: Vec::with_capacity(elements.len() / 8), arguments: Vec::with_capacity(elements.len() / 4) },
            open: Vec::new(),
            last_end: 0,
        };
        let mut at = 0;
        while let Some(element) = elements.get(at) {
            while reader.open.last().is_some_and(|open| open.end as usize <= at) {
                reader.close();
            }
            at = if element.is_node { reader.node(at, *element, elements) } else { reader.token(at, *element, elements) };
        }
        while !reader.open.is_empty() {
            reader.close();
        }
        reader.calls
    }

    /// The commands at the top of the script.
    #[must_use]
    pub fn top(&'t self) -> CallIter<'t> {
        CallIter { calls: self, next: 0, end: offset(self.calls.len()) }
    }
}

/// Reads the calls off a tree.
struct Reader<'t> {
    calls: Calls<'t>,
    open: Vec<Open>,
    /// Byte offset after the last token.
    last_end: u32,
}

/// A node that is being read.
#[derive(Clone, Copy)]
struct Open {
    kind: Kind,
    /// Index of the element after it.
    end: u32,
    /// The call that it is, or that it belongs to.
    call: u32,
}

impl<'t> Reader<'t> {
    /// The call whose direct child comes next.
    fn call(&mut self) -> Option<&mut Data> {
        let open = self.open.last().filter(|open| matches!(open.kind, Kind::Command | Kind::Test))?;
        self.calls.calls.get_mut(open.call as usize)
    }

    /// Reads a node; gives the index of the element to go on with.
    fn node(&mut self, at: usize, element: Element<Kind>, elements: &'t [Element<Kind>]) -> usize {
        let count = offset(self.calls.calls.len());
        let mut open = Open { kind: element.kind, end: element.extent, call: count };
        match element.kind {
            Kind::Script => {}
            Kind::Command | Kind::Test => {
                let arguments = offset(self.calls.arguments.len());
                let name = Range::at(element.start);
                self.calls.calls.push(Data { name, head: name, arguments: (arguments, arguments), ..Data::default() });
            }
            Kind::TestList | Kind::Block => {
                open.call = self.open.last().map_or(0, |open| open.call);
                match self.call() {
                    Some(call) if element.kind == Kind::TestList => call.has_test_list = true,
                    Some(call) if call.brace.is_none() => {
                        call.brace = Some(element.start);
                        call.tests_end = count;
                    }
                    // A block that belongs to no command: an error that was reported.
                    _ => return self.skip(at, element, elements),
                }
            }
            Kind::StringList => {
                let next = self.skip(at, element, elements);
                self.argument(element.kind, Range::new(element.start, self.last_end), elements.get(at..next));
                return next;
            }
            _ => return self.skip(at, element, elements),
        }
        self.open.push(open);
        at + 1
    }

    /// Passes over a node; gives the index of the element after it.
    fn skip(&mut self, at: usize, element: Element<Kind>, elements: &[Element<Kind>]) -> usize {
        let next = (element.extent as usize).max(at + 1);
        let inside = elements.get(at..next).unwrap_or(&[]);
        self.last_end = inside.iter().rev().find(|element| !element.is_node).map_or(self.last_end, |element| element.extent);
        next
    }

    /// Reads a token; gives the index of the element to go on with.
    fn token(&mut self, at: usize, element: Element<Kind>, elements: &'t [Element<Kind>]) -> usize {
        self.last_end = element.extent;
        match element.kind {
            Kind::Blank | Kind::HashComment | Kind::BracketComment | Kind::Semicolon => {}
            Kind::Tag | Kind::Number | Kind::Quoted | Kind::MultiLine => {
                self.argument(element.kind, Range::new(element.start, element.extent), elements.get(at..at + 1));
            }
            kind => {
                if let Some(call) = self.call() {
                    if kind == Kind::Identifier && call.name.is_empty() {
                        call.name = Range::new(element.start, element.extent);
                        call.head = call.name;
                    }
                    call.head.end = element.extent;
                }
            }
        }
        at + 1
    }

    fn argument(&mut self, kind: Kind, range: Range, elements: Option<&'t [Element<Kind>]>) {
        let Some(call) = self.call() else { return };
        call.head.end = range.end;
        call.arguments.1 = call.arguments.1.saturating_add(1);
        self.calls.arguments.push(Argument { kind, range, elements: elements.unwrap_or(&[]) });
    }

    /// Ends the node opened last.
    fn close(&mut self) {
        let Some(open) = self.open.pop() else { return };
        let (end, next) = (self.last_end, offset(self.calls.calls.len()));
        if matches!(open.kind, Kind::Command | Kind::Test)
            && let Some(call) = self.calls.calls.get_mut(open.call as usize)
        {
            (call.end, call.next) = (end, next);
            if call.brace.is_none() {
                call.tests_end = next;
            }
        }
        if matches!(open.kind, Kind::Test | Kind::TestList)
            && let Some(call) = self.call()
        {
            call.head.end = end;
        }
    }
}
