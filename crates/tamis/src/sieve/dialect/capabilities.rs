//! A dialect from what a server announces by ManageSieve (RFC 5804, 1.7).

use super::Dialect;
use super::known::named;
use crate::sieve::spec;

/// Reads the answer to CAPABILITY, or the value of its line `SIEVE` alone, with or without quotes.
pub(super) fn read(text: &str) -> Result<Dialect, String> {
    let mut lines: Vec<Vec<&str>> = text.lines().map(words).filter(|words| !words.is_empty()).collect();
    let value = |lines: &[Vec<&str>], name: &str| {
        let line = lines.iter().find(|line| line.first().is_some_and(|first| first.eq_ignore_ascii_case(name)));
        line.map(|line| line.get(1).copied().unwrap_or_default().to_owned())
    };
    // One line that names no item is the value itself, whose words may each stand alone.
    let offered = match value(&lines, "SIEVE") {
        // `SIEVE fileinto vacation`, without quotes.
        Some(_) if lines.len() == 1 => lines.first().map(|line| line.get(1..).unwrap_or_default().join(" ")).unwrap_or_default(),
        Some(offered) => offered,
        None if lines.len() == 1 => lines.pop().unwrap_or_default().join(" "),
        None => return Err("there is no line \"SIEVE\" with the server's extensions".into()),
    };
    let implementation = value(&lines, "IMPLEMENTATION").unwrap_or_default().to_ascii_lowercase();
    let mut dialect = engine(&implementation, &offered);
    dialect.extensions.clear();
    dialect.global_extensions.clear();
    dialect.global_unjudged.clear();
    dialect.unjudged.clear();
    dialect.name = "capabilities".into();
    for name in offered.split_ascii_whitespace() {
        match spec::extension(name) {
            Some(extension) if dialect.extension(name.as_bytes()).is_none() => dialect.extensions.push(extension),
            Some(_) => {}
            None => dialect.unjudged.push(name.to_owned()),
        }
    }
    // RFC 5228, 2.7.3: every server has them, and some do not say so.
    for name in super::known::ALWAYS.split(' ') {
        if let Some(extension) = spec::extension(name).filter(|_| dialect.extension(name.as_bytes()).is_none()) {
            dialect.extensions.push(extension);
        }
    }
    if let Some(most) = value(&lines, "MAXREDIRECTS").and_then(|most| most.parse().ok()) {
        dialect.settings.max_redirects = most;
    }
    Ok(dialect)
}

/// The server that says this of itself; if it says nothing, the one whose extensions are its own.
fn engine(implementation: &str, offered: &str) -> Dialect {
    let has = |name: &str| offered.split_ascii_whitespace().any(|word| word == name);
    let name = if implementation.contains("cyrus") || has("vnd.cyrus.log") || has("x-cyrus-log") {
        "cyrus"
    } else if implementation.contains("stalwart") || has("comparator-elbonia") {
        "stalwart"
    } else if has("vnd.proton.expire") {
        "proton"
    } else if implementation.contains("pigeonhole") || implementation.contains("dovecot") || implementation.is_empty() {
        // Neither release announces itself, but 2.4 has this comparator, and 0.5 has not.
        if has("comparator-i;unicode-casemap") || implementation.is_empty() && !has("imapflags") {
            "pigeonhole-2.4"
        } else {
            "pigeonhole-0.5"
        }
    } else {
        "rfc"
    };
    named(name).unwrap_or_default()
}

/// The words of a line; what stands in quotes is one.
fn words(line: &str) -> Vec<&str> {
    let mut words = Vec::new();
    let mut rest = line.trim();
    while !rest.is_empty() {
        let (word, tail) = match rest.strip_prefix('"') {
            Some(quoted) => quoted.split_once('"').unwrap_or((quoted, "")),
            None => rest.split_once(|char: char| char.is_ascii_whitespace()).unwrap_or((rest, "")),
        };
        words.push(word);
        rest = tail.trim_start();
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sieve::dialect::Engine;

    fn names(dialect: &Dialect) -> Vec<&str> {
        dialect.extensions.iter().map(|extension| extension.name).collect()
    }

    #[test]
    fn a_line_alone_will_do() {
        let plain = read("fileinto reject vnd.example.magic").unwrap();
        assert_eq!(names(&plain), ["fileinto", "reject", "comparator-i;octet", "comparator-i;ascii-casemap"]);
        assert_eq!(plain.unjudged, ["vnd.example.magic"]);
        for line in [
            "\"SIEVE\" \"fileinto reject vnd.example.magic\"",
            "SIEVE fileinto reject vnd.example.magic",
            "\"fileinto reject vnd.example.magic\"",
        ] {
            assert_eq!(read(line).unwrap(), plain, "{line}");
        }
    }

    #[test]
    fn a_whole_answer_chooses_the_engine() {
        let answer = |implementation: &str, sieve: &str| {
            read(&format!("\"IMPLEMENTATION\" \"{implementation}\"\r\n\"SIEVE\" \"{sieve}\"\r\n\"NOTIFY\" \"mailto\"\r\n\"MAXREDIRECTS\" \"7\"\r\n\"VERSION\" \"1.0\"\r\nOK\r\n"))
                .unwrap()
        };
        for (implementation, sieve, engine) in [
            ("Dovecot Pigeonhole", "fileinto", Engine::Pigeonhole05),
            ("Dovecot Pigeonhole", "fileinto comparator-i;unicode-casemap", Engine::Pigeonhole24(super::super::NEWEST_24)),
            ("Cyrus timsieved v3.8.1", "fileinto", Engine::Cyrus),
            ("Stalwart v0.11.0", "fileinto", Engine::Stalwart),
            ("Example", "fileinto", Engine::Rfc),
        ] {
            let dialect = answer(implementation, sieve);
            assert_eq!((dialect.engine, dialect.settings.max_redirects), (engine, 7), "{implementation}");
        }
    }

    #[test]
    fn odd_input_is_no_danger() {
        assert!(read("").is_err());
        assert!(read("\"NOTIFY\" \"mailto\"\n\"VERSION\" \"1.0\"").is_err());
        for text in ["\"", "\"SIEVE\"", "SIEVE", "\"SIEVE\" \"", "é \"é", "\"SIEVE\" \"fileinto fileinto\"\n\"MAXREDIRECTS\" \"-1\""] {
            let _ = read(text);
        }
    }
}
