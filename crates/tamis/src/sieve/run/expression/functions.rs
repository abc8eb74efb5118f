//! What the functions of expressions give.

use super::Value;
use crate::sieve::spec::FunctionId;

pub(super) fn call(id: FunctionId, arguments: &[Value]) -> Value {
    let text = |at: usize| {
        let text = arguments.get(at).map(Value::text).unwrap_or_default();
        String::from_utf8(text).unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned())
    };
    let first = text(0);
    match id {
        FunctionId::Trim => first.trim().as_bytes().into(),
        FunctionId::TrimStart => first.trim_start().as_bytes().into(),
        FunctionId::TrimEnd => first.trim_end().as_bytes().into(),
        FunctionId::Len => Value::number(first.len()),
        FunctionId::CharCount => Value::number(first.chars().count()),
        FunctionId::Count => match arguments.first() {
            Some(Value::List(items)) => Value::number(items.len()),
            _ => Value::Integer(0),
        },
        FunctionId::IsEmpty => match arguments.first() {
            Some(Value::List(items)) => items.is_empty().into(),
            Some(Value::Text(text)) => text.is_empty().into(),
            _ => false.into(),
        },
        FunctionId::ToLowercase => first.to_lowercase().into_bytes().into(),
        FunctionId::ToUppercase => first.to_uppercase().into_bytes().into(),
        FunctionId::IsUppercase => first.chars().filter(|char| char.is_alphabetic()).all(char::is_uppercase).into(),
        FunctionId::IsLowercase => first.chars().filter(|char| char.is_alphabetic()).all(char::is_lowercase).into(),
        FunctionId::IsAscii => first.is_ascii().into(),
        FunctionId::Lines => first.lines().map(|line| line.as_bytes().into()).collect::<Vec<Value>>().into(),
        FunctionId::Contains => first.contains(&text(1)).into(),
        FunctionId::StartsWith => first.starts_with(&text(1)).into(),
        FunctionId::EndsWith => first.ends_with(&text(1)).into(),
        FunctionId::EqIgnoreCase => first.eq_ignore_ascii_case(&text(1)).into(),
        #[cfg(feature = "svtest")]
        FunctionId::InArray => match arguments {
            [Value::List(items), item, ..] => items.iter().any(|other| other.equals(item)).into(),
            _ => false.into(),
        },
        #[cfg(feature = "svtest")]
        FunctionId::Joined => arguments.iter().map(Value::text).collect::<Vec<_>>().join(&b'-').into(),
        #[cfg(feature = "svtest")]
        FunctionId::MyValue => b"my_value".as_slice().into(),
        #[cfg(feature = "svtest")]
        FunctionId::True => true.into(),
        #[cfg(feature = "svtest")]
        FunctionId::False => false.into(),
    }
}
