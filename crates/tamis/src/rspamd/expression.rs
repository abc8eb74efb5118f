//! Rspamd's expressions (libutil/expression.c): shared by composites, force_actions and rules. An odd grammar, read as it is: operators
//! of one precedence group to the right, `-` and `/` are operators only in some company, and words for operators need text behind them.

use crate::diagnostic::Code;

/// An operator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Op {
    /// `!`, `not`.
    Not,
    /// `*`.
    Times,
    /// `/`.
    Divide,
    /// `+`.
    Plus,
    /// `-`, with a blank behind it.
    Minus,
    /// `>=`.
    AtLeast,
    /// `>`.
    Above,
    /// `<=`.
    AtMost,
    /// `<`.
    Below,
    /// `==`, `=`.
    Equal,
    /// `!=`.
    Unequal,
    /// `&`, `&&`, `and`.
    And,
    /// `|`, `||`, `or`.
    Or,
    /// `(`: only while parsing.
    Open,
    /// `)`: only while parsing.
    Close,
}

impl Op {
    const fn precedence(self) -> u8 {
        match self {
            Self::Not => 7,
            Self::Times | Self::Divide => 6,
            Self::Plus | Self::Minus => 5,
            Self::AtLeast | Self::Above | Self::AtMost | Self::Below | Self::Equal | Self::Unequal => 4,
            Self::And => 3,
            Self::Or => 2,
            Self::Open | Self::Close => 1,
        }
    }

    /// It takes any number of operands.
    const fn is_row(self) -> bool {
        matches!(self, Self::Times | Self::Plus | Self::And | Self::Or)
    }

    /// A number may stand behind it.
    const fn takes_number(self) -> bool {
        !matches!(self, Self::Not | Self::And | Self::Or | Self::Open | Self::Close)
    }
}

/// A part of an expression.
#[derive(Clone, Debug, PartialEq)]
pub enum Part<A> {
    /// What the expression is about.
    Atom(A),
    /// A number.
    Number(f64),
    /// An operator and its operands.
    Op(Op, Vec<u32>),
}

#[derive(Clone, Debug)]
struct Node<A> {
    part: Part<A>,
    parent: Option<u32>,
    /// What Rspamd takes for the parent when it asks whether an atom is negated. An atom that joined a row has none.
    known_parent: Option<u32>,
    depth: u32,
}

/// A parsed expression.
#[derive(Clone, Debug)]
pub struct Expression<A> {
    nodes: Vec<Node<A>>,
    root: u32,
}

/// Deeper expressions are declined.
const MAX_DEPTH: u32 = 64;

/// The longest expression in bytes.
const MAX_LENGTH: usize = 1 << 16;

/// What reads an atom at the beginning of a text: the atom and its length.
pub type Atoms<'a, A> = &'a mut dyn FnMut(&str) -> Option<(A, usize)>;

impl<A> Expression<A> {
    /// Parses an expression.
    ///
    /// # Errors
    /// What is wrong, and at which byte.
    pub fn parse(text: &str, atoms: Atoms<'_, A>) -> Result<Self, (Code, usize)> {
        if text.len() > MAX_LENGTH {
            return Err((Code::RspamdExpressionSize, 0));
        }
        let mut parser = Parser { text: text.as_bytes(), at: 0, nodes: Vec::new(), operands: Vec::new(), operators: Vec::new() };
        parser.run(text, atoms)?;
        match parser.operands.as_slice() {
            [root] => Ok(Self { root: *root, nodes: parser.nodes }),
            [] => Err((Code::RspamdExpressionEmpty, 0)),
            _ => Err((Code::RspamdExpressionOperator, parser.at)),
        }
    }

    /// The atoms, in the order of the text.
    pub fn atoms(&self) -> impl Iterator<Item = &A> {
        self.nodes.iter().filter_map(|node| match &node.part {
            Part::Atom(atom) => Some(atom),
            _ => None,
        })
    }

    /// The value. `atom` says the value of an atom, which it gets with its index. With `all`, every atom is asked; else those that no
    /// longer matter to an `and` or `or` are not, and its value may be another one than 0 or 1.
    pub fn evaluate(&self, all: bool, atom: &mut dyn FnMut(&A, u32) -> f64) -> f64 {
        self.value(self.root, all, atom)
    }

    fn value(&self, index: u32, all: bool, atom: &mut dyn FnMut(&A, u32) -> f64) -> f64 {
        let Some(node) = self.nodes.get(index as usize) else { return 0.0 };
        let (op, operands) = match &node.part {
            Part::Atom(inside) => return atom(inside, index),
            Part::Number(number) => return *number,
            Part::Op(op, operands) => (*op, operands),
        };
        let first = operands.first().copied().unwrap_or(u32::MAX);
        if op.is_row() {
            let mut sum = f64::NAN;
            for operand in operands {
                let value = self.value(*operand, all, atom);
                sum = if sum.is_nan() {
                    value
                } else {
                    match op {
                        Op::Plus => sum + value,
                        Op::Times => sum * value,
                        Op::And => truth(is_true(sum) && is_true(value)),
                        _ => truth(is_true(sum) || is_true(value)),
                    }
                };
                if !all && ((op == Op::And && sum == 0.0) || (op == Op::Or && sum != 0.0)) {
                    break;
                }
            }
            return sum;
        }
        let left = self.value(first, all, atom);
        if op == Op::Not {
            return truth(!is_true(left));
        }
        let right = self.value(operands.get(1).copied().unwrap_or(u32::MAX), all, atom);
        match op {
            Op::Minus => left - right,
            Op::Divide => left / right,
            Op::AtLeast => truth(left >= right),
            Op::Above => truth(left > right),
            Op::AtMost => truth(left <= right),
            Op::Below => truth(left < right),
            Op::Equal => truth(left == right),
            _ => truth(left != right),
        }
    }

    /// Whether it has no other operators than `!`, `&` and `|`: then only the truth of its atoms matters.
    #[must_use]
    pub fn is_logical(&self) -> bool {
        self.nodes.iter().all(|node| match node.part {
            Part::Atom(_) | Part::Op(Op::Not | Op::And | Op::Or, _) => true,
            Part::Number(_) | Part::Op(..) => false,
        })
    }

    /// Whether Rspamd takes an atom for a negated one.
    #[must_use]
    pub fn is_negated(&self, atom: u32) -> bool {
        let mut parent = self.nodes.get(atom as usize).and_then(|node| node.known_parent);
        while let Some(node) = parent.and_then(|parent| self.nodes.get(parent as usize)) {
            if matches!(node.part, Part::Op(Op::Not, _)) {
                return true;
            }
            parent = node.parent;
        }
        false
    }
}

/// C's `DBL_EPSILON` decides.
fn is_true(value: f64) -> bool {
    value.abs() > f64::EPSILON
}

const fn truth(value: bool) -> f64 {
    if value { 1.0 } else { 0.0 }
}

enum State {
    Atom,
    Operator,
    Spaces,
}

struct Parser<'t, A> {
    text: &'t [u8],
    at: usize,
    nodes: Vec<Node<A>>,
    operands: Vec<u32>,
    operators: Vec<Op>,
}

impl<A> Parser<'_, A> {
    fn byte(&self, at: usize) -> u8 {
        self.text.get(at).copied().unwrap_or(0)
    }

    fn run(&mut self, text: &str, atoms: Atoms<'_, A>) -> Result<(), (Code, usize)> {
        let mut state = State::Atom;
        while self.at < self.text.len() {
            match state {
                State::Spaces => {
                    if is_space(self.byte(self.at)) {
                        self.at += 1;
                    }
                    state = if self.is_operator() { State::Operator } else { State::Atom };
                }
                State::Operator => {
                    self.operator()?;
                    state = State::Spaces;
                }
                State::Atom if is_space(self.byte(self.at)) => state = State::Spaces,
                State::Atom if self.is_operator() || self.is_word() => state = State::Operator,
                State::Atom => {
                    if self.operators.last().is_some_and(|op| op.takes_number()) && self.is_number(self.at) {
                        self.number()?;
                        state = State::Spaces;
                        continue;
                    }
                    let found = text.get(self.at..).and_then(&mut *atoms).filter(|(_, length)| *length > 0);
                    let Some((atom, length)) = found else { return Err((Code::RspamdExpressionAtom, self.at)) };
                    self.at += length;
                    self.push(Part::Atom(atom), 0);
                }
            }
        }
        while let Some(op) = self.operators.pop() {
            if op == Op::Open {
                return Err((Code::RspamdExpressionBraces, self.at));
            }
            self.apply(op)?;
        }
        Ok(())
    }

    fn push(&mut self, part: Part<A>, depth: u32) -> u32 {
        let index = crate::text::count(self.nodes.len());
        self.nodes.push(Node { part, parent: None, known_parent: None, depth });
        self.operands.push(index);
        index
    }

    /// `and `, `not ` and `or ` are operators if enough text follows.
    fn is_word(&self) -> bool {
        let rest = self.text.get(self.at..).unwrap_or(&[]);
        let begins = |word: &[u8]| rest.get(..word.len()).is_some_and(|start| start.eq_ignore_ascii_case(word));
        (rest.len() > 5 && (begins(b"and ") || begins(b"not "))) || (rest.len() > 4 && begins(b"or "))
    }

    fn is_operator(&self) -> bool {
        let next = self.byte(self.at + 1);
        match self.byte(self.at) {
            byte @ (b'!' | b'&' | b'|' | b'(' | b')' | b'>' | b'<' | b'+' | b'*' | b'-' | b'/' | b'=') => {
                if self.at + 1 >= self.text.len() {
                    return true;
                }
                match byte {
                    // `g+:` and its like are atoms.
                    _ if next == b':' => false,
                    b'/' => {
                        let mut track = self.at + 1;
                        while is_space(self.byte(track)) {
                            track += 1;
                        }
                        self.is_number(track)
                    }
                    b'-' => is_space(next),
                    _ => true,
                }
            }
            _ => false,
        }
    }

    /// `^(?:[+-]?([0-9]*[.])?[0-9]+)(?:\s+|[)]|$)`.
    fn is_number(&self, at: usize) -> bool {
        let digits = |mut at: usize| {
            while self.byte(at).is_ascii_digit() {
                at += 1;
            }
            at
        };
        let start = at + usize::from(matches!(self.byte(at), b'+' | b'-'));
        let whole = digits(start);
        let end = if self.byte(whole) == b'.' {
            let end = digits(whole + 1);
            if end == whole + 1 {
                return false;
            }
            end
        } else {
            whole
        };
        end > start && (end >= self.text.len() || is_space(self.byte(end)) || self.byte(end) == b')')
    }

    fn number(&mut self) -> Result<(), (Code, usize)> {
        let start = self.at;
        let last = self.text.len().saturating_sub(1);
        while self.at < last && (self.byte(self.at).is_ascii_digit() || matches!(self.byte(self.at), b'-' | b'.')) {
            self.at += 1;
        }
        if self.at == last && self.byte(self.at).is_ascii_digit() {
            self.at += 1;
        }
        let text = self.text.get(start..self.at).and_then(|text| std::str::from_utf8(text).ok()).unwrap_or("");
        let number = text.parse().map_err(|_| (Code::RspamdExpressionAtom, start))?;
        self.push(Part::Number(number), 0);
        Ok(())
    }

    fn read_operator(&mut self) -> Option<Op> {
        let (first, second) = (self.byte(self.at), self.byte(self.at + 1));
        let (op, length) = match (first, second) {
            (b'!', b'=') => (Op::Unequal, 2),
            (b'!', _) => (Op::Not, 1),
            (b'&', b'&') => (Op::And, 2),
            (b'&', _) => (Op::And, 1),
            (b'|', b'|') => (Op::Or, 2),
            (b'|', _) => (Op::Or, 1),
            (b'=', b'=') => (Op::Equal, 2),
            (b'=', _) => (Op::Equal, 1),
            (b'>', b'=') => (Op::AtLeast, 2),
            (b'>', _) => (Op::Above, 1),
            (b'<', b'=') => (Op::AtMost, 2),
            (b'<', _) => (Op::Below, 1),
            (b'*', _) => (Op::Times, 1),
            (b'/', _) => (Op::Divide, 1),
            (b'+', _) => (Op::Plus, 1),
            (b'-', _) => (Op::Minus, 1),
            (b'(', _) => (Op::Open, 1),
            (b')', _) => (Op::Close, 1),
            (b'o' | b'O', _) => (Op::Or, 2),
            (b'a' | b'A', _) => (Op::And, 3),
            (b'n' | b'N', _) => (Op::Not, 3),
            _ => return None,
        };
        self.at += length;
        Some(op)
    }

    fn operator(&mut self) -> Result<(), (Code, usize)> {
        let start = self.at;
        let op = self.read_operator().ok_or((Code::RspamdExpressionAtom, start))?;
        match op {
            Op::Open => self.operators.push(op),
            Op::Close => loop {
                match self.operators.pop() {
                    None => return Err((Code::RspamdExpressionBraces, start)),
                    Some(Op::Open) => break,
                    Some(inner) => self.apply(inner)?,
                }
            },
            _ => {
                // Only what binds more tightly is done first: A - B - C is A - (B - C).
                while let Some(top) = self.operators.last().copied() {
                    if top == Op::Open || op.precedence() >= top.precedence() {
                        break;
                    }
                    self.operators.pop();
                    self.apply(top)?;
                }
                self.operators.push(op);
            }
        }
        Ok(())
    }

    /// Makes a node of an operator and the operands before it.
    fn apply(&mut self, op: Op) -> Result<(), (Code, usize)> {
        let missing = (Code::RspamdExpressionOperand, self.at);
        let right = self.operands.pop().ok_or(missing)?;
        if op == Op::Not {
            return self.join(op, vec![right]);
        }
        let left = self.operands.pop().ok_or(missing)?;
        if op.is_row() {
            // A row of one operator is one node; what joins it keeps no word of its parent.
            if self.is_op(left, op) {
                self.adopt(left, right, false);
                self.operands.push(left);
                return Ok(());
            }
            if self.is_op(right, op) {
                self.adopt(right, left, true);
                self.operands.push(right);
                return Ok(());
            }
        }
        self.join(op, vec![left, right])
    }

    fn is_op(&self, index: u32, op: Op) -> bool {
        matches!(self.nodes.get(index as usize).map(|node| &node.part), Some(Part::Op(found, _)) if *found == op)
    }

    fn adopt(&mut self, row: u32, child: u32, at_front: bool) {
        let depth = self.nodes.get(child as usize).map_or(0, |node| node.depth);
        if let Some(Node { part: Part::Op(_, operands), depth: own, .. }) = self.nodes.get_mut(row as usize) {
            operands.insert(if at_front { 0 } else { operands.len() }, child);
            *own = (*own).max(depth + 1);
        }
        if let Some(child) = self.nodes.get_mut(child as usize) {
            child.parent = Some(row);
        }
    }

    fn join(&mut self, op: Op, operands: Vec<u32>) -> Result<(), (Code, usize)> {
        let depth = 1 + operands.iter().filter_map(|operand| self.nodes.get(*operand as usize)).map(|node| node.depth).max().unwrap_or(0);
        if depth > MAX_DEPTH {
            return Err((Code::RspamdExpressionSize, self.at));
        }
        let index = self.push(Part::Op(op, operands.clone()), depth);
        for operand in operands {
            if let Some(node) = self.nodes.get_mut(operand as usize) {
                node.parent = Some(index);
                if matches!(node.part, Part::Atom(_)) {
                    node.known_parent = Some(index);
                }
            }
        }
        Ok(())
    }
}

fn is_space(byte: u8) -> bool {
    byte.is_ascii_whitespace() || byte == 0x0b
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Expression<String>, (Code, usize)> {
        Expression::parse(text, &mut |rest| {
            let length = rest.find([' ', '(', ')', '!', '&', '|', '>', '<']).unwrap_or(rest.len());
            Some((rest[..length].to_owned(), length))
        })
    }

    fn value(text: &str) -> f64 {
        let values = [("A", 5.0), ("B", 3.0), ("BB", 3.0), ("C", 1.0), ("Z", 0.0)];
        parse(text).unwrap().evaluate(true, &mut |atom, _| values.iter().find(|(name, _)| name == atom).map_or(0.0, |(_, value)| *value))
    }

    #[test]
    fn equal_precedence_groups_to_the_right() {
        assert_eq!(value("A - B - C"), 3.0);
        assert_eq!(value("A + B >= 8"), 1.0);
        assert_eq!(value("A & B | Z"), 1.0);
        assert_eq!(value("!A | B"), 1.0);
        assert_eq!(value("A"), 5.0);
        assert_eq!(value("A and BB"), 1.0);
        assert_eq!(value("(A | B) & !Z"), 1.0);
    }

    #[test]
    fn words_need_text_behind_them() {
        assert!(matches!(parse("A and B"), Err((Code::RspamdExpressionOperator, _))));
        assert!(matches!(parse("(A"), Err((Code::RspamdExpressionBraces, _))));
        assert!(matches!(parse("A &"), Err((Code::RspamdExpressionOperand, _))));
        assert!(parse(&"!".repeat(10_000)).is_err());
    }

    #[test]
    fn an_atom_that_joins_a_row_is_not_known_to_be_negated() {
        let expression = parse("!(A & B & C)").unwrap();
        let mut negated = Vec::new();
        expression.evaluate(true, &mut |atom, index| {
            negated.push((atom.clone(), expression.is_negated(index)));
            1.0
        });
        assert_eq!(negated, [("A".to_owned(), false), ("B".to_owned(), true), ("C".to_owned(), true)]);
    }
}
