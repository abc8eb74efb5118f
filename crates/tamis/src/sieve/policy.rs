//! What an administrator lets users' scripts do, and whether one keeps to it: the decision of `vet`.
//!
//! The server's verdict comes first, then the rules, which look at everything that the script could ever do ([`Effects`]). What cannot
//! be known before a message comes breaks a rule about it: a decision to allow must hold for every message.

mod address;
mod folder;

use super::effects::{At, Effects, Known};
use super::program::{Program, Unit};
use super::spec::{self, Role};
use super::{Dialect, Script, Scripts, Store, Verdict, WantedScript, compile};
use crate::diagnostic::{Code, Diagnostic, Label, Severity};
use crate::text::{Range, offset};
pub use address::is_domain_rule;

/// The rules. Every one may be left out; the default allows what the server accepts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Policy {
    /// The server that the scripts are for, by name; `pigeonhole-2.4` if left out.
    pub server: Option<String>,
    /// Settings of that server, by name.
    pub settings: Vec<(String, String)>,
    /// Other servers, by name and as installed, that must accept the script too.
    pub must_compile_on: Vec<String>,
    /// The largest script, in bytes.
    pub max_size: Option<u64>,
    /// The most lines.
    pub max_lines: Option<u64>,
    /// The only extensions that a script may require.
    pub allowed_extensions: Option<Vec<String>>,
    /// Extensions that it may not.
    pub forbidden_extensions: Vec<String>,
    /// Commands that it may not use; the name of an extension stands for all its commands. See [`is_action_rule`].
    pub forbidden_actions: Vec<String>,
    /// No regular expressions.
    pub forbid_regex: bool,
    /// No tests that read the body, and no `extracttext`.
    pub forbid_body: bool,
    /// The most `redirect` commands in the script and what it includes.
    pub max_redirects: Option<u64>,
    /// The only domains to which mail may be redirected or notified. See [`is_domain_rule`].
    pub allowed_domains: Option<Vec<String>>,
    /// Domains to which it may not.
    pub forbidden_domains: Vec<String>,
    /// No recipient that depends on the message.
    pub forbid_computed_recipients: bool,
    /// `redirect` only with `:copy`.
    pub redirect_only_copies: bool,
    /// No `redirect` to one of `own_addresses`.
    pub forbid_self_redirect: bool,
    /// The addresses of the script's owner.
    pub own_addresses: Vec<String>,
    /// The fewest days between two replies of `vacation` to one sender.
    pub min_vacation_days: Option<u64>,
    /// The only mailboxes that `fileinto` may name; `*` in them stands for any characters.
    pub allowed_folders: Option<Vec<String>>,
}

/// What comes of it. The worse is the greater.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Decision {
    /// Nothing against it.
    Allow,
    /// Allowed; the server or tamis has something to say.
    Warn,
    /// The server refuses it, tamis cannot judge it, or it breaks a rule.
    Deny,
}

impl Decision {
    /// Its name in JSON.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Allow => "allow",
            Self::Warn => "warn",
            Self::Deny => "deny",
        }
    }
}

/// The answer of [`vet`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Vetted {
    /// Whether the script may be used.
    pub decision: Decision,
    /// What the server says to it.
    pub verdict: Verdict,
    /// The server's findings and the broken rules (`vet/…`), by unit and place.
    pub findings: Vec<Diagnostic>,
    /// Included scripts whose text was not supplied; each is a reason to deny.
    pub wanted: Vec<WantedScript>,
    /// The included scripts that the findings' units from 1 mean; none if the server refuses the script.
    pub units: Vec<(Store, String)>,
}

impl Policy {
    /// The server with its settings.
    ///
    /// # Errors
    /// A sentence in English: no such server, no such setting, or a value that it does not take.
    pub fn dialect(&self) -> Result<Dialect, String> {
        let mut dialect = match &self.server {
            None => Dialect::default(),
            Some(name) => Dialect::named(name).ok_or_else(|| format!("there is no server `{name}`"))?,
        };
        for (key, value) in &self.settings {
            dialect.set(key, value)?;
        }
        Ok(dialect)
    }
}

/// True if a policy may name this among the forbidden actions: a command that is no test, or an extension.
#[must_use]
pub fn is_action_rule(name: &str) -> bool {
    let has_it = |extension: &spec::Extension| extension.commands.iter().any(|command| command.role != Role::Test && command.name == name);
    // `ereject` and the programs of vnd.dovecot.pipe and its like are no commands here, so no server of ours accepts them.
    is_extension_rule(name) || matches!(name, "pipe" | "filter" | "execute") || spec::extensions().iter().any(|extension| has_it(extension))
}

/// True if a policy may name this among the extensions.
#[must_use]
pub fn is_extension_rule(name: &str) -> bool {
    !name.is_empty() && spec::extension(name).is_some()
}

/// Judges a script: the server's verdict first, then every rule of the policy.
#[must_use]
pub fn vet(script: &Script, included: &Scripts, dialect: &Dialect, policy: &Policy) -> Vetted {
    let compiled = compile(script, included, dialect);
    let mut judge = Judge { policy, dialect, findings: compiled.diagnostics };
    judge.text(script);
    if let Some(program) = &compiled.program {
        let effects = program.effects();
        judge.includes(&effects, &compiled.wanted, script, included, program);
        judge.extensions(&effects);
        judge.commands(&effects);
        judge.recipients(&effects);
        judge.folders(&effects);
    }
    judge.elsewhere(script, included);
    let units = compiled.program.iter().flat_map(|program| program.units.iter().skip(1)).map(key).collect();
    let mut findings = judge.findings;
    crate::diagnostic::sort(&mut findings);
    let worst = findings.iter().map(|finding| finding.severity).max();
    let decision = match worst {
        _ if compiled.verdict != Verdict::Accepted || !compiled.wanted.is_empty() => Decision::Deny,
        Some(Severity::Error) => Decision::Deny,
        Some(Severity::Warning) => Decision::Warn,
        Some(Severity::Hint) | None => Decision::Allow,
    };
    Vetted { decision, verdict: compiled.verdict, findings, wanted: compiled.wanted, units }
}

/// Where the script of a unit was found.
fn key(unit: &Unit) -> (Store, String) {
    (if unit.global { Store::Global } else { Store::Personal }, unit.name.clone())
}

/// Collects what breaks the rules.
struct Judge<'p> {
    policy: &'p Policy,
    dialect: &'p Dialect,
    findings: Vec<Diagnostic>,
}

impl Judge<'_> {
    fn report(&mut self, at: At, mut finding: Diagnostic) {
        finding.range = at.range;
        finding.unit = at.unit;
        self.findings.push(finding);
    }

    fn broken(&mut self, code: Code, at: At, params: &[(&'static str, &[u8])]) {
        let finding = params.iter().fold(Diagnostic::new(code, at.range), |finding, (name, value)| finding.with(name, value));
        self.report(at, finding);
    }

    /// Rules about the text alone: they hold for a refused script too.
    fn text(&mut self, script: &Script) {
        let text = script.text();
        let from_line = |start: u32| {
            let range = script.lines().line_range(script.lines().line(start), text);
            let line = Range::new(start, range.end).of(text).trim_end_matches(['\r', '\n']);
            At { unit: 0, range: Range::new(start, start.saturating_add(offset(line.len()))) }
        };
        if let Some(max) = self.policy.max_size.filter(|max| text.len() as u64 > *max) {
            let mut start = usize::try_from(max).unwrap_or(text.len());
            while !text.is_char_boundary(start) {
                start = start.saturating_sub(1);
            }
            let size = text.len().to_string();
            self.broken(Code::VetTooLarge, from_line(offset(start)), &[("size", size.as_bytes()), ("max", max.to_string().as_bytes())]);
        }
        let lines = script.lines().lines().saturating_sub(u32::from(text.is_empty() || text.ends_with('\n')));
        if let Some(max) = self.policy.max_lines.filter(|max| u64::from(lines) > *max) {
            let first = u32::try_from(max).unwrap_or(u32::MAX).saturating_add(1);
            let start = script.lines().line_range(first, text).start;
            let lines = lines.to_string();
            self.broken(Code::VetTooManyLines, from_line(start), &[("lines", lines.as_bytes()), ("max", max.to_string().as_bytes())]);
        }
    }

    /// A script that nobody showed could do anything.
    fn includes(&mut self, effects: &Effects, wanted: &[WantedScript], script: &Script, included: &Scripts, program: &Program) {
        for one in wanted {
            let open: Vec<At> = effects.includes.iter().filter(|include| include.unit.is_none()).map(|include| include.at).collect();
            let names_it = |at: &&At| {
                let text = match program.units.get(at.unit as usize) {
                    Some(unit) if at.unit > 0 => included.texts.get(&key(unit)).and_then(Option::as_deref).unwrap_or(""),
                    _ => script.text(),
                };
                let quoted = format!("\"{}\"", one.name);
                crate::text::find(at.range.bytes(text.as_bytes()), quoted.as_bytes()).is_some()
            };
            let at = open.iter().find(names_it).or(open.first()).copied().unwrap_or_default();
            self.broken(Code::VetUnknownInclude, at, &[("name", one.name.as_bytes())]);
        }
    }

    fn extensions(&mut self, effects: &Effects) {
        for (extension, at) in &effects.extensions {
            // RFC 5228, 2.7.3: these two belong to every implementation.
            let basic = matches!(extension.name, "comparator-i;octet" | "comparator-i;ascii-casemap");
            let outside = self.policy.allowed_extensions.as_ref().is_some_and(|allowed| !allowed.iter().any(|name| name == extension.name));
            if (outside && !basic) || self.policy.forbidden_extensions.iter().any(|name| name == extension.name) {
                self.broken(Code::VetForbiddenExtension, *at, &[("name", extension.name.as_bytes())]);
            }
        }
    }

    fn commands(&mut self, effects: &Effects) {
        for (name, at) in &effects.commands {
            let by_extension = |rule: &String| {
                spec::extension(rule)
                    .is_some_and(|extension| extension.commands.iter().any(|command| command.name == *name && !rule.is_empty()))
            };
            if self.policy.forbidden_actions.iter().any(|rule| rule == name || by_extension(rule)) {
                self.broken(Code::VetForbiddenAction, *at, &[("name", name.as_bytes())]);
            }
        }
        if self.policy.forbid_regex {
            for at in &effects.regexes {
                self.broken(Code::VetRegex, *at, &[]);
            }
        }
        if self.policy.forbid_body {
            for at in &effects.bodies {
                self.broken(Code::VetBody, *at, &[]);
            }
        }
        let days = self.policy.min_vacation_days.unwrap_or(0);
        for reply in effects.vacations.iter().filter(|reply| reply.period < days.saturating_mul(86_400)) {
            let period = reply.period.to_string();
            self.broken(Code::VetVacationPeriod, reply.at, &[("days", days.to_string().as_bytes()), ("period", period.as_bytes())]);
        }
        if let Some(max) = self.policy.max_redirects {
            let beyond = usize::try_from(max).ok().and_then(|max| effects.redirects.get(max));
            if let Some(first) = beyond {
                let count = effects.redirects.len().to_string();
                self.broken(Code::VetTooManyRedirects, first.at, &[("count", count.as_bytes()), ("max", max.to_string().as_bytes())]);
            }
        }
    }

    fn recipients(&mut self, effects: &Effects) {
        for redirect in &effects.redirects {
            if self.policy.redirect_only_copies && !redirect.copy {
                self.broken(Code::VetRedirectWithoutCopy, redirect.at, &[]);
            }
            self.recipient(&redirect.to, self.policy.forbid_self_redirect);
        }
        for to in effects.notifications.iter().flat_map(|notification| &notification.to) {
            self.recipient(to, false);
        }
    }

    fn recipient(&mut self, to: &Known, not_self: bool) {
        let policy = self.policy;
        let by_domain = policy.allowed_domains.is_some() || !policy.forbidden_domains.is_empty();
        let Some(literal) = to.literal() else {
            // A rule about addresses cannot be checked on one that nobody knows yet.
            if policy.forbid_computed_recipients || by_domain || not_self {
                self.broken(Code::VetComputedRecipient, to.at, &[("value", &to.shown())]);
            }
            return;
        };
        if by_domain && let Err(domain) = address::may_go_to(literal, policy.allowed_domains.as_deref(), &policy.forbidden_domains) {
            self.broken(Code::VetDomain, to.at, &[("domain", &domain)]);
        }
        let separators = self.dialect.settings.recipient_delimiter.as_bytes();
        if not_self && policy.own_addresses.iter().any(|own| address::is_same_user(literal, own.as_bytes(), separators)) {
            self.broken(Code::VetSelfRedirect, to.at, &[("address", literal)]);
        }
    }

    fn folders(&mut self, effects: &Effects) {
        let Some(allowed) = &self.policy.allowed_folders else { return };
        for filing in &effects.mailboxes {
            if !allowed.iter().any(|rule| folder::covers(rule, &filing.mailbox)) {
                self.broken(Code::VetFolder, filing.mailbox.at, &[("name", &filing.mailbox.shown())]);
            }
        }
    }

    /// Other servers that must accept the script: the first error of each that does not.
    fn elsewhere(&mut self, script: &Script, included: &Scripts) {
        for name in &self.policy.must_compile_on {
            let compiled = Dialect::named(name).map(|dialect| compile(script, included, &dialect));
            if compiled.as_ref().is_some_and(|compiled| compiled.verdict == Verdict::Accepted) {
                continue;
            }
            let error = compiled
                .iter()
                .flat_map(|compiled| &compiled.diagnostics)
                .find(|found| found.severity == Severity::Error && found.unit == 0);
            let at = error.map(|error| At { unit: 0, range: error.range }).unwrap_or_default();
            let mut finding = Diagnostic::new(Code::VetRefusedElsewhere, at.range).with("server", name);
            finding.labels = error
                .map(|error| Label { range: error.range, message: error.code.facts().message, params: error.params.clone() })
                .into_iter()
                .collect();
            self.report(at, finding);
        }
    }
}

#[cfg(test)]
mod tests;
