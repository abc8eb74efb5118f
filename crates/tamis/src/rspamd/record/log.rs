//! A line of the log (libserver/task.c, `rspamd_task_log_metric_res`), by whatever `log_format`: the part in round brackets that begins with
//! `default:`.

use super::{Form, Recorded, RecordedSymbol, STEP_LOG, is_name, name_and_score};

/// `… (default: F (no action): [2.33/15.00] [B(2.33){10%;},A(2.00){x;y;}]), …`. `None` if there is no such thing.
pub(super) fn line(text: &str) -> Option<Recorded> {
    let (before, rest) = text.split_once("(default: ")?;
    let (flag, rest) = rest.split_once(" (")?;
    let (action, rest) = rest.split_once("): [")?;
    let (numbers, rest) = rest.split_once(']')?;
    let (score, required) = numbers.split_once('/')?;
    let finite = |text: &str| text.trim().parse().ok().filter(|number: &f64| number.is_finite());
    let mut recorded = Recorded {
        form: Form::Log,
        step: STEP_LOG,
        score: Some(finite(score)?),
        required: finite(required),
        action: Some(action.to_owned()),
        skipped: flag == "S",
        message_id: between(before, "id: <", ">").filter(|id| *id != "undef").map(str::to_owned),
        queue_id: between(before, "qid: <", ">").filter(|id| *id != "undef").map(str::to_owned),
        scored: true,
        verdicts: 1,
        ..Recorded::default()
    };
    let mut rest = rest.trim_start().strip_prefix('[').unwrap_or("]");
    while !rest.starts_with(']') && !rest.is_empty() {
        let (name, score, after) = match name_and_score(rest).filter(|_| before_any(rest, '(', &[',', ']'])) {
            Some((name, score, after)) => (name, Some(score), after),
            None => {
                let end = rest.find(['{', ',', ']']).unwrap_or(rest.len());
                let (name, after) = rest.split_at_checked(end)?;
                if !is_name(name) {
                    recorded.cut = true;
                    break;
                }
                (name, None, after)
            }
        };
        if score.is_none() {
            (recorded.scored, recorded.form) = (false, Form::Names);
        }
        let mut symbol = RecordedSymbol { name: name.to_owned(), score: score.unwrap_or(0.0), ..RecordedSymbol::default() };
        rest = after;
        if let Some(inside) = after.strip_prefix('{') {
            let (options, behind) = options(inside, &mut recorded.cut);
            symbol.options = options.split_terminator(';').map(str::to_owned).collect();
            if symbol.options.last().is_some_and(|last| last == "...") {
                symbol.options.pop();
                recorded.cut = true;
            }
            rest = behind;
        }
        recorded.symbols.push(symbol);
        rest = rest.strip_prefix(',').unwrap_or(rest);
    }
    recorded.cut |= rest.is_empty();
    Some(recorded)
}

/// Whether the first of these characters is the one.
fn before_any(text: &str, one: char, others: &[char]) -> bool {
    text.find(one) < text.find(others).or(Some(usize::MAX))
}

fn between<'t>(text: &'t str, before: &str, after: &str) -> Option<&'t str> {
    text.split_once(before).and_then(|(_, rest)| rest.split_once(after)).map(|(inside, _)| inside)
}

/// The options, and what stands behind their brace: the first behind which the list ends or another symbol begins.
fn options<'t>(inside: &'t str, cut: &mut bool) -> (&'t str, &'t str) {
    for (at, _) in inside.match_indices('}') {
        let behind = inside.get(at + 1..).unwrap_or("");
        let ends = match behind.strip_prefix(',') {
            None => behind.starts_with(']') || behind.is_empty(),
            Some(next) => {
                name_and_score(next).is_some_and(|(_, _, rest)| rest.starts_with(['{', ',', ']'])) || {
                    let end = next.find(['{', ',', ']']).unwrap_or(next.len());
                    next.get(..end).is_some_and(is_name) && next.get(end..).is_some_and(|rest| rest.starts_with('{'))
                }
            }
        };
        if ends {
            return (inside.get(..at).unwrap_or(""), behind);
        }
    }
    *cut = true;
    (inside, "")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_of_the_real_program() {
        let text = "2026-11-28 06:31:15 #9146(normal) <dd031a>; task; rspamd_task_write_log: id: <a@example.org>, qid: <ABC>, (default: F (no action): \
            [2.33/15.00] [B(2.33){10%;},A(2.00){x;y,z;a[1]; b;},N1(-2.00){é;third;},UNKNOWN(0.00){}]), len: 302, forced: undef, settings: undef";
        let recorded = line(text).unwrap();
        assert_eq!((recorded.score, recorded.required, recorded.cut), (Some(2.33), Some(15.0), false));
        assert_eq!((recorded.action.as_deref(), recorded.message_id.as_deref()), (Some("no action"), Some("a@example.org")));
        assert_eq!(recorded.queue_id.as_deref(), Some("ABC"));
        let names: Vec<(&str, f64, usize)> = recorded.symbols.iter().map(|s| (s.name.as_str(), s.score, s.options.len())).collect();
        assert_eq!(names, [("B", 2.33, 1), ("A", 2.0, 4), ("N1", -2.0, 2), ("UNKNOWN", 0.0, 0)]);
    }

    #[test]
    fn lists_that_are_cut_and_other_formats() {
        let read = |symbols: &str| line(&format!("(default: T (reject): [20.00/15.00] [{symbols}")).unwrap();
        assert!(read("A(20.00){1;2;3;...;}])").cut);
        assert!(read("A(20.00){1;2").cut && read("A(20.00){1;},B(0.").cut);
        let plain = read("A(19.00),B(1.00)])");
        assert_eq!((plain.symbols.len(), plain.scored, plain.cut), (2, true, false));
        let names = read("A{},B{x;},C{}])");
        assert_eq!((names.form, names.symbols.len(), names.scored), (Form::Names, 3, false));
        assert_eq!(read("])").symbols.len(), 0);
        assert_eq!(line("nothing of the kind"), None);
        assert_eq!(line("(default: F (no action): [x/15.00] [])"), None);
    }
}
