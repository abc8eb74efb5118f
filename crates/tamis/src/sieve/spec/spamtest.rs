//! Scores of spam and virus scanners (RFC 5235).

use super::*;

const SPAMTEST_COMMAND: &[Command] = &[test(
    "spamtest",
    OpId::SpamTest,
    &[string("value")],
    MATCHING,
    "RFC 5235, 3.2",
    doc(
        "compares how likely the message is spam: 0 not tested, 1 clear to 10 surely spam",
        "compare la probabilité que ce soit un indésirable : 0 non testé, 1 sain à 10 certain",
    ),
)];

pub(super) const SPAMTEST: Extension = Extension {
    name: "spamtest",
    source: "RFC 5235, 3.2",
    doc: doc("the verdict of the spam filter", "le verdict du filtre anti-indésirables"),
    commands: SPAMTEST_COMMAND,
    tags: &[],
    conflicts: &[],
};

pub(super) const SPAMTESTPLUS: Extension = Extension {
    name: "spamtestplus",
    source: "RFC 5235, 3.3",
    doc: doc("the verdict of the spam filter in percent", "le verdict du filtre anti-indésirables en pour cent"),
    commands: SPAMTEST_COMMAND,
    tags: &[tag(
        "percent",
        TagId::Other,
        None,
        On::Commands(&["spamtest"]),
        "RFC 5235, 3.3",
        doc("from 0 to 100 instead of 0 to 10", "de 0 à 100 au lieu de 0 à 10"),
    )],
    conflicts: &[],
};

pub(super) const VIRUSTEST: Extension = Extension {
    name: "virustest",
    source: "RFC 5235, 3.4",
    doc: doc("the verdict of the virus scanner", "le verdict de l'antivirus"),
    commands: &[test(
        "virustest",
        OpId::VirusTest,
        &[string("value")],
        MATCHING,
        "RFC 5235, 3.4",
        doc(
            "compares the scanner's verdict: 0 not tested, 1 clean, 2 cured, 3 possibly infected, 4 surely infected, 5 unknown",
            "compare le verdict de l'antivirus : 0 non testé, 1 sain, 2 nettoyé, 3 peut-être infecté, 4 infecté, 5 inconnu",
        ),
    )],
    tags: &[],
    conflicts: &[],
};
