//! Dates (RFC 5260).

use super::*;

pub(super) const DATE: Extension = Extension {
    name: "date",
    source: "RFC 5260",
    doc: doc("dates and times", "dates et heures"),
    commands: &[
        test(
            "date",
            OpId::Date,
            &[string("header-name"), string("date-part"), strings("keys")],
            MATCHING,
            "RFC 5260, 4",
            doc("compares a date in a header", "compare une date d'un en-tête"),
        ),
        test(
            "currentdate",
            OpId::CurrentDate,
            &[string("date-part"), strings("keys")],
            MATCHING,
            "RFC 5260, 5",
            doc("compares the current date", "compare la date courante"),
        ),
    ],
    tags: &[
        tag(
            "zone",
            TagId::Zone,
            Some(ArgKind::String),
            On::Commands(&["date", "currentdate"]),
            "RFC 5260, 4.1",
            doc("in this time zone", "dans ce fuseau"),
        ),
        tag(
            "originalzone",
            TagId::OriginalZone,
            None,
            On::Commands(&["date"]),
            "RFC 5260, 4.1",
            doc("in the zone of the header", "dans le fuseau de l'en-tête"),
        ),
    ],
    conflicts: &[],
};
