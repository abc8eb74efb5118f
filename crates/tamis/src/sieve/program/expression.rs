//! Expressions of vnd.stalwart.expressions, and the parts of a message that variables of Stalwart's namespaces stand for.

use super::{AddressPart, Bytes, Piece};
use crate::sieve::spec::FunctionId;

/// An expression, in the order in which it is computed: what an operator needs stands before it.
#[derive(Clone, Debug, Default)]
pub struct Expression {
    /// The steps.
    pub nodes: Box<[Node]>,
}

/// A step of an expression.
#[derive(Clone, Debug)]
pub enum Node {
    /// A variable, a match value, a part of the message.
    Value(Piece),
    /// A whole number.
    Integer(i64),
    /// A number with a fraction.
    Float(f64),
    /// A string.
    Text(Bytes),
    /// `!`.
    Not,
    /// `-` before a value.
    Minus,
    /// An operator between two values.
    Binary(Binary),
    /// Passes over so many steps if the value before is true, or else if it is false; the value stays.
    Skip {
        /// Which of the two.
        when: bool,
        /// How many.
        steps: u32,
    },
    /// A function with its arguments before it.
    Call(Function),
    /// `[…]` behind a value: one of its items.
    Item,
    /// A list of so many items.
    List(u32),
}

/// A function.
#[derive(Clone, Debug)]
pub enum Function {
    /// One that tamis computes.
    Known(&'static crate::sieve::spec::Function),
    /// One of the server's that tamis does not know: its name, and how many arguments it is given.
    Foreign(Box<str>, u32),
}

impl Function {
    /// How many arguments it takes.
    #[must_use]
    pub const fn arguments(&self) -> u32 {
        match self {
            Self::Known(function) => function.arguments,
            Self::Foreign(_, arguments) => *arguments,
        }
    }

    /// What it does; none if tamis does not know.
    #[must_use]
    pub const fn id(&self) -> Option<FunctionId> {
        match self {
            Self::Known(function) => Some(function.id),
            Self::Foreign(..) => None,
        }
    }
}

/// An operator between two values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Binary {
    /// `*`.
    Multiply,
    /// `/`.
    Divide,
    /// `+`.
    Add,
    /// `-`.
    Subtract,
    /// `>`.
    Gt,
    /// `>=`.
    Ge,
    /// `<`.
    Lt,
    /// `<=`.
    Le,
    /// `==`.
    Eq,
    /// `!=`.
    Ne,
    /// `^`: one of both is true, not both.
    Xor,
    /// `&&`.
    And,
    /// `||`.
    Or,
}

impl Binary {
    /// The operator with the greater number is computed first.
    #[must_use]
    pub const fn precedence(self) -> u8 {
        match self {
            Self::Multiply | Self::Divide => 7,
            Self::Add | Self::Subtract => 6,
            Self::Gt | Self::Ge | Self::Lt | Self::Le => 5,
            Self::Eq | Self::Ne => 4,
            Self::Xor => 3,
            Self::And => 2,
            Self::Or => 1,
        }
    }
}

/// What a variable with a namespace stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Access {
    /// `${envelope.x}`: the part's name as the `envelope` test has it.
    Envelope(&'static str),
    /// `${header.x}`.
    Header(HeaderAccess),
    /// `${body.text}`, `${body.html}`, and with `to_` whatever there is, made into that.
    Body {
        /// HTML, or else text.
        html: bool,
        /// Made into it if it is the other.
        convert: bool,
    },
    /// `${part.text}`, and with `raw` as it stands in the message: the part that `foreverypart` is at.
    Part {
        /// `part.raw`.
        raw: bool,
    },
}

/// `${header.name[1].what[2]}`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeaderAccess {
    /// The names; none stands for all fields.
    pub names: Vec<Box<[u8]>>,
    /// Which of the fields, from 1, or from the end if negative; 0 stands for all.
    pub field: i64,
    /// Which of the values in a field, likewise.
    pub item: i64,
    /// What of the field.
    pub what: HeaderPart,
}

/// What of a field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HeaderPart {
    /// Its value.
    Text,
    /// A part of its addresses.
    Address(AddressPart),
    /// Its date, in seconds.
    Date,
    /// Its message ids.
    Id,
    /// Its value as it is written.
    Raw,
    /// Its name as it is written.
    RawName,
    /// That it is there.
    Exists,
    /// `type`.
    Type,
    /// `subtype`.
    Subtype,
    /// `attr.x`: a parameter.
    Attribute(Box<[u8]>),
    /// `rcvd.x`.
    Received(ReceivedPart),
}

/// A part of a `Received` field (RFC 5321, 4.4).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReceivedPart {
    /// Whom it comes from, as it said.
    From(Host),
    /// The address that it came from.
    Ip,
    /// The name that belongs to that address.
    IpRev,
    /// Who received it.
    By(Host),
    /// For whom.
    For,
    /// By which protocol.
    With,
    /// Which version of TLS.
    Tls,
    /// Which cipher.
    Cipher,
    /// Its id there.
    Id,
    /// Who sent it there (RFC 1413).
    Ident,
    /// When, in seconds.
    Date,
    /// When, in words.
    DateRaw,
}

/// A host as a name, as an address, or either.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Host {
    /// Either.
    Any,
    /// A name only.
    Name,
    /// An address only.
    Ip,
}
