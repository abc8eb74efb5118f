//! What the strings and numbers of arguments mean, and which words are known there: for completion and hover. What a server makes of
//! them is in `bind` and `run`.

use super::*;

/// What an argument's strings or number mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Meaning {
    /// Any text.
    Text,
    /// A capability name.
    Capability,
    /// The name of a header.
    Header,
    /// The name of a header that holds addresses.
    AddressHeader,
    /// The name of a header that holds a date.
    DateHeader,
    /// A part of the envelope.
    EnvelopePart,
    /// A mail address.
    Address,
    /// A mailbox.
    Mailbox,
    /// A special use of a mailbox.
    SpecialUse,
    /// The name of a variable.
    Variable,
    /// An IMAP flag.
    Flag,
    /// A part of a date.
    DatePart,
    /// A time zone.
    Zone,
    /// A comparator.
    Comparator,
    /// How a count or value stands to the key.
    Relation,
    /// An item of the environment.
    EnvironmentItem,
    /// The name of another script.
    Script,
    /// The URI of a way to notify.
    Method,
    /// What can be asked of a way to notify.
    MethodCapability,
    /// How urgent a notification is.
    Importance,
    /// A media type, or the first half of one.
    MediaType,
    /// A parameter of a MIME field.
    MimeParameter,
    /// When a delivery report is wanted.
    ReportWhen,
    /// What a delivery report returns.
    ReportWhat,
    /// What happens when the time is over.
    ByMode,
    /// The name of a loop.
    Loop,
    /// What a test compares with.
    Key,
    /// A size in bytes.
    Bytes,
    /// A time in days.
    Days,
    /// A time in seconds.
    Seconds,
    /// Any number.
    Number,
}

/// A word that is known where a string has a meaning.
#[derive(Debug, PartialEq, Eq)]
pub struct Word {
    /// As it is usually written.
    pub name: &'static str,
    /// What it stands for.
    pub doc: Doc,
    /// Where it is defined.
    pub source: &'static str,
    /// The extension that it needs beside that of its command; empty if none.
    pub needs: &'static str,
}

/// The meaning of a positional argument.
#[must_use]
pub fn meaning(command: &Command, arg: &Arg) -> Meaning {
    match (command.op, arg.name) {
        (OpId::Require | OpId::IHave, _) => Meaning::Capability,
        (OpId::Address, "header-names") => Meaning::AddressHeader,
        (OpId::Header | OpId::Exists, "header-names") | (OpId::AddHeader | OpId::DeleteHeader, "name") => Meaning::Header,
        (OpId::Date, "header-name") => Meaning::DateHeader,
        (OpId::Envelope, "envelope-parts") => Meaning::EnvelopePart,
        (_, "mailbox" | "mailboxes") => Meaning::Mailbox,
        (OpId::SpecialUseExists, "special-use-attrs") => Meaning::SpecialUse,
        (OpId::Set | OpId::Let, "name") | (_, "variable" | "variables") => Meaning::Variable,
        (_, "flags") => Meaning::Flag,
        (OpId::Date | OpId::CurrentDate, "date-part") => Meaning::DatePart,
        (OpId::Environment, "item") => Meaning::EnvironmentItem,
        (OpId::Include, _) => Meaning::Script,
        (OpId::NotifyMethod, "method") | (OpId::ValidNotifyMethod | OpId::NotifyMethodCapability, "uris" | "uri") => Meaning::Method,
        (OpId::NotifyMethodCapability, "capability") => Meaning::MethodCapability,
        (OpId::Redirect, _) | (OpId::Report, "address") => Meaning::Address,
        (OpId::Convert, "quoted-from-media-type" | "quoted-to-media-type") => Meaning::MediaType,
        (OpId::Size, _) => Meaning::Bytes,
        (_, "keys") => Meaning::Key,
        _ if arg.kind == ArgKind::Number => Meaning::Number,
        _ => Meaning::Text,
    }
}

/// The meaning of a tag's parameter.
#[must_use]
pub fn value_meaning(tag: &Tag) -> Meaning {
    match (tag.id, tag.name) {
        (TagId::Comparator, _) => Meaning::Comparator,
        (TagId::Count | TagId::Value, _) => Meaning::Relation,
        (TagId::Flags, _) | (_, "addflags" | "removeflags") => Meaning::Flag,
        (TagId::Zone, _) => Meaning::Zone,
        (TagId::Content, _) => Meaning::MediaType,
        (TagId::Param, _) => Meaning::MimeParameter,
        (TagId::Days, _) => Meaning::Days,
        (TagId::Seconds, _) | (_, "bytimerelative") => Meaning::Seconds,
        (TagId::From | TagId::Addresses, _) => Meaning::Address,
        (TagId::Importance, _) => Meaning::Importance,
        (TagId::Header, _) | (_, "headers") => Meaning::Header,
        (TagId::Name, _) => Meaning::Loop,
        (TagId::Method, _) => Meaning::Method,
        (_, "fcc" | "mailbox") => Meaning::Mailbox,
        (_, "specialuse") => Meaning::SpecialUse,
        (_, "output" | "outcome" | "reason" | "errstr") => Meaning::Variable,
        (_, "notify") => Meaning::ReportWhen,
        (_, "ret") => Meaning::ReportWhat,
        (_, "bymode") => Meaning::ByMode,
        _ if tag.value == Some(ArgKind::Number) => Meaning::Number,
        _ => Meaning::Text,
    }
}

/// The words that are known where a string has a meaning. Capabilities, comparators and what the account has are not among them.
#[must_use]
pub const fn words(meaning: Meaning) -> &'static [Word] {
    match meaning {
        Meaning::Header | Meaning::AddressHeader => HEADERS,
        Meaning::DateHeader => DATE_HEADERS,
        Meaning::EnvelopePart => ENVELOPE,
        Meaning::SpecialUse => SPECIAL_USES,
        Meaning::Flag => FLAGS,
        Meaning::DatePart => PARTS,
        Meaning::Zone => ZONES,
        Meaning::Relation => RELATIONS,
        Meaning::EnvironmentItem => ENVIRONMENT_ITEMS,
        Meaning::Method => METHODS,
        Meaning::MethodCapability => METHOD_CAPABILITIES,
        Meaning::Importance => IMPORTANCES,
        Meaning::MediaType => MEDIA_TYPES,
        Meaning::MimeParameter => MIME_PARAMETERS,
        Meaning::ReportWhen => REPORT_WHEN,
        Meaning::ReportWhat => REPORT_WHAT,
        Meaning::ByMode => BY_MODES,
        _ => &[],
    }
}

/// The keys that are known for what a test reads: of a date part, or of an item of the environment.
#[must_use]
pub fn keys(meaning: Meaning, read: &str) -> &'static [Word] {
    match (meaning, read) {
        (Meaning::DatePart, "weekday") => WEEKDAYS,
        (Meaning::EnvironmentItem, "location") => LOCATIONS,
        (Meaning::EnvironmentItem, "phase") => PHASES,
        (Meaning::MethodCapability, "online") => ONLINE,
        _ => &[],
    }
}

/// A known word, compared without case.
#[must_use]
pub fn word(words: &'static [Word], name: &str) -> Option<&'static Word> {
    words.iter().find(|word| word.name.eq_ignore_ascii_case(name))
}

/// The extension that a word needs beside that of its command; the empty name if none.
#[must_use]
pub fn needed_extension(meaning: Meaning, word: &Word) -> &'static str {
    let part = ENVELOPE_PARTS.iter().find(|(name, ..)| meaning == Meaning::EnvelopePart && *name == word.name);
    part.map_or(word.needs, |(_, _, extension)| extension)
}

/// The comparators that need no `require` (RFC 5228, 2.7.3).
pub const FREE_COMPARATORS: &[&str] = &["i;octet", "i;ascii-casemap"];

/// What a command cannot do without beside its positional arguments (RFC 5228, 5.9: `size` needs one of two).
#[must_use]
pub const fn needed_tag(op: OpId) -> Option<&'static str> {
    match op {
        OpId::Size => Some("over"),
        _ => None,
    }
}

/// The match type of a test that names none (RFC 5228, 2.7.1).
pub const DEFAULT_MATCH_TYPE: &str = "is";

const fn w(name: &'static str, source: &'static str, en: &'static str, fr: &'static str) -> Word {
    Word { name, doc: doc(en, fr), source: cited(source), needs: "" }
}

const fn with(needs: &'static str, word: Word) -> Word {
    Word { needs, ..word }
}

const DATE_HEADERS: &[Word] = &[
    w("Date", "RFC 5322, 3.6.1", "when the message was written", "quand le message a été écrit"),
    w("Received", "RFC 5322, 3.6.7", "when a server took the message", "quand un serveur a pris le message"),
    w("Resent-Date", "RFC 5322, 3.6.6", "when the message was sent again", "quand le message a été renvoyé"),
    w("Delivery-Date", "RFC 4021", "when the message was delivered", "quand le message a été remis"),
    w("Expires", "RFC 4021", "when the message loses its worth", "quand le message n'a plus d'intérêt"),
];

const HEADERS: &[Word] = &[
    w("From", "RFC 5322, 3.6.2", "who wrote the message", "qui a écrit le message"),
    w("To", "RFC 5322, 3.6.3", "whom it is written to", "à qui il est écrit"),
    w("Cc", "RFC 5322, 3.6.3", "who gets a copy", "qui en reçoit une copie"),
    w("Bcc", "RFC 5322, 3.6.3", "who gets a hidden copy; rarely there", "qui en reçoit une copie cachée ; rarement présent"),
    w("Subject", "RFC 5322, 3.6.5", "what it is about", "ce dont il s'agit"),
    w("Date", "RFC 5322, 3.6.1", "when it was written", "quand il a été écrit"),
    w("Sender", "RFC 5322, 3.6.2", "who sent it, if not its author", "qui l'a envoyé, si ce n'est pas l'auteur"),
    w("Reply-To", "RFC 5322, 3.6.2", "where answers go", "où vont les réponses"),
    w("Message-ID", "RFC 5322, 3.6.4", "the name of the message", "l'identifiant du message"),
    w("In-Reply-To", "RFC 5322, 3.6.4", "the message it answers", "le message auquel il répond"),
    w("References", "RFC 5322, 3.6.4", "the messages of its thread", "les messages de son fil"),
    w(
        "Return-Path",
        "RFC 5321, 4.4",
        "the envelope sender, as the last server noted it",
        "l'expéditeur d'enveloppe noté par le dernier serveur",
    ),
    w("Received", "RFC 5322, 3.6.7", "the way it came, one line for each server", "le chemin suivi, une ligne par serveur"),
    w("Delivered-To", "RFC 9228", "the address it was delivered to", "l'adresse à laquelle il a été remis"),
    w("X-Original-To", "Postfix", "the recipient before aliases", "le destinataire avant les alias"),
    w("List-Id", "RFC 2919", "the mailing list it came through", "la liste de diffusion"),
    w("List-Post", "RFC 2369, 3.4", "how to write to the list", "comment écrire à la liste"),
    w("List-Unsubscribe", "RFC 2369, 3.2", "how to leave the list", "comment quitter la liste"),
    w("List-Help", "RFC 2369, 3.1", "help about the list", "l'aide de la liste"),
    w("List-Archive", "RFC 2369, 3.6", "the archive of the list", "les archives de la liste"),
    w("X-BeenThere", "Mailman", "the list that has seen it", "la liste qui l'a vu passer"),
    w("X-Mailing-List", "list managers", "the mailing list", "la liste de diffusion"),
    w("X-Loop", "list managers", "a mark against loops", "une marque contre les boucles"),
    w("Precedence", "RFC 2076", "`bulk`, `list` or `junk` for mail to many", "`bulk`, `list` ou `junk` pour un envoi en nombre"),
    w("Auto-Submitted", "RFC 3834, 5", "anything but `no` if a program wrote it", "autre chose que `no` si un programme l'a écrit"),
    w(
        "X-Auto-Response-Suppress",
        "Microsoft Exchange",
        "which automatic replies are not wanted",
        "les réponses automatiques à ne pas faire",
    ),
    w("Feedback-ID", "Google", "the campaign of a bulk mailing", "la campagne d'un envoi en nombre"),
    w("X-Spam-Flag", "SpamAssassin", "`YES` if the filter takes it for spam", "`YES` si le filtre le croit indésirable"),
    w("X-Spam-Status", "SpamAssassin", "verdict, score and tests", "verdict, score et tests"),
    w("X-Spam-Level", "SpamAssassin", "one `*` for each point", "une `*` par point"),
    w("X-Spam-Score", "SpamAssassin", "the score", "le score"),
    w("X-Spam", "Rspamd", "`Yes` if the filter takes it for spam", "`Yes` si le filtre le croit indésirable"),
    w("X-Spamd-Result", "Rspamd", "score, action and symbols", "score, action et symboles"),
    w("X-Spamd-Bar", "Rspamd", "one `+` for each point", "un `+` par point"),
    w("X-Rspamd-Score", "Rspamd", "the score", "le score"),
    w("Authentication-Results", "RFC 8601", "what SPF, DKIM and DMARC said", "ce qu'ont dit SPF, DKIM et DMARC"),
    w("Received-SPF", "RFC 7208, 9.1", "what SPF said", "ce qu'a dit SPF"),
    w("DKIM-Signature", "RFC 6376, 3.5", "the signature of the sending domain", "la signature du domaine expéditeur"),
    w("Content-Type", "RFC 2045, 5", "the media type of the body", "le type de média du corps"),
    w("Content-Disposition", "RFC 2183", "whether a part is an attachment", "si une partie est une pièce jointe"),
    w("Content-Transfer-Encoding", "RFC 2045, 6", "how the body is encoded", "l'encodage du corps"),
    w("Content-Language", "RFC 3282", "the language of the body", "la langue du corps"),
    w("Content-Description", "RFC 2045, 8", "what a part is", "ce qu'est une partie"),
    w("MIME-Version", "RFC 2045, 4", "`1.0` if the message is MIME", "`1.0` si le message est MIME"),
    w("Importance", "RFC 2156", "`high`, `normal` or `low`", "`high`, `normal` ou `low`"),
    w("Priority", "RFC 2156", "`urgent`, `normal` or `non-urgent`", "`urgent`, `normal` ou `non-urgent`"),
    w("X-Priority", "mail programs", "from `1`, the highest, to `5`", "de `1`, la plus haute, à `5`"),
    w("X-Mailer", "mail programs", "the program that wrote it", "le programme qui l'a écrit"),
    w("User-Agent", "mail programs", "the program that wrote it", "le programme qui l'a écrit"),
    w("Organization", "RFC 4021", "the sender's organisation", "l'organisation de l'expéditeur"),
    w("Keywords", "RFC 5322, 3.6.5", "key words of its author", "les mots-clés de l'auteur"),
    w("Comments", "RFC 5322, 3.6.5", "remarks of its author", "les remarques de l'auteur"),
    w("Disposition-Notification-To", "RFC 8098, 2.1", "who wants to know that it was read", "qui veut savoir qu'il a été lu"),
    w("Return-Receipt-To", "RFC 2076", "who wants to know that it arrived", "qui veut savoir qu'il est arrivé"),
    w("Errors-To", "RFC 2076", "where errors go", "où vont les erreurs"),
    w("Mail-Followup-To", "mail programs", "where answers to a list go", "où vont les réponses à une liste"),
    w("Resent-From", "RFC 5322, 3.6.6", "who sent it again", "qui l'a renvoyé"),
    w("Resent-To", "RFC 5322, 3.6.6", "whom it was sent to again", "à qui il a été renvoyé"),
    w("Resent-Cc", "RFC 5322, 3.6.6", "who got a copy again", "qui en a reçu copie au renvoi"),
    w("Resent-Bcc", "RFC 5322, 3.6.6", "who got a hidden copy again", "qui en a reçu copie cachée au renvoi"),
    w("Resent-Sender", "RFC 5322, 3.6.6", "who did the sending again", "qui a fait le renvoi"),
    w("X-GitHub-Reason", "GitHub", "why the notification was sent", "pourquoi la notification a été envoyée"),
    w("X-GitLab-Project", "GitLab", "the project of the notification", "le projet de la notification"),
    w("X-Sieve-Redirected-From", "Pigeonhole", "the account that `redirect` sent it on from", "le compte dont `redirect` l'a réexpédié"),
];

const ENVELOPE: &[Word] = &[
    w("from", "RFC 5228, 5.4", "the envelope sender", "l'expéditeur d'enveloppe"),
    w("to", "RFC 5228, 5.4", "the envelope recipient", "le destinataire d'enveloppe"),
    w("auth", "ext-envelope.c", "who had logged in to send it", "qui s'était identifié pour l'envoyer"),
    w("notify", "RFC 6009, 3", "when the sender wants a report", "quand l'expéditeur veut un rapport"),
    w("orcpt", "RFC 6009, 3", "the recipient as the sender wrote it", "le destinataire tel qu'écrit par l'expéditeur"),
    w("ret", "RFC 6009, 3", "what a report returns", "ce que renvoie un rapport"),
    w("envid", "RFC 6009, 3", "the sender's name for the envelope", "l'identifiant de l'enveloppe"),
    w("bytimeabsolute", "RFC 6009, 5", "deliver by this date", "à remettre avant cette date"),
    w("bytimerelative", "RFC 6009, 5", "seconds left for the delivery", "secondes restantes pour la remise"),
    w("bymode", "RFC 6009, 5", "what happens when the time is over", "ce qui arrive le délai passé"),
    w("bytrace", "RFC 6009, 5", "whether a trace is wanted", "si une trace est demandée"),
];

const SPECIAL_USES: &[Word] = &[
    w("\\Archive", "RFC 6154, 2", "the archive", "les archives"),
    w("\\Drafts", "RFC 6154, 2", "drafts", "les brouillons"),
    w("\\Junk", "RFC 6154, 2", "spam", "les indésirables"),
    w("\\Sent", "RFC 6154, 2", "sent mail", "les messages envoyés"),
    w("\\Trash", "RFC 6154, 2", "deleted mail", "la corbeille"),
    w("\\Flagged", "RFC 6154, 2", "flagged mail", "les messages suivis"),
    w("\\All", "RFC 6154, 2", "all mail", "tous les messages"),
    w("\\Important", "RFC 8457", "important mail", "les messages importants"),
];

const FLAGS: &[Word] = &[
    w("\\Seen", "RFC 9051, 2.3.2", "read", "lu"),
    w("\\Flagged", "RFC 9051, 2.3.2", "flagged, often a star", "suivi, souvent une étoile"),
    w("\\Answered", "RFC 9051, 2.3.2", "answered", "répondu"),
    w("\\Deleted", "RFC 9051, 2.3.2", "to be removed", "à supprimer"),
    w("\\Draft", "RFC 9051, 2.3.2", "a draft", "un brouillon"),
    w("$Junk", "RFC 9051, 2.3.2", "spam for sure", "indésirable à coup sûr"),
    w("$NotJunk", "RFC 9051, 2.3.2", "no spam for sure", "désirable à coup sûr"),
    w("$Phishing", "RFC 9051, 2.3.2", "meant to deceive", "destiné à tromper"),
    w("$Forwarded", "RFC 9051, 2.3.2", "sent on to someone", "transféré"),
    w("$MDNSent", "RFC 9051, 2.3.2", "a receipt was sent", "accusé de lecture envoyé"),
    w("$Important", "RFC 8457", "important to the user", "important pour l'utilisateur"),
    w("$label1", "Thunderbird", "the label Important", "l'étiquette Important"),
    w("$label2", "Thunderbird", "the label Work", "l'étiquette Travail"),
    w("$label3", "Thunderbird", "the label Personal", "l'étiquette Personnel"),
    w("$label4", "Thunderbird", "the label To Do", "l'étiquette À faire"),
    w("$label5", "Thunderbird", "the label Later", "l'étiquette Plus tard"),
    w("Junk", "Thunderbird", "the mail program takes it for spam", "indésirable selon le logiciel de courrier"),
    w("NonJunk", "Thunderbird", "the mail program takes it for no spam", "désirable selon le logiciel de courrier"),
];

const PARTS: &[Word] = &[
    w("year", "RFC 5260, 4.2", "the year, \"0000\" to \"9999\"", "l'année, \"0000\" à \"9999\""),
    w("month", "RFC 5260, 4.2", "the month, \"01\" to \"12\"", "le mois, \"01\" à \"12\""),
    w("day", "RFC 5260, 4.2", "the day, \"01\" to \"31\"", "le jour, \"01\" à \"31\""),
    w("date", "RFC 5260, 4.2", "the date as \"2026-11-23\"", "la date comme \"2026-11-23\""),
    w("julian", "RFC 5260, 4.2", "the Modified Julian Day", "le jour julien modifié"),
    w("hour", "RFC 5260, 4.2", "the hour, \"00\" to \"23\"", "l'heure, \"00\" à \"23\""),
    w("minute", "RFC 5260, 4.2", "the minute, \"00\" to \"59\"", "la minute, \"00\" à \"59\""),
    w("second", "RFC 5260, 4.2", "the second, \"00\" to \"60\"", "la seconde, \"00\" à \"60\""),
    w("time", "RFC 5260, 4.2", "the time as \"09:14:00\"", "l'heure comme \"09:14:00\""),
    w(
        "iso8601",
        "RFC 5260, 4.2",
        "date, time and zone as \"2026-11-23T09:14:00+01:00\"",
        "date, heure et fuseau comme \"2026-11-23T09:14:00+01:00\"",
    ),
    w(
        "std11",
        "RFC 5260, 4.2",
        "as in a header, \"Mon, 23 Nov 2026 09:14:00 +0100\"",
        "comme dans un en-tête, \"Mon, 23 Nov 2026 09:14:00 +0100\"",
    ),
    w("zone", "RFC 5260, 4.2", "the zone as \"+0100\"", "le fuseau comme \"+0100\""),
    w("weekday", "RFC 5260, 4.2", "the day of the week, \"0\" (Sunday) to \"6\"", "le jour de la semaine, \"0\" (dimanche) à \"6\""),
];

const WEEKDAYS: &[Word] = &[
    w("0", "RFC 5260, 4.2", "Sunday", "dimanche"),
    w("1", "RFC 5260, 4.2", "Monday", "lundi"),
    w("2", "RFC 5260, 4.2", "Tuesday", "mardi"),
    w("3", "RFC 5260, 4.2", "Wednesday", "mercredi"),
    w("4", "RFC 5260, 4.2", "Thursday", "jeudi"),
    w("5", "RFC 5260, 4.2", "Friday", "vendredi"),
    w("6", "RFC 5260, 4.2", "Saturday", "samedi"),
];

const ZONES: &[Word] = &[
    w("+0000", "RFC 5260, 4.1", "UTC; London in winter", "UTC ; Londres en hiver"),
    w("+0100", "RFC 5260, 4.1", "Paris in winter, London in summer", "Paris en hiver, Londres en été"),
    w("+0200", "RFC 5260, 4.1", "Paris in summer, Athens in winter", "Paris en été, Athènes en hiver"),
    w("+0300", "RFC 5260, 4.1", "Moscow, Istanbul", "Moscou, Istanbul"),
    w("+0400", "RFC 5260, 4.1", "Réunion, Dubai", "La Réunion, Dubaï"),
    w("+0530", "RFC 5260, 4.1", "India", "Inde"),
    w("+0800", "RFC 5260, 4.1", "China, Perth", "Chine, Perth"),
    w("+0900", "RFC 5260, 4.1", "Japan, Korea", "Japon, Corée"),
    w("+1100", "RFC 5260, 4.1", "New Caledonia", "Nouvelle-Calédonie"),
    w("-0300", "RFC 5260, 4.1", "Buenos Aires, São Paulo", "Buenos Aires, São Paulo"),
    w("-0400", "RFC 5260, 4.1", "New York in summer, Martinique", "New York en été, Martinique"),
    w("-0500", "RFC 5260, 4.1", "New York in winter", "New York en hiver"),
    w("-0600", "RFC 5260, 4.1", "Chicago in winter", "Chicago en hiver"),
    w("-0800", "RFC 5260, 4.1", "Los Angeles in winter", "Los Angeles en hiver"),
    w("-1000", "RFC 5260, 4.1", "Tahiti, Hawaii", "Tahiti, Hawaï"),
];

const RELATIONS: &[Word] = &[
    w("gt", "RFC 5231, 4.1", "greater than the key", "plus grand que la clé"),
    w("ge", "RFC 5231, 4.1", "greater than or equal to the key", "plus grand ou égal à la clé"),
    w("lt", "RFC 5231, 4.1", "less than the key", "plus petit que la clé"),
    w("le", "RFC 5231, 4.1", "less than or equal to the key", "plus petit ou égal à la clé"),
    w("eq", "RFC 5231, 4.1", "equal to the key", "égal à la clé"),
    w("ne", "RFC 5231, 4.1", "not equal to the key", "différent de la clé"),
];

const ENVIRONMENT_ITEMS: &[Word] = &[
    w("domain", "RFC 5183, 4.1", "the domain of the server's name", "le domaine du nom du serveur"),
    w("host", "RFC 5183, 4.1", "the server's full name", "le nom complet du serveur"),
    w("location", "RFC 5183, 4.1", "where the script runs: MTA, MDA, MUA or MS", "où s'exécute le script : MTA, MDA, MUA ou MS"),
    w("name", "RFC 5183, 4.1", "the name of the engine", "le nom du moteur"),
    w(
        "phase",
        "RFC 5183, 4.1",
        "when the script runs: before, during or after delivery",
        "quand s'exécute le script : avant, pendant ou après la remise",
    ),
    w("remote-host", "RFC 5183, 4.1", "the name of the sending machine", "le nom de la machine qui envoie"),
    w("remote-ip", "RFC 5183, 4.1", "the address of the sending machine", "l'adresse de la machine qui envoie"),
    w("version", "RFC 5183, 4.1", "the version of the engine", "la version du moteur"),
    with("imapsieve", w("imap.user", "RFC 6785", "who changed the mailbox", "qui a modifié le dossier")),
    with("imapsieve", w("imap.email", "RFC 6785", "the mail address of who did", "l'adresse de cette personne")),
    with("imapsieve", w("imap.cause", "RFC 6785", "APPEND, COPY or FLAG", "APPEND, COPY ou FLAG")),
    with("imapsieve", w("imap.mailbox", "RFC 6785", "the mailbox that changed", "le dossier modifié")),
    with("imapsieve", w("imap.changedflags", "RFC 6785", "the flags that changed", "les drapeaux modifiés")),
    with(
        "vnd.dovecot.environment",
        w("vnd.dovecot.username", "spec-bosch-sieve-dovecot-environment", "the user's login name", "le nom de connexion"),
    ),
    with(
        "vnd.dovecot.environment",
        w(
            "vnd.dovecot.default-mailbox",
            "spec-bosch-sieve-dovecot-environment",
            "the mailbox that `keep` files into",
            "le dossier où `keep` range",
        ),
    ),
];

const LOCATIONS: &[Word] = &[
    w("MTA", "RFC 5183, 4.1", "a mail transfer agent", "un agent de transfert"),
    w("MDA", "RFC 5183, 4.1", "a mail delivery agent", "un agent de remise"),
    w("MUA", "RFC 5183, 4.1", "a mail program", "un logiciel de courrier"),
    w("MS", "RFC 5183, 4.1", "a mail store", "un serveur de boîtes"),
];

const PHASES: &[Word] = &[
    w("pre", "RFC 5183, 4.1", "before the delivery", "avant la remise"),
    w("during", "RFC 5183, 4.1", "during the delivery", "pendant la remise"),
    w("post", "RFC 5183, 4.1", "after the delivery", "après la remise"),
];

const METHODS: &[Word] = &[
    w("mailto:", "RFC 5436", "by mail", "par courrier"),
    w("xmpp:", "RFC 5437", "by an XMPP message", "par message XMPP"),
    w("tel:", "RFC 3966", "by telephone", "par téléphone"),
];

const METHOD_CAPABILITIES: &[Word] =
    &[w("online", "RFC 5435, 5", "whether the recipient can be reached now", "si le destinataire est joignable maintenant")];

const ONLINE: &[Word] = &[
    w("yes", "RFC 5435, 5", "is online", "est en ligne"),
    w("no", "RFC 5435, 5", "is not online", "n'est pas en ligne"),
    w("maybe", "RFC 5435, 5", "nobody knows", "on ne sait pas"),
];

const IMPORTANCES: &[Word] = &[
    w("1", "RFC 5435, 3.4", "very important", "très important"),
    w("2", "RFC 5435, 3.4", "normal; what counts if nothing is said", "normal ; ce qui vaut si rien n'est dit"),
    w("3", "RFC 5435, 3.4", "not important", "peu important"),
];

const MEDIA_TYPES: &[Word] = &[
    w("text", "RFC 2046, 4.1", "all text parts", "toutes les parties de texte"),
    w("text/plain", "RFC 2046, 4.1.3", "plain text", "le texte brut"),
    w("text/html", "RFC 2854", "HTML", "le HTML"),
    w("text/calendar", "RFC 5545", "invitations", "les invitations"),
    w("multipart", "RFC 2046, 5.1", "what stands before and after the parts", "ce qui précède et suit les parties"),
    w("message/rfc822", "RFC 2046, 5.2.1", "enclosed messages", "les messages joints"),
    w("application", "RFC 2046, 4.5", "files of programs", "les fichiers de programmes"),
    w("image", "RFC 2046, 4.2", "pictures", "les images"),
];

const MIME_PARAMETERS: &[Word] = &[
    w("filename", "RFC 2183, 2.3", "the name of an attachment", "le nom d'une pièce jointe"),
    w("name", "RFC 2046, 4.5.1", "the older form of `filename`", "l'ancienne forme de `filename`"),
    w("charset", "RFC 2046, 4.1.2", "the character set", "le jeu de caractères"),
    w("boundary", "RFC 2046, 5.1.1", "what separates parts", "ce qui sépare les parties"),
];

const REPORT_WHEN: &[Word] = &[
    w("NEVER", "RFC 3461, 4.1", "no report", "aucun rapport"),
    w("SUCCESS", "RFC 3461, 4.1", "once it is delivered", "une fois remis"),
    w("FAILURE", "RFC 3461, 4.1", "if it cannot be delivered", "si la remise échoue"),
    w("DELAY", "RFC 3461, 4.1", "if it is late", "en cas de retard"),
];

const REPORT_WHAT: &[Word] = &[
    w("FULL", "RFC 3461, 4.3", "the whole message", "le message entier"),
    w("HDRS", "RFC 3461, 4.3", "the header only", "l'en-tête seul"),
];

const BY_MODES: &[Word] = &[
    w("notify", "RFC 2852", "goes on, and tells the sender", "continue, et prévient l'expéditeur"),
    w("return", "RFC 2852", "gives up, and tells the sender", "abandonne, et prévient l'expéditeur"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_part_that_a_server_knows_has_its_words() {
        let names = |words: &[Word]| words.iter().map(|word| word.name).collect::<Vec<_>>();
        assert_eq!(names(PARTS), DATE_PARTS);
        assert_eq!(names(ENVELOPE), ENVELOPE_PARTS.iter().map(|(name, ..)| *name).collect::<Vec<_>>());
    }

    #[test]
    fn words_are_there_once_in_both_languages_and_their_extensions_exist() {
        let all = [
            HEADERS,
            DATE_HEADERS,
            ENVELOPE,
            SPECIAL_USES,
            FLAGS,
            PARTS,
            WEEKDAYS,
            ZONES,
            RELATIONS,
            ENVIRONMENT_ITEMS,
            LOCATIONS,
            PHASES,
            METHODS,
            METHOD_CAPABILITIES,
            ONLINE,
            IMPORTANCES,
            MEDIA_TYPES,
            MIME_PARAMETERS,
            REPORT_WHEN,
            REPORT_WHAT,
            BY_MODES,
        ];
        for words in all {
            let mut seen: Vec<String> = Vec::new();
            for word in words {
                assert!(!word.doc.en.is_empty() && !word.doc.fr.is_empty() && !word.source.is_empty(), "{}", word.name);
                assert!(word.needs.is_empty() || extension(word.needs).is_some(), "{}", word.name);
                let lower = word.name.to_lowercase();
                assert!(!seen.contains(&lower), "{} twice", word.name);
                seen.push(lower);
            }
        }
    }

    #[test]
    fn names_mean_something_everywhere() {
        let mut mailboxes = 0;
        for command in extensions().iter().flat_map(|extension| extension.commands) {
            for arg in command.args {
                mailboxes += usize::from(meaning(command, arg) == Meaning::Mailbox);
                let number = matches!(meaning(command, arg), Meaning::Bytes | Meaning::Number);
                assert_eq!(arg.kind == ArgKind::Number, number, "{} {}", command.name, arg.name);
            }
            if let Some(name) = needed_tag(command.op) {
                assert!(extensions().iter().flat_map(|extension| extension.tags).any(|tag| tag.name == name));
            }
        }
        assert!(mailboxes >= 5, "{mailboxes}");
    }
}
