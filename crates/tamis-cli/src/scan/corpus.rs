//! Many recorded verdicts, before and after a change: which messages are treated otherwise, and what to write to make it so.

use std::path::Path;

use serde_json::{Value, json};
use similar::TextDiff;
use tamis::diagnostic::{Language, printable};
use tamis::rspamd::deploy::Deployed;
use tamis::rspamd::record::{Form, Recorded, Replay, replay};
use tamis::rspamd::whatif::{Corpus, Label, Names, Report, Rules, Verdict, report};
use tamis::rspamd::{Config, Loaded};

use super::records::records;
use super::{Format, ScanArgs};
use crate::Exit;
use crate::common::says;
use crate::corpus::{Corpus as Messages, Done as Passed, Mail, Pass};
use crate::out::{Output, Trouble, about};

/// So many messages that change are named.
const NAMED: usize = 20;

/// What was read.
#[derive(Default)]
struct Read {
    names: Vec<String>,
    labels: Vec<Label>,
    /// Records whose count is not exact without any change, by what is not known.
    approximate: usize,
    /// Those that do not come to what they say: the configuration is another one.
    other: usize,
    /// Files without a verdict, and files of SpamAssassin's.
    without: usize,
    foreign: usize,
    troubles: Vec<String>,
}

/// The records of a file, by its name.
type Done = (String, Result<Vec<(Replay, Recorded)>, String>);

/// Counts all records; with another configuration too if there is one.
pub fn corpus(args: &ScanArgs, loaded: &Loaded, changed: Option<&Config>, language: Language) -> Result<Exit, Trouble> {
    let mut names = Names::default();
    let before = Rules::new(&loaded.config, &mut names);
    let after = changed.map(|config| Rules::new(config, &mut names));
    let mut corpus = Corpus::new(&std::iter::once(&before).chain(&after).collect::<Vec<_>>());
    let mut read = Read::default();
    let mut exit = Exit::Clean;
    for (paths, label) in [(&args.records, Label::Unknown), (&args.ham, Label::Ham), (&args.spam, Label::Spam)] {
        let done = fill(args, (paths, label), loaded, &mut corpus, &mut names, &mut read, language)?;
        done.tell(language);
        if done.exit() != Exit::Clean {
            exit = done.exit();
        }
        if done.stopped {
            break;
        }
    }
    if !read.troubles.is_empty() {
        exit = Exit::Trouble;
    }
    // Rules that are older than some names know nothing of them, which is right: those are in no configuration.
    let one = before.all(&corpus, &names);
    let two = after.as_ref().map_or_else(|| one.clone(), |rules| rules.all(&corpus, &names));
    let harmless: Vec<u32> = (0..u32::try_from(names.len()).unwrap_or(u32::MAX))
        .filter(|number| matches!(names.name(*number), "no action" | "greylist"))
        .collect();
    let told = report(&one, &two, &read.labels, &harmless, &names);
    let shown = match args.format {
        Format::Json => format!("{}\n", to_json(&told, &read, &names)),
        Format::Text => text(&told, &read, &names, changed.is_some(), language),
    };
    let mut out = Output::new(language);
    out.text(&shown)?;
    out.flush()?;
    Ok(exit)
}

/// Reads the records of some paths, many files at once. What is in memory of each message is its record in numbers.
fn fill(
    args: &ScanArgs,
    (paths, label): (&[String], Label),
    loaded: &Loaded,
    corpus: &mut Corpus,
    names: &mut Names,
    read: &mut Read,
    language: Language,
) -> Result<Passed, Trouble> {
    let messages = Messages::new(paths, language);
    let pass = Pass { jobs: args.threads.jobs(), bar: true, skip: None, language };
    let counted = |recorded: Recorded| (replay(&recorded, &loaded.config), recorded);
    let one = |mail: &Mail| -> Done { (mail.name.clone(), records(&mail.bytes).map(|found| found.into_iter().map(counted).collect())) };
    let done = messages.each(&pass, one, |_, (name, found)| {
        let found = match found {
            Ok(found) => found,
            Err(error) => {
                let trouble = format!("{name}: {error}");
                anstream::eprintln!("tamis: {trouble}");
                read.troubles.push(trouble);
                return Ok(());
            }
        };
        read.without += usize::from(found.is_empty());
        let count = found.len();
        for (place, (replay, recorded)) in found.into_iter().enumerate() {
            if recorded.form == Form::SpamAssassin {
                read.foreign += 1;
                continue;
            }
            read.approximate += usize::from(replay.doubts.iter().any(|doubt| doubt.concerns(None)));
            read.other += usize::from(replay.doubts.iter().any(|doubt| doubt.name() == "other-result"));
            let id = recorded.message_id.as_ref().map(|id| format!(" <{id}>")).unwrap_or_default();
            read.names.push(if count > 1 { format!("{name}#{}{id}", place + 1) } else { name.clone() });
            read.labels.push(label);
            corpus.push(&replay, names);
        }
        Ok(())
    })?;
    read.troubles.extend(done.troubles.iter().cloned());
    Ok(done)
}

fn text(told: &Report, read: &Read, names: &Names, changed: bool, language: Language) -> String {
    let mut out = String::new();
    let say = |en: &'static str, fr: &'static str| says(language, en, fr);
    out.push_str(&format!("{} {}", read.names.len(), say("verdicts", "verdicts")));
    let labelled = [Label::Ham, Label::Spam].map(|label| read.labels.iter().filter(|known| **known == label).count());
    if labelled != [0, 0] {
        out.push_str(&format!(" ({} ham, {} spam)", labelled[0], labelled[1]));
    }
    out.push('\n');
    for (count, en, fr) in [
        (read.without, "files have no verdict of Rspamd", "fichiers n'ont pas de verdict de Rspamd"),
        (read.foreign, "verdicts are SpamAssassin's, and left out", "verdicts sont de SpamAssassin, et ignorés"),
        (
            read.approximate,
            "are counted again nearly, not exactly: see one of them with explain-score",
            "sont recomptés à peu près : voyez-en un avec explain-score",
        ),
        (
            read.other,
            "come to another score than they say: they were made under another configuration",
            "donnent un autre score que celui qu'ils disent : ils viennent d'une autre configuration",
        ),
    ] {
        if count > 0 {
            out.push_str(&format!("  {count} {}\n", say(en, fr)));
        }
    }
    let head = if changed { say("   before    after", "    avant    après") } else { say("    count", "   nombre") };
    out.push_str(&format!("\n{:<18}{head}\n", say("action", "action")));
    for (action, tally) in &told.actions {
        out.push_str(&format!("{action:<18}{:>9}", tally.all[0]));
        if changed {
            out.push_str(&format!("{:>9}", tally.all[1]));
        }
        if labelled != [0, 0] {
            let [ham, spam] =
                [tally.ham, tally.spam].map(|count| if changed { format!("{} → {}", count[0], count[1]) } else { count[0].to_string() });
            out.push_str(&format!("   ham {ham}, spam {spam}"));
        }
        out.push('\n');
    }
    if labelled != [0, 0] {
        let line = |counts: [usize; 2]| if changed { format!("{} → {}", counts[0], counts[1]) } else { counts[0].to_string() };
        out.push_str(&format!("\n{}: {}\n", say("ham treated as spam", "ham traité comme spam"), line(told.false_positives)));
        out.push_str(&format!("{}: {}\n", say("spam let through", "spam laissé passer"), line(told.false_negatives)));
    }
    out.push_str(&histogram(told, changed, language));
    if changed {
        out.push_str(&format!(
            "\n{} {}, {} {}\n",
            told.moved,
            say("scores change", "scores changent"),
            told.changes.len(),
            say("messages are treated otherwise", "messages sont traités autrement")
        ));
        let score = |verdict: &Verdict| format!("{:.2} {}", verdict.score, names.name(verdict.action));
        for change in told.changes.iter().take(NAMED) {
            let name = read.names.get(change.message).map_or("", String::as_str);
            let label = match change.label {
                Label::Unknown => "",
                Label::Ham => "ham  ",
                Label::Spam => "spam ",
            };
            out.push_str(&format!("  {label}{}: {} → {}\n", printable(name.as_bytes()), score(&change.before), score(&change.after)));
        }
        if told.changes.len() > NAMED {
            out.push_str(&format!(
                "  … {} {}\n",
                told.changes.len() - NAMED,
                say("more (--format json names all)", "autres (--format json les nomme tous)")
            ));
        }
    }
    out
}

/// How many messages have which score: a bar for each whole number.
fn histogram(told: &Report, changed: bool, language: Language) -> String {
    const WIDTH: usize = 40;
    let most = told.histogram.iter().flat_map(|(_, counts)| counts).max().copied().unwrap_or(0).max(1);
    let mut out = format!("\n{}\n", says(language, "score", "score"));
    for (from, counts) in &told.histogram {
        let bar = |count: usize| "█".repeat((count * WIDTH).div_ceil(most));
        out.push_str(&format!("{from:>5}  {:>7}  {}\n", counts[0], bar(counts[0])));
        if changed && counts[0] != counts[1] {
            out.push_str(&format!("{:>5}  {:>7}  {}\n", "→", counts[1], bar(counts[1]).replace('█', "▒")));
        }
    }
    out
}

fn to_json(told: &Report, read: &Read, names: &Names) -> Value {
    let verdict = |verdict: &Verdict| json!({ "score": verdict.score, "action": names.name(verdict.action) });
    let label = |label: Label| match label {
        Label::Unknown => Value::Null,
        Label::Ham => "ham".into(),
        Label::Spam => "spam".into(),
    };
    let pair = |counts: [usize; 2]| json!({ "before": counts[0], "after": counts[1] });
    let actions = told
        .actions
        .iter()
        .map(|(action, tally)| json!({ "action": action, "all": pair(tally.all), "ham": pair(tally.ham), "spam": pair(tally.spam) }));
    let changes = told.changes.iter().map(|change| {
        json!({
            "message": read.names.get(change.message), "label": label(change.label),
            "before": verdict(&change.before), "after": verdict(&change.after),
        })
    });
    json!({
        "version": 1, "verdicts": read.names.len(), "without_verdict": read.without, "spamassassin": read.foreign,
        "approximate": read.approximate, "other_configuration": read.other, "unreadable": read.troubles,
        "actions": actions.collect::<Vec<_>>(), "changes": changes.collect::<Vec<_>>(), "scores_changed": told.moved,
        "false_positives": pair(told.false_positives), "false_negatives": pair(told.false_negatives),
        "histogram": told.histogram.iter().map(|(from, counts)| json!({ "from": from, "before": counts[0], "after": counts[1] })).collect::<Vec<_>>(),
    })
}

/// The change as text to deploy: shown as a difference, or written.
pub fn written(args: &ScanArgs, written: &Deployed, loaded: &Loaded, language: Language) -> Result<(), Trouble> {
    let mut out = Output::new(language);
    let root = loaded.sources.first().and_then(|first| Path::new(&first.path).parent());
    let mut shown = String::new();
    for file in &written.files {
        if args.write_local {
            if let Some(folder) = Path::new(&file.path).parent() {
                std::fs::create_dir_all(folder).map_err(|error| about(&folder.display().to_string(), &error, language))?;
            }
            match file.before {
                Some(_) => crate::files::write(&file.path, &file.after, language)?,
                None => std::fs::write(&file.path, &file.after).map_err(|error| about(&file.path, &error, language))?,
            }
            shown.push_str(&format!("{} {}\n", says(language, "written:", "écrit :"), file.path));
            continue;
        }
        let name = root
            .and_then(|root| Path::new(&file.path).strip_prefix(root).ok())
            .map_or(file.path.clone(), |path| path.display().to_string());
        let before = file.before.as_deref().unwrap_or("");
        let diff = TextDiff::from_lines(before, &file.after);
        let from = if file.before.is_some() { format!("a/{name}") } else { "/dev/null".to_owned() };
        shown.push_str(&diff.unified_diff().context_radius(2).header(&from, &format!("b/{name}")).to_string());
    }
    if !shown.is_empty() && args.format == Format::Text {
        let head = says(language, "\nTo deploy:\n", "\nÀ déployer :\n");
        let head = if args.write_local { "\n" } else { head };
        out.text(&format!("{head}{shown}"))?;
        out.flush()?;
    }
    for name in &written.without_effect {
        anstream::eprintln!(
            "tamis: `{name}`: {}",
            says(
                language,
                "no file of local.d or override.d brings this about: a rule brings the score itself, or something else sets it later",
                "aucun fichier de local.d ni de override.d n'a cet effet : une règle apporte le score, ou autre chose le règle après",
            )
        );
    }
    Ok(())
}
