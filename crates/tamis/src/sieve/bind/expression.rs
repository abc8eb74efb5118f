//! Expressions (sieve-rs: src/compiler/grammar/expr). What that engine takes is taken here, and read alike: blanks, a missing value and two
//! values side by side are no mistakes to it; a name that nothing has is one.

use super::Binder;
use crate::diagnostic::{Code, Diagnostic};
use crate::sieve::program::expression::{Binary, Expression, Function, Node};
use crate::sieve::program::{Op, Piece};
use crate::sieve::spec;
use crate::sieve::syntax::{Argument, CallBlock};

/// What is wrong with an expression.
type Wrong = &'static str;

impl Binder<'_> {
    /// The expression in a string; what is wrong with it is reported.
    pub(super) fn expression(&mut self, argument: Argument) -> Option<Expression> {
        let text = self.constant(argument);
        let parsed = Tokens::new(&text).and_then(|tokens| parse(self, tokens));
        match parsed {
            Ok(nodes) => Some(Expression { nodes: nodes.into() }),
            Err(reason) => {
                self.report(Diagnostic::new(Code::InvalidExpression, argument.range).with("reason", reason));
                None
            }
        }
    }

    /// `let`: the variable is known from its own expression on.
    pub(super) fn let_variable(&mut self, name: Argument, value: Argument) -> Option<Op> {
        let variable = self.named_variable(name);
        let expression = self.expression(value)?;
        Some(Op::Let { variable: variable?, expression: Box::new(expression) })
    }

    /// `while` with its block.
    pub(super) fn while_loop(&mut self, argument: Option<Argument>, block: Option<CallBlock<'_>>) -> Option<Op> {
        let expression = argument.and_then(|argument| self.expression(argument));
        let block = self.while_block(block);
        Some(Op::While { expression: Box::new(expression?), block })
    }

    /// The value that a name in an expression has.
    fn operand(&mut self, name: &str) -> Result<Piece, Wrong> {
        if name.contains('.') {
            return match self.access(name) {
                Ok(piece) => Ok(piece),
                Err(_) => Err("there is no such variable"),
            };
        }
        self.known_variable(name).map(Piece::Variable).ok_or("there is no such variable")
    }

    fn function(&self, name: &str, called: bool) -> Result<Function, Wrong> {
        let known = spec::FUNCTIONS.iter().find(|function| function.name == name);
        #[cfg(feature = "svtest")]
        let known = known.or_else(|| {
            let suite = self.is_loaded(spec::STALWART_TESTSUITE.name).then_some(spec::SUITE_FUNCTIONS)?;
            suite.iter().find(|function| function.name == name)
        });
        match known {
            Some(function) => Ok(Function::Known(function)),
            None if called && !name.contains('.') => Ok(Function::Foreign(name.into(), 0)),
            None => Err("there is no such variable"),
        }
    }
}

/// A piece of an expression's text.
#[derive(Clone, Debug, PartialEq)]
enum Token {
    /// A name; and whether a parenthesis follows it.
    Name(String, bool),
    Integer(i64),
    Float(f64),
    Text(Vec<u8>),
    Not,
    Minus,
    Binary(Binary),
    Open,
    Close,
    OpenList,
    CloseList,
    Comma,
}

/// The tokens of an expression.
struct Tokens(Vec<Token>);

impl Tokens {
    fn new(text: &[u8]) -> Result<Self, Wrong> {
        let mut tokens = Vec::new();
        // The word that is open.
        let mut word: Vec<u8> = Vec::new();
        // Where a minus belongs to what follows.
        let mut start = true;
        let mut depth = 0u32;
        let mut bytes = text.iter().copied().peekable();
        while let Some(byte) = bytes.next() {
            let header = word.starts_with(b"header.");
            let part_of_word = match byte {
                b'_' | b'.' => true,
                b'[' | b'-' if header => true,
                b':' => word.contains(&b'.'),
                b']' => word.contains(&b'['),
                b'*' => matches!(word.last(), Some(b'[' | b'.')),
                _ => byte.is_ascii_alphanumeric(),
            };
            if part_of_word {
                word.push(byte);
                continue;
            }
            if byte == b'}' {
                // Older scripts have expressions in braces.
                break;
            }
            if !word.is_empty() {
                start = false;
                let called = byte == b'(';
                tokens.push(read_word(&std::mem::take(&mut word), called)?);
            }
            let token = match byte {
                b' ' | b'\r' | b'\n' => continue,
                b'&' => {
                    bytes.next_if_eq(&b'&');
                    Token::Binary(Binary::And)
                }
                b'|' => {
                    bytes.next_if_eq(&b'|');
                    Token::Binary(Binary::Or)
                }
                b'!' if bytes.next_if_eq(&b'=').is_some() => Token::Binary(Binary::Ne),
                b'!' => Token::Not,
                b'^' => Token::Binary(Binary::Xor),
                b'(' => {
                    depth += 1;
                    Token::Open
                }
                b')' => {
                    depth = depth.checked_sub(1).ok_or("a parenthesis is closed that was not opened")?;
                    Token::Close
                }
                b'+' => Token::Binary(Binary::Add),
                b'*' => Token::Binary(Binary::Multiply),
                b'/' => Token::Binary(Binary::Divide),
                b'-' if start => Token::Minus,
                b'-' => Token::Binary(Binary::Subtract),
                // Whatever follows `=` belongs to it.
                b'=' => Token::Binary(match bytes.next() {
                    Some(b'>') => Binary::Ge,
                    Some(b'<') => Binary::Le,
                    _ => Binary::Eq,
                }),
                b'>' if bytes.next_if_eq(&b'=').is_some() => Token::Binary(Binary::Ge),
                b'>' => Token::Binary(Binary::Gt),
                b'<' if bytes.next_if_eq(&b'=').is_some() => Token::Binary(Binary::Le),
                b'<' => Token::Binary(Binary::Lt),
                b',' => Token::Comma,
                b'[' => Token::OpenList,
                b']' => Token::CloseList,
                b'"' | b'\'' => Token::Text(read_string(&mut bytes, byte)?),
                _ => return Err("it holds a character that means nothing"),
            };
            start = matches!(token, Token::Open | Token::Comma | Token::Binary(_));
            tokens.push(token);
        }
        if depth > 0 {
            return Err("a parenthesis is not closed");
        }
        if !word.is_empty() {
            tokens.push(read_word(&word, false)?);
        }
        Ok(Self(tokens))
    }
}

/// A number, `true`, `false`, or a name.
fn read_word(word: &[u8], called: bool) -> Result<Token, Wrong> {
    let text = String::from_utf8_lossy(word).into_owned();
    let letters = word.iter().any(|byte| byte.is_ascii_alphabetic() || *byte == b'_');
    if word.iter().any(u8::is_ascii_digit) && !letters {
        return if word.contains(&b'.') {
            text.parse().map(Token::Float).map_err(|_| "it holds a number that is none")
        } else {
            text.parse().map(Token::Integer).map_err(|_| "it holds a number that is none")
        };
    }
    Ok(match text.as_str() {
        "true" => Token::Integer(1),
        "false" => Token::Integer(0),
        _ => Token::Name(text, called),
    })
}

/// A string up to its closing quote. A backslash stays before what it hides.
fn read_string(bytes: &mut impl Iterator<Item = u8>, quote: u8) -> Result<Vec<u8>, Wrong> {
    let mut out = Vec::new();
    let mut last = 0;
    for byte in bytes {
        if last != b'\\' && byte == quote {
            return Ok(out);
        }
        out.push(match byte {
            b'n' if last == b'\\' => b'\n',
            b'r' if last == b'\\' => b'\r',
            b't' if last == b'\\' => b'\t',
            byte => byte,
        });
        last = byte;
    }
    Err("a string is not closed")
}

/// What waits for what follows it.
enum Waiting {
    /// With the place of its [`Node::Skip`], if it has one.
    Binary(Binary, Option<usize>),
    Not,
    Minus,
    Call(Function),
    Item,
    List(u32),
    Open,
    OpenList,
}

/// Puts tokens into the order of their computation.
fn parse(binder: &mut Binder<'_>, tokens: Tokens) -> Result<Vec<Node>, Wrong> {
    let mut out = Vec::new();
    let mut waiting: Vec<Waiting> = Vec::new();
    // How many values there are in each open list of arguments.
    let mut counts: Vec<i64> = Vec::new();
    let mut after_value = false;
    for token in tokens.0 {
        let mut is_value = false;
        match token {
            Token::Integer(_) | Token::Float(_) | Token::Text(_) => {
                count(&mut counts, &mut waiting);
                out.push(match token {
                    Token::Integer(number) => Node::Integer(number),
                    Token::Float(number) => Node::Float(number),
                    Token::Text(text) => Node::Text(text.as_slice().into()),
                    _ => Node::Integer(0),
                });
            }
            Token::Name(name, called) => {
                count(&mut counts, &mut waiting);
                match binder.operand(&name) {
                    Ok(piece) => {
                        is_value = true;
                        out.push(Node::Value(piece));
                    }
                    Err(_) => {
                        let function = binder.function(&name, called)?;
                        counts.push(0);
                        waiting.push(Waiting::Call(function));
                    }
                }
            }
            Token::Not => waiting.push(Waiting::Not),
            Token::Minus => waiting.push(Waiting::Minus),
            Token::Open => waiting.push(Waiting::Open),
            Token::Close | Token::CloseList => {
                loop {
                    match waiting.pop() {
                        Some(Waiting::Open) if token == Token::Close => break,
                        Some(Waiting::OpenList) if token == Token::CloseList => break,
                        Some(Waiting::Binary(operator, skip)) => apply(&mut out, operator, skip),
                        Some(Waiting::Not) => out.push(Node::Not),
                        Some(Waiting::Minus) => out.push(Node::Minus),
                        _ => return Err("its parentheses and brackets do not match"),
                    }
                }
                if let Some(node) = close(&mut waiting, &mut counts)? {
                    out.push(node);
                }
                is_value = true;
            }
            Token::Binary(operator) => {
                if let Some(count) = counts.last_mut() {
                    *count -= 1;
                }
                while let Some(node) = waiting.pop_if(|top| match top {
                    Waiting::Binary(top, _) => operator.precedence() <= top.precedence(),
                    top => matches!(top, Waiting::Not | Waiting::Minus),
                }) {
                    match node {
                        Waiting::Binary(top, skip) => apply(&mut out, top, skip),
                        Waiting::Not => out.push(Node::Not),
                        _ => out.push(Node::Minus),
                    }
                }
                // What the left side decides, the right side is not asked about.
                let skip = matches!(operator, Binary::And | Binary::Or).then(|| {
                    out.push(Node::Skip { when: operator == Binary::Or, steps: 0 });
                    out.len() - 1
                });
                waiting.push(Waiting::Binary(operator, skip));
            }
            Token::OpenList => {
                if after_value {
                    counts.push(1);
                    waiting.push(Waiting::Item);
                } else {
                    count(&mut counts, &mut waiting);
                    counts.push(0);
                    waiting.push(Waiting::List(0));
                }
                waiting.push(Waiting::OpenList);
            }
            Token::Comma => {
                while let Some(node) = waiting.pop_if(|top| matches!(top, Waiting::Binary(..) | Waiting::Not | Waiting::Minus)) {
                    match node {
                        Waiting::Binary(top, skip) => apply(&mut out, top, skip),
                        Waiting::Not => out.push(Node::Not),
                        _ => out.push(Node::Minus),
                    }
                }
            }
        }
        after_value = is_value;
    }
    while let Some(node) = waiting.pop() {
        match node {
            Waiting::Binary(operator, skip) => apply(&mut out, operator, skip),
            Waiting::Not => out.push(Node::Not),
            Waiting::Minus => out.push(Node::Minus),
            _ => return Err("a bracket is not closed, or a function has no arguments"),
        }
    }
    Ok(out)
}

/// One more value in the list of arguments that is open, and in the list of values.
fn count(counts: &mut [i64], waiting: &mut [Waiting]) {
    let Some(count) = counts.last_mut() else { return };
    *count += 1;
    let outer = waiting.len().checked_sub(2).and_then(|at| waiting.get_mut(at));
    if let Some(Waiting::List(items)) = outer {
        *items += 1;
    }
}

/// What a closing parenthesis or bracket completes.
fn close(waiting: &mut Vec<Waiting>, counts: &mut Vec<i64>) -> Result<Option<Node>, Wrong> {
    let Some(top) = waiting.pop_if(|top| matches!(top, Waiting::Call(_) | Waiting::Item | Waiting::List(_))) else { return Ok(None) };
    let given = counts.pop().unwrap_or_default();
    let (node, taken) = match top {
        Waiting::Call(Function::Foreign(name, _)) => {
            let given = u32::try_from(given).unwrap_or(0);
            return Ok(Some(Node::Call(Function::Foreign(name, given))));
        }
        Waiting::Call(function) => {
            let taken = function.arguments();
            (Node::Call(function), taken)
        }
        Waiting::List(items) => (Node::List(items), items),
        _ => (Node::Item, 2),
    };
    if given == i64::from(taken) { Ok(Some(node)) } else { Err("a function or a bracket has not as many values as it takes") }
}

/// An operator has both its values.
fn apply(out: &mut Vec<Node>, operator: Binary, skip: Option<usize>) {
    let end = out.len();
    if let Some(at) = skip
        && let Some(Node::Skip { steps, .. }) = out.get_mut(at)
    {
        *steps = u32::try_from(end - at).unwrap_or(u32::MAX);
    }
    out.push(Node::Binary(operator));
}
