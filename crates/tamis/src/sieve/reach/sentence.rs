//! Reasons and obstacles in words, English and French.

use super::{Obstacle, ObstacleKind, Reason, Spot};
use crate::diagnostic::{Language, Phrase};

/// Why no message comes to a point. `shown` tells a place as its reader finds it: a line and what stands there.
#[must_use]
pub fn reason_sentence(reason: &Reason, language: Language, shown: &dyn Fn(&Spot) -> String) -> String {
    let yes = |said: bool| if said { Phrase { en: "true", fr: "vrai" } } else { Phrase { en: "false", fr: "faux" } }.render(language, &[]);
    match reason {
        Reason::AlwaysTaken { by } => {
            Phrase { en: "a branch before it is always taken: {place}", fr: "une branche avant elle est toujours prise : {place}" }
                .render(language, &[("place", shown(by))])
        }
        Reason::Ends { by } => Phrase { en: "every way ends before it: {place}", fr: "tous les chemins s'arrêtent avant : {place}" }
            .render(language, &[("place", shown(by))]),
        Reason::Constant { test, value } => {
            Phrase { en: "this test is {value} for every message: {place}", fr: "ce test est {value} pour tout message : {place}" }
                .render(language, &[("value", yes(*value)), ("place", shown(test))])
        }
        Reason::Contradiction { test, wanted, other, other_wanted } => Phrase {
            en: "{place} would have to be {wanted}, and {other} is {said} there",
            fr: "{place} devrait être {wanted}, et {other} y est {said}",
        }
        .render(language, &[("place", shown(test)), ("wanted", yes(*wanted)), ("other", shown(other)), ("said", yes(*other_wanted))]),
        Reason::Fails { by, other } => Phrase {
            en: "the script fails before, since {other} and {place} exclude each other",
            fr: "le script échoue avant, car {other} et {place} s'excluent",
        }
        .render(language, &[("place", shown(by)), ("other", shown(other))]),
        Reason::AlwaysEntered { by } => {
            Phrase { en: "every message has at least one part: {place}", fr: "tout message a au moins une partie : {place}" }
                .render(language, &[("place", shown(by))])
        }
    }
}

/// What stood in the way of deciding.
#[must_use]
pub fn obstacle_sentence(obstacle: &Obstacle, language: Language, shown: &dyn Fn(&Spot) -> String) -> String {
    let place = obstacle.place.as_ref().map(shown).unwrap_or_default();
    let params = [("place", place), ("runs", obstacle.runs.to_string())];
    let phrase = match (obstacle.kind, obstacle.wanted) {
        (ObstacleKind::Test, true) => Phrase {
            en: "no message of {runs} tried makes this hold: {place}",
            fr: "aucun des {runs} messages essayés ne rend ceci vrai : {place}",
        },
        (ObstacleKind::Test, false) => Phrase {
            en: "no message of {runs} tried makes this fail: {place}",
            fr: "aucun des {runs} messages essayés ne rend ceci faux : {place}",
        },
        (ObstacleKind::TooLarge, _) => Phrase {
            en: "the message would have to be larger than what tamis builds: {place}",
            fr: "le message devrait être plus gros que ce que tamis fabrique : {place}",
        },
        (ObstacleKind::Fails, _) => Phrase {
            en: "the script fails before, in every run that came near: {place}",
            fr: "le script échoue avant, dans chaque essai qui s'en approche : {place}",
        },
        (ObstacleKind::Search, _) => {
            Phrase { en: "the search ended without coming near", fr: "la recherche s'est terminée sans s'en approcher" }
        }
    };
    phrase.render(language, &params)
}
