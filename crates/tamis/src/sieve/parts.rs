//! The parts that a user sees in a script: what webmails call rules. Each has a name: the comment before it, where programs that write
//! scripts note it, or else the command itself.

#[cfg(feature = "full")]
use super::Script;
use crate::text::Range;

/// The part that a place is in, by its name: of the commands around it, the innermost that a comment names; if none is named, the head of
/// the one at the top of the script, on one line. Nothing if no command is there.
///
/// Such a name outlives edits, which a line number does not: the comment stays while conditions and other parts change.
#[cfg(feature = "full")]
#[must_use]
pub fn part_at(script: &Script, place: Range) -> Option<String> {
    let text = script.text();
    let around = |range: Range| range.start <= place.start && place.end <= range.end;
    let mut found = None;
    for call in script.calls().all().filter(|call| around(call.range().cover(call.head))) {
        match title(text, script.comments(), call.head.start) {
            Some(title) if !title.is_empty() => found = Some(title),
            _ if found.is_none() => found = Some(one_line(call.head.of(text))),
            _ => {}
        }
    }
    found
}

/// The part that a comment gives this name: the whole of its command.
#[cfg(feature = "full")]
#[must_use]
pub fn part_named(script: &Script, name: &str) -> Option<Range> {
    let text = script.text();
    let named = script.calls().all().find(|call| title(text, script.comments(), call.head.start).is_some_and(|title| title == name));
    let found = named.or_else(|| script.calls().top().find(|call| one_line(call.head.of(text)) == name))?;
    Some(found.range().cover(found.head))
}

/// Whether a comment gives the part at this place its name.
#[cfg(feature = "full")]
#[must_use]
pub fn is_named(script: &Script, name: &str) -> bool {
    script.calls().all().any(|call| title(script.text(), script.comments(), call.head.start).is_some_and(|title| title == name))
}

/// What the comment on the line before a place says, if it stands on that line alone. `comments` are in the order of the text; those in
/// brackets name nothing. Many programs note a rule's name so: `# rule:[Name]` (Roundcube's managesieve).
pub(crate) fn title(text: &str, comments: &[Range], start: u32) -> Option<String> {
    let index = comments.partition_point(|comment| comment.end <= start).checked_sub(1)?;
    let comment = comments.get(index)?;
    let said = comment.of(text).strip_prefix('#')?;
    let is_above = Range::new(comment.end, start).of(text).bytes().all(|byte| matches!(byte, b' ' | b'\t'));
    let line = text.get(..comment.start as usize).and_then(|before| before.rsplit('\n').next()).unwrap_or("");
    let is_alone = line.trim().is_empty();
    let said = said.trim_start_matches('#').trim();
    let said = said.strip_prefix("rule:[").and_then(|rest| rest.strip_suffix(']')).unwrap_or(said);
    (is_above && is_alone).then(|| one_line(said))
}

/// Blanks and line ends as one blank each, and no more than fits an outline.
pub(crate) fn one_line(text: &str) -> String {
    /// Longer ones end in dots.
    const MOST: usize = 80;
    let mut out = String::new();
    for word in text.split_whitespace() {
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(word);
    }
    if let Some((cut, _)) = out.char_indices().nth(MOST) {
        out.truncate(cut);
        out.push('…');
    }
    out
}

#[cfg(all(test, feature = "full"))]
mod tests {
    use super::*;

    /// The part that the first `«` of a script is in; the mark is taken out.
    fn at(marked: &str) -> Option<String> {
        let place = u32::try_from(marked.find('«').unwrap()).unwrap();
        part_at(&Script::parse(marked.replace('«', "")), Range::new(place, place))
    }

    #[test]
    fn a_comment_names_a_part() {
        assert_eq!(at("# rule:[Bills]\nif true { «keep; }").as_deref(), Some("Bills"));
        assert_eq!(at("# rule:[Bills]\nif true { keep; }\n# rule:[Lists]\r\nelsif true { «keep; }").as_deref(), Some("Lists"));
        assert_eq!(at("## Anna's\n«keep;").as_deref(), Some("Anna's"));
        // Nearest wins; a comment that names nothing does not hide the one outside.
        assert_eq!(at("# a\nif true { # b\n if true { «keep; } }").as_deref(), Some("a"));
        assert_eq!(at("# a\nif true {\n # b\n if true { «keep; } }").as_deref(), Some("b"));
    }

    #[test]
    fn without_a_comment_it_is_the_command() {
        assert_eq!(at("/* x */\nif  header\n \"a\" \"b\" { «keep; }").as_deref(), Some("if header \"a\" \"b\""));
        assert_eq!(at("keep; # kept\n\n«stop;").as_deref(), Some("stop"));
        assert_eq!(at("keep;\n\n«"), None);
    }

    #[test]
    fn a_part_is_found_by_its_name() {
        let script = Script::parse("# rule:[Bills]\nif true { keep; }\nstop;\n");
        assert_eq!(part_named(&script, "Bills").map(|range| range.of(script.text())), Some("if true { keep; }"));
        assert_eq!(part_named(&script, "stop").map(|range| range.of(script.text())), Some("stop;"));
        assert_eq!(part_named(&script, "Other"), None);
        assert!(is_named(&script, "Bills") && !is_named(&script, "stop"));
    }
}
