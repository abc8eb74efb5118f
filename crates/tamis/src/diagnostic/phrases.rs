//! Every sentence of tamis's findings, English and French side by side. One entry, one code: a missing language does not compile.

#[macro_use]
mod rspamd;

use super::{Phrase, Severity};

/// What is known of a code.
#[derive(Clone, Copy, Debug)]
pub struct Facts {
    /// Its stable name.
    pub id: &'static str,
    /// Its severity, unless the place says otherwise.
    pub severity: Severity,
    /// Its sentence.
    pub message: Phrase,
}

macro_rules! codes {
    ($($(#[$when:meta])* $variant:ident $id:literal $severity:ident $($only:ident)? { en: $en:literal, fr: $fr:literal })*) => {
        /// What a finding is about. The names are stable: programs match on [`Facts::id`].
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        #[allow(missing_docs, reason = "each variant's sentence is its documentation")]
        pub enum Code { $($(#[$when])* $variant),* }

        impl Code {
            /// All of them.
            pub const ALL: &'static [Code] = &[$($(#[$when])* Code::$variant),*];

            /// Name and sentence, one below the other. One string for each code, not three: as a table of facts they were 1.8 kB more of the
            /// browser's module.
            const TEXTS: &[&str] = &[$($(#[$when])* said(concat!($id, "\n", $en, "\n", $fr), stringify!($($only)?))),*];

            /// Name, severity and sentence.
            #[must_use]
            pub fn facts(self) -> Facts {
                let mut texts = Self::TEXTS.get(self as usize).map_or("", |texts| texts).split('\n');
                let mut next = || texts.next().unwrap_or("");
                Facts { id: next(), severity: self.severity(), message: Phrase { en: next(), fr: next() } }
            }

            /// The severity, unless the place says otherwise.
            #[must_use]
            pub const fn severity(self) -> Severity {
                match self {
                    $($(#[$when])* Code::$variant => Severity::$severity),*
                }
            }

            /// The code of this name.
            #[must_use]
            pub fn from_id(id: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|code| code.facts().id == id)
            }

            /// True for a known fault of the server's engine that this input meets: it would abort or answer wrongly.
            #[must_use]
            pub const fn is_hazard(self) -> bool {
                self.crashes_server() || matches!(self, Self::WrongOnServer | Self::DuplicateTwice)
            }

            /// True if the process of the server's engine ends over this input.
            #[must_use]
            pub const fn crashes_server(self) -> bool {
                matches!(self, Self::CrashesServer | Self::CommandCrashes | Self::LoopCrashes)
            }

            /// True for a broken rule of a policy (`vet/…`).
            #[must_use]
            pub fn is_policy(self) -> bool {
                self.facts().id.starts_with("vet/")
            }
        }
    };
}

/// The texts of a code, if it can be reported: `lint` codes are the feature's, and policies are judged by native faces only, so that the browser's
/// module has no sentences for them.
const fn said(texts: &'static str, only: &str) -> &'static str {
    let is_said = match (texts.as_bytes(), only.as_bytes()) {
        (_, b"lint") => cfg!(feature = "full"),
        ([b'v', b'e', b't', b'/', ..], _) => !cfg!(target_arch = "wasm32"),
        _ => true,
    };
    if is_said { texts } else { "" }
}

with_rspamd! {
    UnexpectedCharacter "sieve/unexpected-character" Error {
        en: "`{char}` has no meaning here",
        fr: "`{char}` n'a pas de sens ici"
    }
    UnterminatedString "sieve/unterminated-string" Error {
        en: "this string has no closing `\"`",
        fr: "cette chaîne n'a pas de `\"` final"
    }
    UnterminatedText "sieve/unterminated-text" Error {
        en: "this multi-line text has no line with a single `.` at its end",
        fr: "ce texte sur plusieurs lignes n'a pas de ligne finale avec un seul `.`"
    }
    TextStart "sieve/text-start" Error {
        en: "only blanks or a comment may follow `text:` on its line",
        fr: "seuls des blancs ou un commentaire peuvent suivre `text:` sur sa ligne"
    }
    UnterminatedComment "sieve/unterminated-comment" Error {
        en: "this comment has no closing `*/`",
        fr: "ce commentaire n'a pas de `*/` final"
    }
    StrayReturn "sieve/stray-return" Error {
        en: "a carriage return stands alone in a string",
        fr: "un retour chariot est seul dans une chaîne"
    }
    NulCharacter "sieve/nul-character" Error {
        en: "a NUL character stands here",
        fr: "un caractère NUL se trouve ici"
    }
    NumberTooLarge "sieve/number-too-large" Error {
        en: "this number is larger than {max}",
        fr: "ce nombre dépasse {max}"
    }
    NumberSuffix "sieve/number-suffix" Error {
        en: "a number ends in a digit, `K`, `M` or `G`",
        fr: "un nombre se termine par un chiffre, `K`, `M` ou `G`"
    }
    SingleQuotes "sieve/single-quotes" Error {
        en: "strings stand in double quotes",
        fr: "les chaînes se mettent entre guillemets doubles"
    }
    StringTooLong "sieve/string-too-long" Error {
        en: "this string is longer than {max} bytes",
        fr: "cette chaîne dépasse {max} octets"
    }
    IdentifierTooLong "sieve/identifier-too-long" Error {
        en: "this name is longer than {max} characters",
        fr: "ce nom dépasse {max} caractères"
    }
    CommentAtEnd "sieve/comment-at-end" Hint {
        en: "the last line is a comment without a line end",
        fr: "la dernière ligne est un commentaire sans fin de ligne"
    }
    ExpectedSemicolon "sieve/missing-semicolon" Error {
        en: "`{name}` lacks its `;`",
        fr: "il manque le `;` après `{name}`"
    }
    ExpectedBlockEnd "sieve/missing-brace" Error {
        en: "the block opened here has no `}`",
        fr: "le bloc ouvert ici n'a pas de `}`"
    }
    ExpectedCommand "sieve/expected-command" Error {
        en: "a command is expected here, not {found}",
        fr: "une commande est attendue ici, pas {found}"
    }
    UnexpectedBrace "sieve/unexpected-brace" Error {
        en: "this `}` closes nothing",
        fr: "ce `}` ne ferme rien"
    }
    ExpectedString "sieve/expected-string" Error {
        en: "a string is expected in this list, not {found}",
        fr: "une chaîne est attendue dans cette liste, pas {found}"
    }
    ExpectedListEnd "sieve/missing-comma" Error {
        en: "`,` or `]` is expected before {found}",
        fr: "`,` ou `]` est attendu avant {found}"
    }
    EmptyList "sieve/empty-list" Error {
        en: "a string list needs at least one string",
        fr: "une liste de chaînes en contient au moins une"
    }
    ExpectedTest "sieve/expected-test" Error {
        en: "a test is expected in this list, not {found}",
        fr: "un test est attendu dans cette liste, pas {found}"
    }
    ExpectedTestListEnd "sieve/missing-parenthesis" Error {
        en: "`,` or `)` is expected before {found}",
        fr: "`,` ou `)` est attendu avant {found}"
    }
    TestListWithoutParentheses "sieve/tests-without-parentheses" Error {
        en: "several tests stand in parentheses: `(…, …)`",
        fr: "plusieurs tests se mettent entre parenthèses : `(…, …)`"
    }
    UnexpectedToken "sieve/unexpected-token" Error {
        en: "{found} has no place in the arguments of `{name}`",
        fr: "{found} n'a pas sa place dans les arguments de `{name}`"
    }
    TooDeep "sieve/too-deep" Error {
        en: "nesting is deeper than {max} levels",
        fr: "l'imbrication dépasse {max} niveaux"
    }
    TooManyArguments "sieve/too-many-arguments" Error {
        en: "more than {max} arguments",
        fr: "plus de {max} arguments"
    }
    ScriptTooLarge "sieve/script-too-large" Error {
        en: "the script is larger than {max} bytes",
        fr: "le script dépasse {max} octets"
    }
    UnknownCommand "sieve/unknown-command" Error {
        en: "there is no command `{name}`",
        fr: "il n'y a pas de commande `{name}`"
    }
    UnknownTest "sieve/unknown-test" Error {
        en: "there is no test `{name}`",
        fr: "il n'y a pas de test `{name}`"
    }
    MissingRequire "sieve/missing-require" Error {
        en: "`{name}` needs `require \"{extension}\"`",
        fr: "`{name}` demande `require \"{extension}\"`"
    }
    ExtensionUnavailable "sieve/extension-unavailable" Error {
        en: "{server} does not offer the extension `{name}`",
        fr: "{server} n'offre pas l'extension `{name}`"
    }
    ExtensionRestricted "sieve/extension-restricted" Error {
        en: "{server} keeps `{name}` for the administrator's own scripts",
        fr: "{server} réserve `{name}` aux scripts de l'administrateur"
    }
    NotJudged "sieve/not-judged" Error {
        en: "{server} offers `{name}`, which tamis does not know enough of to judge the script",
        fr: "{server} offre `{name}`, que tamis ne connaît pas assez pour juger le script"
    }
    UnknownExtension "sieve/unknown-extension" Error {
        en: "there is no extension `{name}`",
        fr: "il n'y a pas d'extension `{name}`"
    }
    NotAnExtension "sieve/not-an-extension" Error {
        en: "`{name}` belongs to the base language: it needs no `require`",
        fr: "`{name}` fait partie du langage de base : pas de `require`"
    }
    ExtensionConflict "sieve/extension-conflict" Error {
        en: "`{name}` cannot be used together with `{other}`",
        fr: "`{name}` ne peut pas être employé avec `{other}`"
    }
    LateRequire "sieve/late-require" Error {
        en: "`require` must come before every other command",
        fr: "`require` doit précéder toute autre commande"
    }
    TestAsCommand "sieve/test-as-command" Error {
        en: "`{name}` is a test: it belongs after `if`",
        fr: "`{name}` est un test : sa place est après `if`"
    }
    CommandAsTest "sieve/command-as-test" Error {
        en: "`{name}` is a command, not a test",
        fr: "`{name}` est une commande, pas un test"
    }
    UnknownTag "sieve/unknown-tag" Error {
        en: "`{name}` takes no `:{tag}`",
        fr: "`{name}` n'accepte pas `:{tag}`"
    }
    MissingColon "sieve/missing-colon" Error {
        en: "`{tag}` lacks its `:`",
        fr: "il manque le `:` devant `{tag}`"
    }
    DuplicateTag "sieve/duplicate-tag" Error {
        en: "`:{tag}` stands twice, or beside another tag of its kind",
        fr: "`:{tag}` est en double, ou à côté d'une autre étiquette du même genre"
    }
    MisplacedTag "sieve/misplaced-tag" Error {
        en: "`:{tag}` must stand before the positional arguments",
        fr: "`:{tag}` doit précéder les arguments positionnels"
    }
    MissingTagValue "sieve/missing-tag-value" Error {
        en: "`:{tag}` needs a parameter after it: `{expected}`",
        fr: "`:{tag}` demande un paramètre : `{expected}`"
    }
    WrongTagValue "sieve/wrong-tag-value" Error {
        en: "`:{tag}` expects `{expected}`, not `{found}`",
        fr: "`:{tag}` attend `{expected}`, pas `{found}`"
    }
    WrongArgument "sieve/wrong-argument" Error {
        en: "argument {position} of `{name}`, `{what}`, expects `{expected}`, not `{found}`",
        fr: "l'argument {position} de `{name}`, `{what}`, attend `{expected}`, pas `{found}`"
    }
    ArgumentCount "sieve/argument-count" Error {
        en: "`{name}` expects {expected} positional argument(s), {count} found: {usage}",
        fr: "`{name}` attend {expected} argument(s) positionnel(s), {count} trouvé(s) : {usage}"
    }
    MissingTest "sieve/missing-test" Error {
        en: "`{name}` needs a test",
        fr: "`{name}` demande un test"
    }
    UnexpectedTest "sieve/unexpected-test" Error {
        en: "`{name}` takes no test",
        fr: "`{name}` n'accepte pas de test"
    }
    ExpectedSingleTest "sieve/expected-single-test" Error {
        en: "`{name}` takes one test, not a list",
        fr: "`{name}` prend un seul test, pas une liste"
    }
    ExpectedTestList "sieve/expected-test-list" Error {
        en: "`{name}` takes a list of tests in parentheses",
        fr: "`{name}` prend une liste de tests entre parenthèses"
    }
    MissingBlock "sieve/missing-block" Error {
        en: "`{name}` needs a block in braces",
        fr: "`{name}` demande un bloc entre accolades"
    }
    UnexpectedBlock "sieve/unexpected-block" Error {
        en: "`{name}` takes no block",
        fr: "`{name}` n'accepte pas de bloc"
    }
    MisplacedElse "sieve/misplaced-else" Error {
        en: "`{name}` must follow an `if` or `elsif`",
        fr: "`{name}` doit suivre un `if` ou un `elsif`"
    }
    ElseIf "sieve/else-if" Error {
        en: "`else if` is written `elsif`",
        fr: "`else if` s'écrit `elsif`"
    }
    NotConstant "sieve/not-constant" Error {
        en: "this string must be literal, without variables",
        fr: "cette chaîne doit être littérale, sans variable"
    }
    InvalidUnicode "sieve/invalid-unicode" Error {
        en: "`{name}` is no Unicode character",
        fr: "`{name}` n'est pas un caractère Unicode"
    }
    UnknownComparator "sieve/unknown-comparator" Error {
        en: "there is no comparator `{name}` here",
        fr: "il n'y a pas de comparateur `{name}` ici"
    }
    ComparatorMismatch "sieve/comparator-mismatch" Error {
        en: "the comparator `{name}` cannot do `:{tag}`",
        fr: "le comparateur `{name}` ne sait pas faire `:{tag}`"
    }
    UnknownRelation "sieve/unknown-relation" Error {
        en: "`:{tag}` needs one of \"gt\", \"ge\", \"lt\", \"le\", \"eq\", \"ne\"",
        fr: "`:{tag}` demande \"gt\", \"ge\", \"lt\", \"le\", \"eq\" ou \"ne\""
    }
    InvalidRegex "sieve/invalid-regex" Error {
        en: "{server} refuses this regular expression: {reason}",
        fr: "{server} refuse cette expression rationnelle : {reason}"
    }
    #[cfg(feature = "expressions")]
    InvalidExpression "sieve/invalid-expression" Error {
        en: "this is no expression: {reason}",
        fr: "ce n'est pas une expression : {reason}"
    }
    RegexBeyondLimits "sieve/regex-beyond-limits" Error {
        en: "this regular expression is beyond the limits of tamis: {reason}",
        fr: "cette expression rationnelle dépasse les limites de tamis : {reason}"
    }
    InvalidAddress "sieve/invalid-address" Error {
        en: "`{value}` is not an e-mail address",
        fr: "`{value}` n'est pas une adresse électronique"
    }
    HeaderNotAddress "sieve/header-not-address" Error {
        en: "the `address` test cannot read the header `{name}`: it holds no addresses",
        fr: "le test `address` ne lit pas l'en-tête `{name}` : il ne contient pas d'adresses"
    }
    UnknownEnvelopePart "sieve/unknown-envelope-part" Error {
        en: "there is no envelope part `{name}`",
        fr: "il n'y a pas de partie d'enveloppe `{name}`"
    }
    EnvelopePartNoAddress "sieve/envelope-part-no-address" Error {
        en: "the envelope part `{name}` is no address: `:{tag}` has no meaning",
        fr: "la partie d'enveloppe `{name}` n'est pas une adresse : `:{tag}` n'a pas de sens"
    }
    InvalidHeaderName "sieve/invalid-header-name" Warning {
        en: "`{name}` cannot be a header name: this never matches",
        fr: "`{name}` ne peut être un nom d'en-tête : ceci ne correspond jamais"
    }
    InvalidHeaderNameError "sieve/invalid-header-name-error" Error {
        en: "`{name}` cannot be a header name",
        fr: "`{name}` ne peut être un nom d'en-tête"
    }
    InvalidHeaderValue "sieve/invalid-header-value" Error {
        en: "this header value holds characters that a header cannot",
        fr: "cette valeur d'en-tête contient des caractères interdits"
    }
    HeaderTooLong "sieve/header-too-long" Error {
        en: "this header is longer than {max} bytes",
        fr: "cet en-tête dépasse {max} octets"
    }
    ProtectedHeader "sieve/protected-header" Warning {
        en: "{server} does not let a script change the header `{name}`: this does nothing",
        fr: "{server} interdit à un script de changer l'en-tête `{name}` : ceci ne fait rien"
    }
    InvalidMailbox "sieve/invalid-mailbox" Error {
        en: "`{name}` cannot be a mailbox name",
        fr: "`{name}` ne peut être un nom de dossier"
    }
    TagLost "sieve/tag-lost" Warning {
        en: "{server} forgets `:{tag}` behind `:flags` and `:copy`",
        fr: "{server} oublie `:{tag}` derrière `:flags` et `:copy`"
    }
    SizeNeedsTag "sieve/size-needs-tag" Error {
        en: "`size` needs exactly one of `:over` and `:under`",
        fr: "`size` demande soit `:over`, soit `:under`"
    }
    InvalidVariableName "sieve/invalid-variable-name" Error {
        en: "`{name}` cannot be the name of a variable",
        fr: "`{name}` ne peut être le nom d'une variable"
    }
    ReadOnlyVariable "sieve/read-only-variable" Error {
        en: "`{name}` cannot be set",
        fr: "`{name}` ne peut pas être modifiée"
    }
    UnknownNamespace "sieve/unknown-namespace" Error {
        en: "there is no variable namespace `{name}` here",
        fr: "il n'y a pas d'espace de variables `{name}` ici"
    }
    UnknownNamespaceIgnored "sieve/unknown-namespace-ignored" Warning {
        en: "there is no variable namespace for `{name}` here: the server drops it from the string",
        fr: "il n'y a pas d'espace de variables pour `{name}` ici : le serveur le retire de la chaîne"
    }
    IncludeAfterMistake "sieve/include-after-mistake" Error {
        en: "{server} forgives this only where no other script is included",
        fr: "{server} ne le pardonne que si aucun autre script n'est inclus"
    }
    MatchValueRange "sieve/match-value-range" Warning {
        en: "match values end at {max}: the server drops `{name}` from the string",
        fr: "les valeurs capturées s'arrêtent à {max} : le serveur retire `{name}` de la chaîne"
    }
    TooManyVariables "sieve/too-many-variables" Error {
        en: "more than {max} variables",
        fr: "plus de {max} variables"
    }
    ModifierConflict "sieve/modifier-conflict" Error {
        en: "`:{tag}` and `:{other}` cannot stand together",
        fr: "`:{tag}` et `:{other}` ne vont pas ensemble"
    }
    TagNeedsTag "sieve/tag-needs-tag" Error {
        en: "`:{tag}` has a meaning only beside `:{other}`",
        fr: "`:{tag}` n'a de sens qu'avec `:{other}`"
    }
    NeedsExtension "sieve/needs-extension" Error {
        en: "{what} needs `require \"{extension}\"`",
        fr: "{what} demande `require \"{extension}\"`"
    }
    OutsideLoop "sieve/outside-loop" Error {
        en: "`{name}` belongs inside `foreverypart`",
        fr: "`{name}` va à l'intérieur de `foreverypart`"
    }
    #[cfg(feature = "svtest")]
    UnknownTestObject "sieve/unknown-test-object" Error {
        en: "there is no `{name}` to set: a test sets `message`, `currentdate` and parts of the envelope such as `envelope.from`",
        fr: "il n'y a pas de `{name}` : un essai définit `message`, `currentdate` et des parties d'enveloppe comme `envelope.from`"
    }
    #[cfg(feature = "svtest")]
    TestMessageSource "sieve/test-message-source" Error {
        en: "`test_message` takes either `:smtp` or `:folder`",
        fr: "`test_message` prend soit `:smtp`, soit `:folder`"
    }
    UnknownLoop "sieve/unknown-loop" Error {
        en: "no `foreverypart` around this has the name `{name}`",
        fr: "aucun `foreverypart` autour ne porte le nom `{name}`"
    }
    LoopsTooDeep "sieve/loops-too-deep" Error {
        en: "`foreverypart` is nested deeper than {max} levels",
        fr: "`foreverypart` est imbriqué à plus de {max} niveaux"
    }
    InvalidImportance "sieve/invalid-importance" Error {
        en: "`:importance` is \"1\", \"2\" or \"3\"",
        fr: "`:importance` vaut \"1\", \"2\" ou \"3\""
    }
    InvalidNotifyMethod "sieve/invalid-notify-method" Error {
        en: "{server} cannot notify by `{value}`: {reason}",
        fr: "{server} ne sait pas notifier par `{value}` : {reason}"
    }
    InvalidDatePart "sieve/invalid-date-part" Warning {
        en: "there is no date part `{name}`: this never matches",
        fr: "il n'y a pas de partie de date `{name}` : ceci ne correspond jamais"
    }
    IndexZero "sieve/index-zero" Error {
        en: "`:index` counts from 1",
        fr: "`:index` compte à partir de 1"
    }
    InvalidOption "sieve/invalid-option" Error {
        en: "`{value}` is no option such as \"name=value\"",
        fr: "`{value}` n'est pas une option comme \"nom=valeur\""
    }
    UsedBeforeGlobal "sieve/used-before-global" Error {
        en: "the variable `{name}` was used here before it became global",
        fr: "la variable `{name}` a été employée avant de devenir globale"
    }
    InvalidZone "sieve/invalid-zone" Warning {
        en: "`{value}` is no time zone such as \"+0100\": the server's own is used",
        fr: "`{value}` n'est pas un fuseau comme \"+0100\" : celui du serveur est utilisé"
    }
    PeriodClamped "sieve/period-clamped" Warning {
        en: "{server} counts {value} seconds here as {limit}",
        fr: "{server} compte ces {value} secondes comme {limit}"
    }
    InvalidFlag "sieve/invalid-flag" Warning {
        en: "`{name}` is no valid flag: the server ignores it",
        fr: "`{name}` n'est pas un drapeau valable : le serveur l'ignore"
    }
    InvalidMailboxTest "sieve/mailbox-not-utf8" Warning {
        en: "this mailbox name is not valid",
        fr: "ce nom de dossier n'est pas valable"
    }
    InvalidAnnotation "sieve/invalid-annotation" Warning {
        en: "`{name}` cannot be the name of an annotation: {reason}",
        fr: "`{name}` ne peut être le nom d'une annotation : {reason}"
    }
    InvalidSpecialUse "sieve/invalid-special-use" Error {
        en: "`{name}` is no special use such as `\\Junk`",
        fr: "`{name}` n'est pas un usage tel que `\\Junk`"
    }
    InvalidProgramName "sieve/invalid-program-name" Error {
        en: "`{name}` cannot be the name of a program",
        fr: "`{name}` ne peut être le nom d'un programme"
    }
    InvalidProgramArgument "sieve/invalid-program-argument" Error {
        en: "a program's argument is one line of at most 1024 bytes",
        fr: "l'argument d'un programme est une ligne d'au plus 1024 octets"
    }
    InvalidFeedbackType "sieve/invalid-feedback-type" Error {
        en: "`{value}` is no feedback type such as `abuse`",
        fr: "`{value}` n'est pas un type de signalement tel que `abuse`"
    }
    ListComparator "sieve/list-comparator" Error {
        en: "`:list` takes no `:comparator`",
        fr: "`:list` ne prend pas de `:comparator`"
    }
    RedirectList "sieve/redirect-list" Error {
        en: "{server} does not send to lists",
        fr: "{server} n'envoie pas aux listes"
    }
    SpamtestTwice "sieve/spamtest-twice" Warning {
        en: "`spamtest` and `spamtestplus` bring the same test: the last one required counts",
        fr: "`spamtest` et `spamtestplus` apportent le même test : le dernier demandé compte"
    }
    UnknownList "run/unknown-list" Warning {
        en: "the server knows no list `{name}`",
        fr: "le serveur ne connaît pas de liste `{name}`"
    }
    OutsideImap "run/outside-imap" Error {
        en: "`imapsieve` is for IMAP events, not for a delivery",
        fr: "`imapsieve` sert aux événements IMAP, pas à une livraison"
    }
    ProgramFailed "run/program-failed" Error {
        en: "`{name}` failed",
        fr: "`{name}` a échoué"
    }
    MissingInclude "sieve/missing-include" Error {
        en: "the included script `{name}` does not exist",
        fr: "le script inclus `{name}` n'existe pas"
    }
    MissingIncludeAllowed "sieve/missing-include-allowed" Warning {
        en: "the included script `{name}` does not exist yet",
        fr: "le script inclus `{name}` n'existe pas encore"
    }
    IncludeNotOffered "sieve/include-not-offered" Error {
        en: "{server} has no store of global scripts",
        fr: "{server} n'a pas de dépôt de scripts globaux"
    }
    InvalidScriptName "sieve/invalid-script-name" Error {
        en: "`{name}` cannot be a script name",
        fr: "`{name}` ne peut être un nom de script"
    }
    IncludeCycle "sieve/include-cycle" Error {
        en: "`{name}` includes itself",
        fr: "`{name}` s'inclut lui-même"
    }
    IncludeTooDeep "sieve/include-too-deep" Error {
        en: "scripts include each other deeper than {max} levels",
        fr: "les scripts s'incluent sur plus de {max} niveaux"
    }
    TooManyIncludes "sieve/too-many-includes" Error {
        en: "more than {max} included scripts",
        fr: "plus de {max} scripts inclus"
    }
    IncludedHasErrors "sieve/included-has-errors" Error {
        en: "the included script `{name}` has errors",
        fr: "le script inclus `{name}` contient des erreurs"
    }
    MisplacedGlobal "sieve/misplaced-global" Error {
        en: "`{name}` must come before every command but `require`",
        fr: "`{name}` doit précéder toute commande autre que `require`"
    }
    RedirectForbidden "sieve/redirect-forbidden" Error {
        en: "{server} does not let scripts redirect",
        fr: "{server} interdit aux scripts de réexpédier"
    }
    NotifyForbidden "sieve/notify-forbidden" Error {
        en: "{server} does not let scripts notify",
        fr: "{server} n'autorise pas les scripts à notifier"
    }
    TooManyActions "run/too-many-actions" Error {
        en: "more than {max} actions",
        fr: "plus de {max} actions"
    }
    TooManyRedirects "run/too-many-redirects" Error {
        en: "more than {max} redirects",
        fr: "plus de {max} réexpéditions"
    }
    TooManyNotifications "run/too-many-notifications" Error {
        en: "more than {max} notifications",
        fr: "plus de {max} notifications"
    }
    ActionConflict "run/action-conflict" Error {
        en: "`{name}` conflicts with `{other}`",
        fr: "`{name}` est incompatible avec `{other}`"
    }
    DuplicateAction "run/duplicate-action" Error {
        en: "a second `{name}` in one delivery",
        fr: "un second `{name}` pour un même message"
    }
    RunInvalidAddress "run/invalid-address" Error {
        en: "`{value}` is not an e-mail address",
        fr: "`{value}` n'est pas une adresse électronique"
    }
    RunInvalidMailbox "run/invalid-mailbox" Error {
        en: "`{value}` cannot be a mailbox name",
        fr: "`{value}` ne peut être un nom de dossier"
    }
    RunInvalidHeaderName "run/invalid-header-name" Error {
        en: "`{value}` cannot be a header name",
        fr: "`{value}` ne peut être un nom d'en-tête"
    }
    RunInvalidHeaderValue "run/invalid-header-value" Error {
        en: "a header value cannot be `{value}`",
        fr: "une valeur d'en-tête ne peut être `{value}`"
    }
    RunProtectedHeader "run/protected-header" Warning {
        en: "the header `{name}` is protected: nothing is changed",
        fr: "l'en-tête `{name}` est protégé : rien ne change"
    }
    RunInvalidRegex "run/invalid-regex" Warning {
        en: "the regular expression `{value}` is not valid: it matches nothing",
        fr: "l'expression rationnelle `{value}` n'est pas valable : rien ne correspond"
    }
    MissingMailbox "run/missing-mailbox" Error {
        en: "the mailbox `{name}` does not exist",
        fr: "le dossier `{name}` n'existe pas"
    }
    ScriptError "run/script-error" Error {
        en: "the script ends with the error: {message}",
        fr: "le script se termine par l'erreur : {message}"
    }
    OutOfSteps "run/out-of-steps" Error {
        en: "the script uses more than {max} steps",
        fr: "le script dépasse {max} étapes"
    }
    RegexGaveUp "run/regex-gave-up" Error {
        en: "a regular expression needs more than {max} steps on this message",
        fr: "une expression rationnelle dépasse {max} étapes sur ce message"
    }
    RunInvalidFlag "run/invalid-flag" Warning {
        en: "`{name}` is no valid flag: it is ignored",
        fr: "`{name}` n'est pas un drapeau valable : il est ignoré"
    }
    RunInvalidNotify "run/invalid-notify" Warning {
        en: "the server cannot notify by `{value}`: nothing is sent",
        fr: "le serveur ne sait pas notifier par `{value}` : rien n'est envoyé"
    }
    DuplicateTwice "run/duplicate-twice" Error {
        en: "two `duplicate` tests on one value: the server's engine fails without a word",
        fr: "deux tests `duplicate` sur une même valeur : le moteur du serveur échoue sans rien dire"
    }
    TooManyLocks "run/too-many-ids" Error {
        en: "the server looks up at most 100 ids in one delivery, those of redirects, of `duplicate` and of `vacation` together: this is one more",
        fr: "le serveur consulte au plus 100 identifiants par livraison, ceux des redirections, de `duplicate` et de `vacation` ensemble : en voici un de trop"
    }
    CrashesServer "sieve/crashes-server" Warning {
        en: "the server's engine aborts on the pattern `{pattern}` with this value",
        fr: "le moteur du serveur s'interrompt sur le motif `{pattern}` avec cette valeur"
    }
    WrongOnServer "sieve/wrong-on-server" Warning {
        en: "the server's engine answers wrongly on the pattern `{pattern}` with this value",
        fr: "le moteur du serveur se trompe sur le motif `{pattern}` avec cette valeur"
    }
    CommandCrashes "sieve/command-crashes-server" Warning {
        en: "the server's engine aborts at `{name}` on this message",
        fr: "le moteur du serveur s'interrompt à `{name}` sur ce message"
    }
    LoopCrashes "sieve/loop-crashes-server" Warning {
        en: "after the inner `foreverypart` the server's engine cannot go on: when it delivers it aborts, and the message stays with the sender",
        fr: "après la boucle `foreverypart` intérieure, le moteur du serveur ne peut pas continuer : à la livraison il s'interrompt, et le message reste chez l'expéditeur"
    }
    LosesMail "sieve/loses-mail" Warning {
        en: "the server loses the message: filing into `{name}` fails after the message was kept, and both are undone",
        fr: "le serveur perd le message : le classement dans `{name}` échoue après que le message a été gardé, et les deux sont annulés"
    }
    CompilerCrashes "sieve/crashes-compiler" Error {
        en: "the server's compiler crashes here: the script is not stored, and nothing says why",
        fr: "le compilateur du serveur plante ici : le script n'est pas enregistré, et rien ne dit pourquoi"
    }
    // Lints: what a server accepts and a user would rather not have.
    UnusedRequire "sieve/unused-require" Hint lint {
        en: "the script does not use `{name}`",
        fr: "le script n'utilise pas `{name}`"
    }
    DuplicateRequire "sieve/duplicate-require" Hint lint {
        en: "`{name}` is required already",
        fr: "`{name}` est déjà demandé"
    }
    DeprecatedExtension "sieve/deprecated-extension" Hint lint {
        en: "`{name}` is a draft that `{other}` took the place of",
        fr: "`{name}` est un brouillon que `{other}` a remplacé"
    }
    Unreachable "sieve/unreachable" Warning lint {
        en: "this never runs: `{name}` comes before it",
        fr: "ceci ne s'exécute jamais : `{name}` le précède"
    }
    ConstantTest "sieve/constant-test" Hint lint {
        en: "this test is {value} for every message",
        fr: "ce test vaut {value} pour tout message"
    }
    SingleTestList "sieve/single-test-list" Hint lint {
        en: "`{name}` has only one test",
        fr: "`{name}` n'a qu'un seul test"
    }
    DoubleNegation "sieve/double-negation" Hint lint {
        en: "`not not` says nothing",
        fr: "`not not` ne dit rien"
    }
    ShadowedRule "sieve/shadowed-rule" Warning lint {
        en: "no message gets here: an earlier rule takes them all",
        fr: "aucun message n'arrive ici : une règle précédente les prend tous"
    }
    Contradiction "sieve/contradiction" Warning lint {
        en: "this `allof` never holds: its tests contradict each other",
        fr: "cet `allof` n'est jamais vrai : ses tests se contredisent"
    }
    EmptyKey "sieve/empty-key" Warning lint {
        en: "the empty key is found in every `{name}`: every message that has one matches",
        fr: "la clé vide se trouve dans tout `{name}` : tout message qui en a un correspond"
    }
    RepeatedKey "sieve/repeated-key" Hint lint {
        en: "the key `{key}` stands twice in the list",
        fr: "la clé `{key}` figure deux fois dans la liste"
    }
    WildcardWithoutMatches "sieve/wildcard-without-matches" Warning lint {
        en: "with `{tag}` the `*` in `{key}` is an asterisk, not a wildcard",
        fr: "avec `{tag}`, le `*` de `{key}` est un astérisque, pas un joker"
    }
    MatchesWithoutWildcard "sieve/matches-without-wildcard" Hint lint {
        en: "without `*` or `?`, `:matches` means `:is`",
        fr: "sans `*` ni `?`, `:matches` signifie `:is`"
    }
    HeaderForAddress "sieve/header-for-address" Hint lint {
        en: "`{name}` mostly has a name beside the address: `address` compares the address alone",
        fr: "`{name}` contient le plus souvent un nom avec l'adresse : `address` compare l'adresse seule"
    }
    AtInDomain "sieve/at-in-domain" Warning lint {
        en: "a domain has no `@`: `{key}` never matches",
        fr: "un domaine n'a pas de `@` : `{key}` ne correspond jamais"
    }
    FlagsAfterFiling "sieve/flags-after-filing" Warning lint {
        en: "the message is filed already: what `{name}` sets does not reach it",
        fr: "le message est déjà classé : ce que fait `{name}` ne l'atteint pas"
    }
    StealsSpam "sieve/steals-spam" Hint lint {
        en: "spam that matches is filed here too: the server's spam rule comes after this script",
        fr: "le spam concerné est classé ici aussi : la règle anti-spam du serveur vient après ce script"
    }
    VacationAnswersSpam "sieve/vacation-answers-spam" Hint lint {
        en: "spam is answered too, which tells its sender that the address is read",
        fr: "le spam reçoit aussi une réponse, ce qui apprend à son expéditeur que l'adresse est lue"
    }
    VacationWithoutAddresses "sieve/vacation-without-addresses" Hint lint {
        en: "without `:addresses`, mail to the user's other addresses is not answered",
        fr: "sans `:addresses`, le courrier envoyé aux autres adresses de l'utilisateur reste sans réponse"
    }
    RedirectsAll "sieve/redirects-all" Hint lint {
        en: "every message is sent on to `{address}`",
        fr: "tout message est réexpédié à `{address}`"
    }
    RedirectsAllAway "sieve/redirects-all-away" Hint lint {
        en: "every message is sent on to `{address}`, and none stays here",
        fr: "tout message est réexpédié à `{address}`, et aucun ne reste ici"
    }
    RedirectToSelf "sieve/redirect-to-self" Warning lint {
        en: "`{address}` is the user's own address: the message comes back",
        fr: "`{address}` est une adresse de l'utilisateur : le message revient"
    }
    ComputedRedirect "sieve/computed-redirect" Warning lint {
        en: "the message decides where it is sent: its writer can make this account send mail to anyone",
        fr: "le message décide où il est envoyé : son auteur peut faire écrire ce compte à n'importe qui"
    }
    DiscardsAll "sieve/discards-all" Warning lint {
        en: "every message is deleted",
        fr: "tout message est supprimé"
    }
    DiscardsTheRest "sieve/discards-the-rest" Hint lint {
        en: "every message that no other rule takes is deleted",
        fr: "tout message qu'aucune autre règle ne prend est supprimé"
    }
    DiscardByHeader "sieve/discard-by-header" Hint lint {
        en: "what is written in the message alone decides this `{name}`",
        fr: "ce qui est écrit dans le message décide seul de ce `{name}`"
    }
    MissingFolder "sieve/missing-folder" Warning lint {
        en: "there is no mailbox `{name}`: the script fails here, and the message stays in the inbox",
        fr: "il n'y a pas de dossier `{name}` : le script échoue ici, et le message reste dans la boîte de réception"
    }
    Utf7Mailbox "sieve/utf7-mailbox" Warning lint {
        en: "`{name}` is how IMAP writes `{decoded}`: scripts name mailboxes in UTF-8",
        fr: "`{name}` est l'écriture IMAP de `{decoded}` : les scripts nomment les dossiers en UTF-8"
    }
    RegexDiffers "sieve/regex-differs" Warning lint {
        en: "{server} does not read `{construct}` as Perl does: write `{instead}`",
        fr: "{server} ne lit pas `{construct}` comme Perl : écrire `{instead}`"
    }
    RegexLosesSign "sieve/regex-loses-sign" Warning lint {
        en: "`{pattern}` takes 7.5 out of a score of -7.5: good mail counts as spam",
        fr: "`{pattern}` lit 7.5 dans une note de -7.5 : du bon courrier passe pour du spam"
    }
    DuplicateTestTwice "sieve/duplicate-test-twice" Warning lint {
        en: "a second `duplicate` on one value: the server's engine gives up the script without a word",
        fr: "un second `duplicate` sur une même valeur : le moteur du serveur abandonne le script sans rien dire"
    }
    DuplicateInChain "sieve/duplicate-in-chain" Warning lint {
        en: "the server's own script tests `duplicate` on the same value afterwards, and fails: its spam rule does not run",
        fr: "le script du serveur teste ensuite `duplicate` sur la même valeur, et échoue : sa règle anti-spam ne s'exécute pas"
    }
    UnsetVariable "sieve/unset-variable" Warning lint {
        en: "nothing sets `{name}`: it is empty",
        fr: "rien ne définit `{name}` : c'est vide"
    }
    UnusedVariable "sieve/unused-variable" Hint lint {
        en: "nothing reads `{name}`",
        fr: "rien ne lit `{name}`"
    }
    NearLimit "sieve/near-limit" Hint lint {
        en: "`{what}`: up to {count} of {max}",
        fr: "`{what}` : jusqu'à {count} sur {max}"
    }
    NearNesting "sieve/near-nesting" Hint lint {
        en: "nested {count} deep, and the server takes {max} levels",
        fr: "{count} niveaux d'imbrication, et le serveur en accepte {max}"
    }
    OverLimit "sieve/over-limit" Warning lint {
        en: "`{what}`: {count} for every message, and the server stops at {max}: the script fails",
        fr: "`{what}` : {count} pour tout message, et le serveur s'arrête à {max} : le script échoue"
    }
    ManagedBlock "sieve/managed-block" Hint lint {
        en: "{owner} writes this block, and will overwrite what is changed in it",
        fr: "{owner} écrit ce bloc, et écrasera ce qu'on y change"
    }
    UnusedIgnore "sieve/unused-ignore" Hint lint {
        en: "there is no `{code}` here to ignore",
        fr: "il n'y a pas ici de `{code}` à ignorer"
    }
    UnknownIgnore "sieve/unknown-ignore" Warning lint {
        en: "there is no finding `{code}`",
        fr: "il n'existe pas de constat `{code}`"
    }
    IgnoredError "sieve/ignored-error" Warning lint {
        en: "`{code}` is the server's error: a comment cannot silence it",
        fr: "`{code}` est une erreur du serveur : un commentaire ne peut la taire"
    }

    SuppressedNullSender "suppressed/null-sender" Hint {
        en: "the sender is the null address",
        fr: "l'expéditeur est l'adresse nulle"
    }
    SuppressedOwnAddress "suppressed/own-address" Hint {
        en: "the sender is the user himself",
        fr: "l'expéditeur est l'utilisateur lui-même"
    }
    SuppressedSystemSender "suppressed/system-sender" Hint {
        en: "the sender `{value}` is not a person",
        fr: "l'expéditeur `{value}` n'est pas une personne"
    }
    SuppressedList "suppressed/mailing-list" Hint {
        en: "the message comes from a mailing list (`{name}`)",
        fr: "le message vient d'une liste de diffusion (`{name}`)"
    }
    SuppressedAutomatic "suppressed/automatic" Hint {
        en: "the message was sent by a program (`{name}`)",
        fr: "le message a été envoyé par un programme (`{name}`)"
    }
    SuppressedBulk "suppressed/bulk" Hint {
        en: "the message is bulk mail (`{name}`)",
        fr: "le message est un envoi en nombre (`{name}`)"
    }
    SuppressedNotAddressed "suppressed/not-addressed" Hint {
        en: "the message is not addressed to the user by name",
        fr: "le message n'est pas adressé nommément à l'utilisateur"
    }
    SuppressedAnswered "suppressed/answered" Hint {
        en: "this sender was answered before",
        fr: "cet expéditeur a déjà reçu une réponse"
    }
    SuppressedLoop "suppressed/loop" Hint {
        en: "the message was redirected before",
        fr: "le message a déjà été réexpédié"
    }
    SuppressedRedirected "suppressed/duplicate" Hint {
        en: "the same mail was already sent there",
        fr: "le même courriel y a déjà été envoyé"
    }
    SuppressedDiscarded "suppressed/discarded" Hint {
        en: "an earlier script answered already",
        fr: "un script précédent a déjà répondu"
    }

    // The rules of a policy (`tamis vet`): what an administrator does not let users' scripts do.
    VetTooLarge "vet/too-large" Error {
        en: "the script has {size} bytes; the policy allows {max}",
        fr: "le script a {size} octets ; la politique en permet {max}"
    }
    VetTooManyLines "vet/too-many-lines" Error {
        en: "the script has {lines} lines; the policy allows {max}",
        fr: "le script a {lines} lignes ; la politique en permet {max}"
    }
    VetForbiddenExtension "vet/forbidden-extension" Error {
        en: "the policy does not allow the extension `{name}`",
        fr: "la politique n'autorise pas l'extension `{name}`"
    }
    VetForbiddenAction "vet/forbidden-action" Error {
        en: "the policy does not allow `{name}`",
        fr: "la politique n'autorise pas `{name}`"
    }
    VetRegex "vet/regex" Error {
        en: "the policy does not allow regular expressions",
        fr: "la politique n'autorise pas les expressions rationnelles"
    }
    VetBody "vet/body" Error {
        en: "the policy does not let scripts read the body of messages",
        fr: "la politique n'autorise pas les scripts à lire le corps des messages"
    }
    VetTooManyRedirects "vet/too-many-redirects" Error {
        en: "the script redirects in {count} places; the policy allows {max}",
        fr: "le script réexpédie à {count} endroits ; la politique en permet {max}"
    }
    VetDomain "vet/domain" Error {
        en: "the policy does not let scripts send mail to `{domain}`",
        fr: "la politique n'autorise pas les scripts à écrire à `{domain}`"
    }
    VetComputedRecipient "vet/computed-recipient" Error {
        en: "the recipient `{value}` is known only at run time, and a sender may choose it",
        fr: "le destinataire `{value}` n'est connu qu'à l'exécution, et un expéditeur peut le choisir"
    }
    VetRedirectWithoutCopy "vet/redirect-without-copy" Error {
        en: "the policy allows `redirect` only with `:copy`",
        fr: "la politique n'autorise `redirect` qu'avec `:copy`"
    }
    VetSelfRedirect "vet/self-redirect" Error {
        en: "`{address}` is the script's own user: the mail would come back",
        fr: "`{address}` est l'utilisateur du script : le courriel reviendrait"
    }
    VetVacationPeriod "vet/vacation-period" Error {
        en: "one sender is answered again after {period} seconds; the policy asks for {days} day(s)",
        fr: "un même expéditeur reçoit une réponse après {period} secondes ; la politique demande {days} jour(s)"
    }
    VetFolder "vet/folder" Error {
        en: "the policy does not let scripts file into `{name}`",
        fr: "la politique n'autorise pas les scripts à classer dans `{name}`"
    }
    VetUnknownInclude "vet/unknown-include" Error {
        en: "what the included script `{name}` does is not known: its text was not given",
        fr: "ce que fait le script inclus `{name}` n'est pas connu : son texte n'a pas été fourni"
    }
    VetRefusedElsewhere "vet/refused-elsewhere" Error {
        en: "{server} does not accept the script, and the policy asks for it",
        fr: "{server} n'accepte pas le script, et la politique le demande"
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn ids_are_unique_and_sentences_keep_the_house_style() {
        let ids: BTreeSet<_> = Code::ALL.iter().map(|code| code.facts().id).collect();
        assert_eq!(ids.len(), Code::ALL.len());
        assert!(Code::TEXTS.iter().all(|text| text.matches('\n').count() == 2 || (text.is_empty() && cfg!(not(feature = "full")))));
        for code in Code::ALL {
            let Phrase { en, fr } = code.facts().message;
            for sentence in [en, fr] {
                assert!(!sentence.is_empty() && !sentence.ends_with('.'), "{code:?}: {sentence}");
            }
            // Both name the same values.
            let names = |text: &str| {
                text.split('{').skip(1).filter_map(|rest| rest.split_once('}')).map(|(name, _)| name.to_owned()).collect::<BTreeSet<_>>()
            };
            assert_eq!(names(en), names(fr), "{code:?}");
        }
    }
}
