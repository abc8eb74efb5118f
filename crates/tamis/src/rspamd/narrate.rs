//! Scores and records in words, English and French: one sentence for each reason and each doubt.

use super::record::Doubt;
use super::scan::{Reason, ScanResult};
use crate::diagnostic::{Language, Phrase, printable};

/// A number as it is written in a configuration: at most six digits behind the point, no zeros at the end.
#[must_use]
pub fn points(number: f64) -> String {
    let text = format!("{number:.6}");
    let text = text.trim_end_matches('0').trim_end_matches('.');
    if text == "-0" { "0".to_owned() } else { text.to_owned() }
}

/// How a message is treated otherwise, as a phrase that stands after a number of messages; none if action and score are the same.
#[must_use]
pub fn change(before: &ScanResult, after: &ScanResult, language: Language) -> Option<String> {
    let phrase = if before.action != after.action {
        Phrase { en: "from “{before}” to “{after}”", fr: "de « {before} » à « {after} »" }
    } else if !same(before.score, after.score) {
        Phrase { en: "with the same action and another score", fr: "avec la même action et un autre score" }
    } else {
        return None;
    };
    Some(phrase.render(language, &[("before", printable(before.action.as_bytes())), ("after", printable(after.action.as_bytes()))]))
}

/// Scores whose difference nobody would see are the same.
fn same(one: f64, other: f64) -> bool {
    (one - other).abs() < 1e-6
}

/// Why a message has another score or action than on the other side: its own score with the action, and the symbols that count otherwise
/// there, the largest difference first, at most five.
#[must_use]
pub fn verdict(of: &ScanResult, other: &ScanResult, language: Language) -> String {
    let score = |result: &ScanResult, name: &str| -> f64 {
        result.symbols.iter().filter(|symbol| !symbol.removed && symbol.name == name).map(|symbol| symbol.score).sum()
    };
    let mut differ: Vec<(&str, f64, f64)> = Vec::new();
    for symbol in of.symbols.iter().chain(&other.symbols) {
        let (here, there) = (score(of, &symbol.name), score(other, &symbol.name));
        if !same(here, there) && differ.iter().all(|(name, ..)| *name != symbol.name) {
            differ.push((&symbol.name, here, there));
        }
    }
    crate::order::sort(&mut differ, |a, b| (a.1 - a.2).abs() > (b.1 - b.2).abs());
    let mut said = format!("{:.2} {}", of.score, printable(of.action.as_bytes()));
    if let Some(rule) = &of.passthrough {
        let phrase = Phrase { en: ", forced by {rule}", fr: ", imposé par {rule}" };
        said.push_str(&phrase.render(language, &[("rule", printable(rule.rule.as_bytes()))]));
    }
    let mut first = true;
    for (name, here, _) in differ.iter().take(5) {
        said.push_str(if first { ": " } else { ", " });
        first = false;
        said.push_str(&printable(name.as_bytes()));
        said.push(' ');
        said.push_str(&points(*here));
    }
    if differ.len() > 5 {
        said.push_str(", …");
    }
    said
}

/// A reason in words; none for the whole score of a symbol.
#[must_use]
pub fn reason(reason: &Reason, language: Language) -> Option<String> {
    let say = |en: &'static str, fr: &'static str, params: &[(&'static str, String)]| Some(Phrase { en, fr }.render(language, params));
    match reason {
        Reason::Score { weight, .. } if *weight == 1.0 => None,
        Reason::Score { score, weight } => Some(format!("{} × {}", points(*score), points(*weight))),
        Reason::Settings { score, weight } => say(
            "settings give it {score} × {weight}",
            "les réglages lui donnent {score} × {weight}",
            &[("score", points(*score)), ("weight", points(*weight))],
        ),
        Reason::Undefined => say("no score in the configuration", "aucun score dans la configuration", &[]),
        Reason::Grown(factor) => Some(format!("grow_factor × {}", points(*factor))),
        Reason::GroupLimit { group, wanted, counted } => say(
            "group `{group}` is nearly full: {counted} of {wanted} count",
            "le groupe `{group}` est presque plein : {counted} sur {wanted} comptent",
            &[("group", group.clone()), ("counted", points(*counted)), ("wanted", points(*wanted))],
        ),
        Reason::GroupFull { group, wanted } => say(
            "group `{group}` is full: {wanted} do not count",
            "le groupe `{group}` est plein : {wanted} ne comptent pas",
            &[("group", group.clone()), ("wanted", points(*wanted))],
        ),
        Reason::Shots { limit: 1 } => say("found again; it counts once", "trouvé de nouveau ; il compte une fois", &[]),
        Reason::Shots { limit } => {
            say("found again; it counts {limit} times", "trouvé de nouveau ; il compte {limit} fois", &[("limit", limit.to_string())])
        }
        Reason::Removed(removal) => {
            let params = [("composite", removal.composite.clone()), ("points", points(removal.points))];
            match (removal.weight, removal.symbol) {
                (true, true) => {
                    say("taken by `{composite}`: {points} do not count", "pris par `{composite}` : {points} ne comptent pas", &params)
                }
                (true, false) => say(
                    "`{composite}` takes its {points}, and leaves its name",
                    "`{composite}` prend ses {points} et laisse son nom",
                    &params,
                ),
                _ => say(
                    "hidden by `{composite}`: its {points} still count",
                    "caché par `{composite}` : ses {points} comptent toujours",
                    &params,
                ),
            }
        }
    }
}

/// Doubts in words, in the order in which they came up; those that differ in nothing but a symbol are one sentence.
#[must_use]
pub fn doubts(all: &[Doubt], language: Language) -> Vec<String> {
    let mut said: Vec<(&'static str, String)> = Vec::new();
    for one in all {
        let name = match one {
            Doubt::NoPoints(name) | Doubt::NoScore(name) | Doubt::Undefined(name) | Doubt::Rule(name) | Doubt::Unexpected(name) => {
                Some(name)
            }
            Doubt::Kept { composite, .. } if !composite.is_empty() => Some(composite),
            _ => None,
        };
        let Some(name) = name else {
            said.push(("", doubt(one, language)));
            continue;
        };
        match said.iter_mut().find(|(kind, _)| *kind == one.name()) {
            Some((_, names)) => *names = format!("{names}, `{name}`"),
            None => said.push((one.name(), format!("{} : `{name}`", several(one, language)))),
        }
    }
    said.into_iter().map(|(_, text)| if language == Language::En { text.replacen(" : ", ": ", 1) } else { text }).collect()
}

/// What doubts about several symbols have in common.
fn several(doubt: &Doubt, language: Language) -> String {
    let (en, fr) = match doubt {
        Doubt::NoPoints(_) => (
            "no points left, a full group or a composite took them, and they go on counting nothing",
            "plus de points, un groupe plein ou un composite les a pris, et ils continuent de ne rien compter",
        ),
        Doubt::NoScore(_) => {
            ("no score to tell a weight by, taken to be found once", "pas de score dont déduire un poids, supposés trouvés une fois")
        }
        Doubt::Undefined(_) => (
            "not in the configuration, counted as recorded (their rules bring the scores)",
            "absents de la configuration, comptés comme enregistrés (leurs règles apportent les scores)",
        ),
        Doubt::Rule(_) => (
            "rules of force_actions whose effect may depend on points that are not in the record",
            "règles de force_actions dont l'effet peut dépendre de points absents de l'enregistrement",
        ),
        Doubt::Unexpected(_) => (
            "match under this configuration and are not in the record, left out",
            "s'appliquent avec cette configuration et ne sont pas dans l'enregistrement, ignorés",
        ),
        _ => (
            "took their parts out of the record, kept as they were recorded",
            "ont pris leurs parties, absentes de l'enregistrement, gardés tels qu'enregistrés",
        ),
    };
    Phrase { en, fr }.render(language, &[])
}

/// A doubt in words.
#[must_use]
pub fn doubt(doubt: &Doubt, language: Language) -> String {
    let say = |en: &'static str, fr: &'static str, params: &[(&'static str, String)]| Phrase { en, fr }.render(language, params);
    let name = |name: &String| [("name", name.clone())];
    match doubt {
        Doubt::Rounded(_) => say(
            "the record has two digits behind the point: it tells how much of its score a symbol got only nearly",
            "l'enregistrement n'a que deux chiffres après la virgule : la part de son score qu'a reçue un symbole n'est connue qu'à peu près",
            &[],
        ),
        Doubt::NamesOnly => say(
            "the record has names and no scores: each symbol is counted once, with its whole score",
            "l'enregistrement a des noms et pas de scores : chaque symbole est compté une fois, avec tout son score",
            &[],
        ),
        Doubt::NoSymbols => say(
            "the record has no symbols: only thresholds can be changed",
            "l'enregistrement n'a pas de symboles : seuls les seuils peuvent être changés",
            &[],
        ),
        Doubt::SpamAssassin => say(
            "this verdict is SpamAssassin's: its tests are no symbols of Rspamd's",
            "ce verdict est de SpamAssassin : ses tests ne sont pas des symboles de Rspamd",
            &[],
        ),
        Doubt::Cut => say(
            "the record was cut short: symbols or options are missing",
            "l'enregistrement a été coupé : il manque des symboles ou des options",
            &[],
        ),
        Doubt::Kept { composite, .. } if composite.is_empty() => say(
            "what composites took is not in the record: a change of that, or of what is counted with it, is not told exactly",
            "ce que des composites ont pris n'est pas dans l'enregistrement : l'effet d'un changement de cela, ou de ce qui est compté avec, \
             n'est pas exact",
            &[],
        ),
        Doubt::Kept { composite, .. } => say(
            "`{name}` took its parts out of the record: it stays as it was recorded",
            "`{name}` a pris ses parties, qui ne sont plus dans l'enregistrement : il reste tel qu'enregistré",
            &name(composite),
        ),
        Doubt::Rule(rule) => say(
            "whether the rule `{name}` of force_actions fires may depend on points that are not in the record",
            "l'effet de la règle `{name}` de force_actions peut dépendre de points qui ne sont pas dans l'enregistrement",
            &name(rule),
        ),
        Doubt::Unexpected(composite) => say(
            "`{name}` matches under this configuration and is not in the record: it is left out",
            "`{name}` s'applique avec cette configuration et n'est pas dans l'enregistrement : il est ignoré",
            &name(composite),
        ),
        Doubt::NoPoints(symbol) => say(
            "`{name}` shows no points: a full group or a composite took them; it goes on counting nothing",
            "`{name}` n'a pas de points : un groupe plein ou un composite les a pris ; il continue de ne rien compter",
            &name(symbol),
        ),
        Doubt::NoScore(symbol) => say(
            "`{name}` has no score to tell its weight by: it is taken to be found once",
            "`{name}` n'a pas de score dont déduire son poids : il est supposé trouvé une fois",
            &name(symbol),
        ),
        Doubt::Undefined(symbol) => say(
            "`{name}` is not in the configuration: it is counted as recorded (its rule brings the score)",
            "`{name}` n'est pas dans la configuration : il est compté comme enregistré (sa règle apporte le score)",
            &name(symbol),
        ),
        Doubt::OtherScore { name, recorded, configured } => say(
            "`{name}` had a score of {recorded}; the configuration says {configured}",
            "`{name}` avait un score de {recorded} ; la configuration dit {configured}",
            &[("name", name.clone()), ("recorded", points(*recorded)), ("configured", points(*configured))],
        ),
        Doubt::GroupFull { group, .. } => say(
            "group `{name}` was full: what its symbols would have counted is not in the record",
            "le groupe `{name}` était plein : ce que ses symboles auraient compté n'est pas dans l'enregistrement",
            &name(group),
        ),
        Doubt::Grown => say(
            "grow_factor depends on the order of symbols, which is not in the record: what it multiplied stays multiplied",
            "grow_factor dépend de l'ordre des symboles, qui n'est pas dans l'enregistrement : ce qu'il a multiplié le reste",
            &[],
        ),
        Doubt::Rest { points: rest, hidden: true } => say(
            "{points} belong to symbols that a composite hides: they stay as they are",
            "{points} appartiennent à des symboles cachés par un composite : ils restent tels quels",
            &[("points", points(*rest))],
        ),
        Doubt::Rest { points: rest, .. } => say(
            "{points} belong to no symbol of the record: they stay as they are",
            "{points} n'appartiennent à aucun symbole de l'enregistrement : ils restent tels quels",
            &[("points", points(*rest))],
        ),
        Doubt::Forced(action) => say(
            "the action `{name}` does not follow from the score: another rule chose it, and it stays",
            "l'action `{name}` ne découle pas du score : une autre règle l'a choisie, et elle reste",
            &name(action),
        ),
        Doubt::Least(action) => say(
            "a rule raised the score to the threshold of `{name}`: it goes on doing so",
            "une règle a élevé le score au seuil de `{name}` : elle continue de le faire",
            &name(action),
        ),
        Doubt::OtherResult { recorded, counted } => say(
            "the record says {recorded}, the configuration makes {counted} of its symbols: it is another one than then",
            "l'enregistrement dit {recorded}, la configuration fait {counted} de ses symboles : elle n'est plus la même",
            &[("recorded", points(*recorded)), ("counted", points(*counted))],
        ),
    }
}
