//! Values of expressions, and what operators make of them (sieve-rs: src/runtime/expression.rs).

use std::cmp::Ordering;
use std::rc::Rc;

/// The longest list that is made: what is beyond is left out. sieve-rs has no such limit but that of a variable.
const MAX_ITEMS: usize = 10_000;

/// The deepest nesting of lists: deeper ones are texts. It bounds the stack.
const MAX_DEPTH: usize = 16;

/// A value.
#[derive(Clone, Debug)]
pub(in crate::sieve::run) enum Value {
    Text(Rc<[u8]>),
    Integer(i64),
    Float(f64),
    List(Rc<[Value]>),
}

impl Default for Value {
    fn default() -> Self {
        Self::Text(Rc::default())
    }
}

impl From<&[u8]> for Value {
    fn from(text: &[u8]) -> Self {
        Self::Text(text.into())
    }
}

impl From<Vec<u8>> for Value {
    fn from(text: Vec<u8>) -> Self {
        Self::Text(text.into())
    }
}

impl From<bool> for Value {
    fn from(holds: bool) -> Self {
        Self::Integer(i64::from(holds))
    }
}

impl From<Vec<Value>> for Value {
    fn from(mut items: Vec<Value>) -> Self {
        items.truncate(MAX_ITEMS);
        for item in &mut items {
            if item.depth() >= MAX_DEPTH {
                *item = item.text().into();
            }
        }
        Self::List(items.into())
    }
}

impl Value {
    /// How many that is.
    pub(in crate::sieve::run) fn number(number: usize) -> Self {
        Self::Integer(i64::try_from(number).unwrap_or(i64::MAX))
    }

    /// What a literal stands for: a number that is written as it would be shown is one.
    pub(in crate::sieve::run) fn literal(text: &[u8]) -> Self {
        let plain = !text.is_empty() && text.iter().all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b'-'));
        let Some(written) = std::str::from_utf8(text).ok().filter(|_| plain) else { return text.into() };
        if let Some(number) = written.parse::<i64>().ok().filter(|number| number.to_string() == written) {
            return Self::Integer(number);
        }
        match written.parse::<f64>().ok().filter(|number| number.to_string() == written && written.contains('.')) {
            Some(number) => Self::Float(number),
            None => text.into(),
        }
    }

    fn depth(&self) -> usize {
        match self {
            Self::List(items) => 1 + items.iter().map(Self::depth).max().unwrap_or(0),
            _ => 0,
        }
    }

    /// The value as a string; items stand on lines of their own, and lists among them nowhere.
    pub(in crate::sieve::run) fn text(&self) -> Vec<u8> {
        match self {
            Self::Text(text) => text.to_vec(),
            Self::Integer(number) => number.to_string().into_bytes(),
            Self::Float(number) => number.to_string().into_bytes(),
            Self::List(items) => {
                let mut out = Vec::new();
                for item in items.iter().filter(|item| !matches!(item, Self::List(_))) {
                    if !out.is_empty() {
                        out.extend_from_slice(b"\r\n");
                    }
                    out.extend(item.text());
                }
                out
            }
        }
    }

    /// What it costs to make it, in bytes.
    pub(in crate::sieve::run) fn size(&self) -> usize {
        match self {
            Self::Text(text) => text.len(),
            Self::Integer(_) | Self::Float(_) => 2,
            Self::List(items) => items.iter().map(|item| item.size().saturating_add(2)).sum(),
        }
    }

    pub(in crate::sieve::run) fn is_true(&self) -> bool {
        match self {
            Self::Text(text) => !text.is_empty(),
            Self::Integer(number) => *number != 0,
            Self::Float(number) => *number != 0.0,
            Self::List(items) => !items.is_empty(),
        }
    }

    /// The items of a list; anything else is a list of one, an empty text one of none.
    pub(super) fn items(&self) -> Rc<[Value]> {
        match self {
            Self::List(items) => Rc::clone(items),
            Self::Text(text) if text.is_empty() => Rc::default(),
            value => [value.clone()].into(),
        }
    }

    /// An index from 0.
    pub(super) fn index(&self) -> usize {
        match self {
            #[allow(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "as the engine casts: what does not fit finds nothing"
            )]
            Self::Integer(number) => *number as usize,
            #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the cast keeps to the type's limits")]
            Self::Float(number) => *number as usize,
            Self::Text(text) => std::str::from_utf8(text).ok().and_then(|text| text.parse().ok()).unwrap_or(0),
            Self::List(_) => 0,
        }
    }

    /// The value as a number.
    fn numeric(&self) -> Self {
        match self {
            Self::Text(text) => {
                let text = std::str::from_utf8(text).unwrap_or_default();
                match (text.parse(), text.parse()) {
                    (Ok(number), _) => Self::Integer(number),
                    (_, Ok(number)) => Self::Float(number),
                    _ => Self::Integer(0),
                }
            }
            Self::List(items) => items.is_empty().into(),
            number => number.clone(),
        }
    }

    /// Whole numbers stay whole as long as both are.
    fn calculate(&self, other: &Self, whole: fn(i64, i64) -> Value, broken: fn(f64, f64) -> f64) -> Self {
        match (self.numeric(), other.numeric()) {
            (Self::Integer(a), Self::Integer(b)) => whole(a, b),
            (a, b) => Self::Float(broken(a.float(), b.float())),
        }
    }

    #[allow(clippy::cast_precision_loss, reason = "as the engine does")]
    fn float(&self) -> f64 {
        match self {
            Self::Integer(number) => *number as f64,
            Self::Float(number) => *number,
            Self::Text(_) | Self::List(_) => 0.0,
        }
    }

    /// Numbers add up, lists join, and what one of is a text is put behind the other.
    pub(super) fn plus(self, other: Self) -> Self {
        match (self, other) {
            (Self::List(a), Self::List(b)) => a.iter().chain(&*b).cloned().collect::<Vec<_>>().into(),
            (Self::List(a), b) => a.iter().cloned().chain([b]).collect::<Vec<_>>().into(),
            (a, Self::List(b)) => [a].into_iter().chain(b.iter().cloned()).collect::<Vec<_>>().into(),
            (Self::Text(a), b) if a.is_empty() => b,
            (a, Self::Text(b)) if b.is_empty() => a,
            (a @ Self::Text(_), b) | (a, b @ Self::Text(_)) => [a.text(), b.text()].concat().into(),
            (a, b) => a.calculate(&b, |a, b| Self::Integer(a.saturating_add(b)), |a, b| a + b),
        }
    }

    /// Of a list, what equals the other is taken away.
    pub(super) fn minus(&self, other: &Self) -> Self {
        match (self, other) {
            (Self::List(items), value) | (value, Self::List(items)) => {
                items.iter().filter(|item| !item.equals(value)).cloned().collect::<Vec<_>>().into()
            }
            _ => self.calculate(other, |a, b| Self::Integer(a.saturating_sub(b)), |a, b| a - b),
        }
    }

    pub(super) fn times(&self, other: &Self) -> Self {
        self.calculate(other, |a, b| Self::Integer(a.saturating_mul(b)), |a, b| a * b)
    }

    /// Never whole; by nothing it is nothing.
    pub(super) fn divided(&self, other: &Self) -> Self {
        let (a, b) = (self.numeric().float(), other.numeric().float());
        Self::Float(if b == 0.0 { 0.0 } else { a / b })
    }

    pub(super) fn negative(&self) -> Self {
        match self.numeric() {
            Self::Integer(number) => Self::Integer(number.wrapping_neg()),
            number => Self::Float(-number.float()),
        }
    }

    /// A text equals a number if it reads as that.
    pub(in crate::sieve::run) fn equals(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Text(a), Self::Text(b)) => a == b,
            (Self::List(a), Self::List(b)) => a.len() == b.len() && a.iter().zip(&**b).all(|(a, b)| a.equals(b)),
            (Self::List(_), _) | (_, Self::List(_)) => false,
            (a, b) => match (a.numeric(), b.numeric()) {
                (Self::Integer(a), Self::Integer(b)) => a == b,
                #[allow(clippy::float_cmp, reason = "as the engine compares")]
                (a, b) => a.float() == b.float(),
            },
        }
    }

    /// How it stands to another; nothing if one is no number at all.
    pub(super) fn order(&self, other: &Self) -> Option<Ordering> {
        match (self, other) {
            (Self::Text(a), Self::Text(b)) => Some(a.cmp(b)),
            (Self::List(a), Self::List(b)) => {
                for (a, b) in a.iter().zip(&**b) {
                    match a.order(b) {
                        Some(Ordering::Equal) => {}
                        decided => return decided,
                    }
                }
                Some(a.len().cmp(&b.len()))
            }
            (Self::List(_), _) => Some(Ordering::Greater),
            (Self::Text(_), Self::List(_)) => Some(Ordering::Greater),
            (_, Self::List(_)) => Some(Ordering::Less),
            (a, b) => match (a.numeric(), b.numeric()) {
                (Self::Integer(a), Self::Integer(b)) => Some(a.cmp(&b)),
                (a, b) => a.float().partial_cmp(&b.float()),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(value: &Value) -> String {
        format!("{}{}", String::from_utf8_lossy(&value.text()), if matches!(value, Value::Text(_)) { "" } else { "#" })
    }

    #[test]
    fn literals_are_numbers_if_written_like_one() {
        for (text, expected) in
            [("1", "1#"), ("01", "01"), ("4.2", "4.2#"), ("4.20", "4.20"), ("-3", "-3#"), ("3-", "3-"), ("", ""), (".", "."), ("1.", "1.")]
        {
            assert_eq!(shown(&Value::literal(text.as_bytes())), expected, "{text}");
        }
    }

    #[test]
    fn texts_and_numbers_meet() {
        let text = |text: &str| Value::from(text.as_bytes());
        assert_eq!(shown(&text("a").plus(Value::Integer(1))), "a1");
        assert_eq!(shown(&text("").plus(Value::Integer(1))), "1#");
        assert_eq!(shown(&text("3").minus(&text("1.5"))), "1.5#");
        assert_eq!(shown(&Value::Integer(9).divided(&Value::Integer(2))), "4.5#");
        assert_eq!(shown(&Value::Integer(9).divided(&Value::Integer(0))), "0#");
        assert!(text("2").equals(&Value::Integer(2)) && !text("2").equals(&text("2.0")) && text("x").equals(&Value::Integer(0)));
        assert_eq!(shown(&Value::Integer(i64::MAX).plus(Value::Integer(1))), format!("{}#", i64::MAX));
    }
}
