//! Expressions: `eval`, `let`, `while` (sieve-rs: src/runtime/expression.rs). They cost steps by what they compute and by how much they copy.

mod access;
mod functions;
mod received;
mod value;

use std::collections::BTreeMap;

use super::machine::{Machine, Step};
use crate::diagnostic::{Code, Diagnostic};
use crate::sieve::program::expression::{Binary, Expression, Function, Node};
use crate::sieve::program::{Piece, Place, Text};
use crate::text::Range;
pub(super) use value::Value;

/// So many instructions a script may have executed when a loop goes on (sieve-rs: `cpu_limit`).
const MAX_INSTRUCTIONS: u64 = 5_000;

/// So many bytes are copied in a step.
const BYTES: usize = 16;

/// The values of variables that are no texts. What other commands set is one.
#[derive(Default)]
pub(super) struct Typed {
    pub(super) locals: BTreeMap<u32, Value>,
    globals: BTreeMap<u32, Value>,
}

impl Typed {
    const fn of(&self, place: Place) -> (&BTreeMap<u32, Value>, u32) {
        match place {
            Place::Local(index) => (&self.locals, index),
            Place::Global(index) => (&self.globals, index),
        }
    }

    /// The variable is a text from here on.
    pub(super) fn forget(&mut self, place: Place) {
        match place {
            Place::Local(index) => self.locals.remove(&index),
            Place::Global(index) => self.globals.remove(&index),
        };
    }

    pub(super) fn set(&mut self, place: Place, value: Value) {
        match (place, value) {
            (place, Value::Text(_)) => self.forget(place),
            (Place::Local(index), value) => drop(self.locals.insert(index, value)),
            (Place::Global(index), value) => drop(self.globals.insert(index, value)),
        }
    }
}

impl<'p> Machine<'p, '_> {
    /// The value of a variable, of a match value, of what surrounds the script.
    fn value(&self, piece: &Piece) -> Value {
        match piece {
            Piece::Variable(place) => {
                let (values, index) = self.typed.of(*place);
                values.get(&index).cloned().unwrap_or_else(|| self.variable(*place).into())
            }
            Piece::Access(access) => self.access(access),
            other => {
                let mut text = Vec::new();
                self.push_piece(&mut text, other);
                text.into()
            }
        }
    }

    /// What `set` gives a variable that is no text: a number written as such, or what another variable holds.
    pub(super) fn literal_value(&self, text: &Text) -> Value {
        match &*text.pieces {
            [Piece::Literal(bytes)] => Value::literal(bytes),
            [piece @ (Piece::Variable(_) | Piece::Access(_))] => self.value(piece),
            _ => Value::default(),
        }
    }

    /// `let`.
    pub(super) fn set_value(&mut self, range: Range, variable: Place, value: Value) {
        let text = value.text();
        let max = usize::try_from(self.settings().variables_max_variable_size).unwrap_or(usize::MAX);
        let fits = value.size() <= max;
        self.assign(range, variable, text, &[]);
        if fits {
            self.typed.set(variable, value);
        }
    }

    /// Computes an expression.
    pub(super) fn evaluate(&mut self, expression: &'p Expression) -> Step<Value> {
        let mut stack: Vec<Value> = Vec::new();
        let mut nodes = expression.nodes.iter();
        while let Some(node) = nodes.next() {
            self.step(1)?;
            let value = match node {
                Node::Value(piece) => self.value(piece),
                Node::Integer(number) => Value::Integer(*number),
                Node::Float(number) => Value::Float(*number),
                Node::Text(text) => Value::from(&**text),
                Node::Not => (!stack.pop().unwrap_or_default().is_true()).into(),
                Node::Minus => stack.pop().unwrap_or_default().negative(),
                Node::Binary(operator) => {
                    let right = stack.pop().unwrap_or_default();
                    binary(*operator, stack.pop().unwrap_or_default(), right)
                }
                Node::Skip { when, steps } => {
                    if stack.last().is_some_and(Value::is_true) == *when
                        && let Some(last) = usize::try_from(*steps).ok().and_then(|steps| steps.checked_sub(1))
                    {
                        nodes.nth(last);
                    }
                    continue;
                }
                Node::Call(function) => {
                    let arguments = taken(&mut stack, function.arguments());
                    self.call(function, &arguments)
                }
                Node::Item => {
                    let index = stack.pop().unwrap_or_default().index();
                    stack.pop().unwrap_or_default().items().get(index).cloned().unwrap_or_default()
                }
                Node::List(items) => taken(&mut stack, *items).into(),
            };
            self.step((value.size() / BYTES) as u64)?;
            stack.push(value);
        }
        Ok(stack.pop().unwrap_or_default())
    }

    fn call(&mut self, function: &Function, arguments: &[Value]) -> Value {
        if let Some(id) = function.id() {
            return functions::call(id, arguments);
        }
        let Function::Foreign(name, _) = function else { return Value::default() };
        let known = self.account.answers.iter().find(|answer| answer.command == **name && answer.about.is_empty());
        match known {
            Some(answer) => Value::literal(&answer.output),
            None => {
                self.assume(super::Question::Outside, name.as_bytes(), false);
                Value::default()
            }
        }
    }

    /// Whether a `while` goes round, and may.
    pub(super) fn goes_round(&mut self, range: Range, expression: &'p Expression) -> Step<bool> {
        // Asking, and the jump back.
        self.instructions = self.instructions.saturating_add(2);
        if self.instructions > MAX_INSTRUCTIONS {
            return Err(self.fail(Diagnostic::new(Code::OutOfSteps, range).with("max", MAX_INSTRUCTIONS.to_string())));
        }
        Ok(self.evaluate(expression)?.is_true())
    }
}

/// The last values, in order; what is missing is zero.
fn taken(stack: &mut Vec<Value>, count: u32) -> Vec<Value> {
    let count = usize::try_from(count).unwrap_or(usize::MAX);
    let missing = count.saturating_sub(stack.len());
    let mut values = vec![Value::default(); missing];
    values.extend(stack.drain(stack.len().saturating_sub(count)..));
    values
}

fn binary(operator: Binary, left: Value, right: Value) -> Value {
    let order = |holds: fn(std::cmp::Ordering) -> bool| left.order(&right).is_some_and(holds).into();
    match operator {
        Binary::Add => left.plus(right),
        Binary::Subtract => left.minus(&right),
        Binary::Multiply => left.times(&right),
        Binary::Divide => left.divided(&right),
        Binary::And => (left.is_true() && right.is_true()).into(),
        Binary::Or => (left.is_true() || right.is_true()).into(),
        Binary::Xor => (left.is_true() ^ right.is_true()).into(),
        Binary::Eq => left.equals(&right).into(),
        Binary::Ne => (!left.equals(&right)).into(),
        Binary::Lt => order(std::cmp::Ordering::is_lt),
        Binary::Le => order(std::cmp::Ordering::is_le),
        Binary::Gt => order(std::cmp::Ordering::is_gt),
        Binary::Ge => order(std::cmp::Ordering::is_ge),
    }
}
