//! The pages of docs/lints, held by the program.

use tamis::diagnostic::{Code, Language};

/// Language, code without its `sieve/` (others keep their beginning), page. The build script finds them.
const PAGES: &[(&str, &str, &str)] = include!(concat!(env!("OUT_DIR"), "/pages.rs"));

/// The page of a code, in markdown.
pub fn page(code: Code, language: Language) -> Option<&'static str> {
    let (language, name) = (crate::common::says(language, "en", "fr"), short(code.facts().id));
    PAGES.iter().find(|(of, code, _)| *of == language && *code == name).map(|(_, _, page)| *page)
}

/// The name of a code's page.
fn short(id: &str) -> &str {
    id.strip_prefix("sieve/").unwrap_or(id)
}

/// What a page is called: its first line.
pub fn title(page: &str) -> &str {
    page.lines().next().unwrap_or_default().trim_start_matches("# ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_found_in_both_languages() {
        let titles = [Language::En, Language::Fr].map(|language| page(Code::UnusedRequire, language).map(title));
        assert_eq!(titles, [Some("An extension is required and not used"), Some("Une extension est demandée sans servir")]);
    }

    /// Every page that there is belongs to a code, and has its other language. That every code has its pages, the core's own tests say.
    #[test]
    fn pages_come_in_pairs_and_belong_to_codes() {
        for (language, name, _) in PAGES {
            let id = if name.contains('/') { (*name).to_owned() } else { format!("sieve/{name}") };
            assert!(Code::from_id(&id).is_some(), "{language}/{name}");
            let other = if *language == "en" { "fr" } else { "en" };
            assert!(PAGES.iter().any(|(language, code, _)| *language == other && code == name), "{other}/{name} is missing");
        }
    }
}
