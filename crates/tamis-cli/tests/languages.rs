//! What goes wrong is told in the language that was asked for, and without any message nothing was done.

mod program;

use program::{folder, tamis};

const SCRIPT: (&str, &str) = ("a.sieve", "require \"fileinto\"; if header :contains \"subject\" \"bill\" { fileinto \"Bills\"; }\n");
const MAIL: (&str, &str) = ("m.eml", "From: a@example.org\nTo: b@example.org\nSubject: a bill\n\nx\n");

/// What a command says on standard error in French; the exit status is 2, and nothing is on standard output.
#[track_caller]
fn french(name: &str, files: &[(&str, &str)], args: &[&str]) -> String {
    let folder = folder(&format!("languages-{name}"), &[&[SCRIPT, MAIL], files].concat());
    std::fs::create_dir_all(folder.join("empty")).unwrap();
    let (status, out, err) = tamis(&folder, &[args, &["--lang", "fr"]].concat(), "");
    assert_eq!((status, out.as_str()), (2, ""), "{err}");
    err
}

#[test]
fn what_cannot_be_read_is_told_in_french() {
    for (args, said) in [
        (&["run", "none.sieve", "m.eml"][..], "tamis: none.sieve : ce fichier ou dossier n'existe pas\n"),
        (&["run", "empty", "m.eml"], "tamis: empty : c'est un dossier\n"),
        (&["run", "a.sieve", "m.eml", "--account", "none.json"], "tamis: none.json : ce fichier ou dossier n'existe pas\n"),
        (&["run", "a.sieve", "m.eml", "--server", "mailcov"], "tamis: il n'y a pas de serveur `mailcov` ; peut-être `mailcow` ?\n"),
        (&["run", "a.sieve", "m.eml", "--set", "x=1"], "tamis: il n'y a pas de réglage `x`\n"),
        (&["run", "a.sieve", "m.eml", "--set", "x"], "tamis: --set attend CLÉ=VALEUR, et non `x`\n"),
        (&["run", "a.sieve", "m.eml", "--set", "max_redirects=x"], "tamis: `x` n'est pas une valeur du réglage `max_redirects`\n"),
        (&["run", "a.sieve", "m.eml", "--now", "hier"], "tamis: `hier` n'est pas une date et heure avec fuseau"),
        (&["run", "a.sieve", "none.eml"], "tamis: none.eml : ce fichier ou dossier n'existe pas\n"),
        (&["diff", "a.sieve", "empty"], "tamis: empty : un dossier sans rspamd.conf\n"),
        (&["diff", "a.sieve", "mailcow"], "tamis: a.sieve et mailcow : un script ne se compare qu'à un script"),
        (&["diff", "-", "-"], "tamis: un seul de OLD, NEW et --mail peut être l'entrée standard\n"),
        (&["diff", "a.sieve", "a.sieve", "--mail", "m.eml", "--resume", "m.eml"], "tamis: m.eml : pas un journal de tamis diff"),
        (&["reach", "none.sieve"], "tamis: none.sieve : ce fichier ou dossier n'existe pas\n"),
        (&["reach", "-", "--against", "-"], "tamis: un seul des deux scripts peut être l'entrée standard\n"),
        (&["test", "empty"], "tamis: empty : aucun essai dans ce dossier"),
        (&["deliver", "--chain", "none.toml", "m.eml"], "tamis: none.toml : ce fichier ou dossier n'existe pas\n"),
        (&["deliver", "--chain", "mailcow", "--script", "personel=a.sieve", "m.eml"], "tamis: la chaîne n'a pas d'étape `personel`"),
        (&["deliver", "--chain", "mailcow", "--symbols", "A", "m.eml"], "tamis: il n'y a aucun message : ce qui suit --symbols"),
        (&["deliver", "--chain", "mailcow", "--result", "m.eml", "m.eml"], "tamis: m.eml : aucun verdict de Rspamd"),
        (&["scan", "--config", "empty", "--symbols", "A"], "rspamd.conf : ce fichier ou dossier n'existe pas\n"),
        (&["check", "none.sieve"], "tamis: none.sieve : ce fichier ou dossier n'existe pas\n"),
        (&["fmt", "none.sieve"], "tamis: none.sieve : ce fichier ou dossier n'existe pas\n"),
    ] {
        let told = french("read", &[], args);
        assert!(told.contains(said), "{args:?}: {told}");
    }
    let told = french("toml", &[("tamis.toml", "server = ")], &["run", "a.sieve", "m.eml"]);
    assert!(told.starts_with("erreur: ceci n'est pas du TOML : « "), "{told}");
    let wrong = "[settings]\nx = 1\nsieve_max_redirects = \"x\"\n[[test]]\nname = \"a\"\nmessage = \"m.eml\"\n";
    let folder = folder("languages-tests", &[SCRIPT, MAIL, ("t.toml", wrong)]);
    let (status, _, told) = tamis(&folder, &["test", "t.toml", "--lang", "fr"], "");
    assert!(status == 2 && told.contains("il n'y a pas de réglage `x`\n  ╭▸ t.toml:2:1"), "{told}");
    assert!(told.contains("`x` n'est pas une valeur du réglage `sieve_max_redirects`\n  ╭▸ t.toml:3:23"), "{told}");
}

#[test]
fn without_a_message_nothing_was_done() {
    for args in [
        &["run", "a.sieve", "empty"][..],
        &["run", "a.sieve", "empty", "--format", "json"],
        &["deliver", "--chain", "mailcow", "empty"],
        &["diff", "a.sieve", "a.sieve", "--mail", "empty"],
    ] {
        assert_eq!(french("nothing", &[], args), "tamis: il n'y a aucun message\n", "{args:?}");
    }
}

#[test]
fn a_summary_is_in_the_language_of_all() {
    let folder = folder("languages-summary", &[SCRIPT, MAIL, ("n.eml", "Subject: other\n\n")]);
    let (status, out, _) = tamis(&folder, &["run", "a.sieve", "m.eml", "n.eml", "--lang", "fr"], "");
    assert!(status == 0 && out.ends_with("\n2 messages :\n      1  Bills\n      1  INBOX\n"), "{out}");
    let (_, out, _) = tamis(&folder, &["deliver", "--chain", "mailcow", "--score", "9", "m.eml", "--lang", "fr"], "");
    assert!(out.contains("  Rspamd : 9.00 / 15.00, add header\n"), "{out}");
}

/// A script that its server refuses is no JSON: it is told beside the report.
#[test]
fn a_report_for_programs_stands_alone() {
    let folder = folder("languages-refused", &[SCRIPT, MAIL, ("bad.sieve", "stop")]);
    let (status, out, err) = tamis(&folder, &["diff", "a.sieve", "bad.sieve", "--mail", "m.eml", "--format", "json"], "");
    assert_eq!((status, out.as_str()), (1, ""));
    assert!(
        err.contains("sieve/missing-semicolon")
            && err.ends_with("tamis: bad.sieve is refused by its server: there is nothing to compare\n"),
        "{err}"
    );
}
