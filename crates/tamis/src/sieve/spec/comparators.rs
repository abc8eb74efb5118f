//! Comparators (RFC 4790, RFC 5051).

use super::*;

pub(super) const OCTET: Extension = Extension {
    name: "comparator-i;octet",
    source: "RFC 4790, 9.3",
    doc: doc("compares bytes", "compare les octets"),
    commands: &[],
    tags: &[],
    conflicts: &[],
};

pub(super) const ASCII_CASEMAP: Extension = Extension {
    name: "comparator-i;ascii-casemap",
    source: "RFC 4790, 9.2",
    doc: doc("ignores the case of ASCII letters", "ignore la casse des lettres ASCII"),
    commands: &[],
    tags: &[],
    conflicts: &[],
};

pub(super) const ASCII_NUMERIC: Extension = Extension {
    name: "comparator-i;ascii-numeric",
    source: "RFC 4790, 9.1",
    doc: doc("compares numbers", "compare des nombres"),
    commands: &[],
    tags: &[],
    conflicts: &[],
};

pub(super) const UNICODE_CASEMAP: Extension = Extension {
    name: "comparator-i;unicode-casemap",
    source: "RFC 5051",
    doc: doc("ignores the case of all letters", "ignore la casse de toutes les lettres"),
    commands: &[],
    tags: &[],
    conflicts: &[],
};

pub(super) const ELBONIA: Extension = Extension {
    name: "comparator-elbonia",
    source: "RFC 5228, 3.2",
    doc: doc(
        "the example of the standard, which ignores the case of ASCII letters",
        "l'exemple de la norme, qui ignore la casse des lettres ASCII",
    ),
    commands: &[],
    tags: &[],
    conflicts: &[],
};
