//! The request and answer of `vet`, and the policy as JSON and TOML write it.

use std::collections::BTreeMap;
use std::fmt::{self, Formatter};
use std::marker::PhantomData;

use serde::de::value::MapAccessDeserializer;
use serde::de::{DeserializeSeed, Error, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use tamis::diagnostic::{Diagnostic, Language};
use tamis::mail::parse_address;
use tamis::sieve::dialect::{Dialect, servers};
use tamis::sieve::policy::{Policy, Vetted, is_action_rule, is_domain_rule, is_extension_rule, vet};
use tamis::sieve::{Script, Scripts, Store};
use tamis::text::{Encoding, LineIndex};

use crate::check::diagnostics;
use crate::run::wanted_script;
use crate::write::Writer;
use crate::{Places, VERSION, failed};

/// What a policy file says. Keys that are not known are errors: a rule that nobody reads protects nobody.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct PolicyJson {
    /// The server by name; `pigeonhole-2.4` if left out.
    #[serde(deserialize_with = "server")]
    pub server: Option<String>,
    /// Settings of the server to override.
    #[serde(deserialize_with = "settings")]
    pub settings: BTreeMap<String, String>,
    /// Other servers that must accept the script too.
    #[serde(deserialize_with = "server_list")]
    pub must_compile_on: Vec<String>,
    /// The largest script, in bytes.
    pub max_size: Option<u64>,
    /// The most lines.
    pub max_lines: Option<u64>,
    /// No regular expressions.
    pub forbid_regex: bool,
    /// No tests that read the body.
    pub forbid_body: bool,
    /// The addresses of the script's owner.
    #[serde(deserialize_with = "addresses")]
    pub own_addresses: Vec<String>,
    /// Rules about extensions.
    #[serde(deserialize_with = "table")]
    pub extensions: ExtensionsJson,
    /// Rules about actions.
    #[serde(deserialize_with = "table")]
    pub actions: ActionsJson,
    /// Rules about `redirect`.
    #[serde(deserialize_with = "table")]
    pub redirect: RedirectJson,
    /// Rules about whom `redirect` and `notify` write to.
    #[serde(deserialize_with = "table")]
    pub recipients: RecipientsJson,
    /// Rules about `vacation`.
    #[serde(deserialize_with = "table")]
    pub vacation: VacationJson,
    /// Rules about `fileinto`.
    #[serde(deserialize_with = "table")]
    pub fileinto: FileintoJson,
}

/// Rules about extensions.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ExtensionsJson {
    /// The only ones.
    #[serde(deserialize_with = "only_extensions")]
    pub allowed: Option<Vec<String>>,
    /// Not these.
    #[serde(deserialize_with = "extensions")]
    pub forbidden: Vec<String>,
}

/// Rules about actions.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ActionsJson {
    /// Not these; an extension stands for all its commands.
    #[serde(deserialize_with = "actions")]
    pub forbidden: Vec<String>,
}

/// Rules about `redirect`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RedirectJson {
    /// The most commands.
    pub max: Option<u64>,
    /// Only with `:copy`.
    pub only_copies: bool,
    /// Not to the owner.
    pub forbid_self: bool,
}

/// Rules about whom `redirect` and `notify` write to.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RecipientsJson {
    /// Only to these domains.
    #[serde(deserialize_with = "only_domains")]
    pub allowed_domains: Option<Vec<String>>,
    /// Not to these.
    #[serde(deserialize_with = "domains")]
    pub forbidden_domains: Vec<String>,
    /// No address that depends on the message.
    pub forbid_computed: bool,
}

/// Rules about `vacation`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct VacationJson {
    /// The fewest days between two replies to one sender.
    pub min_days: Option<u64>,
}

/// Rules about `fileinto`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct FileintoJson {
    /// The only mailboxes.
    pub allowed: Option<Vec<String>>,
}

impl PolicyJson {
    /// The policy, with the owner's addresses that the face knows.
    ///
    /// # Errors
    /// A setting that the server does not have, a rule without what it needs: a sentence in English.
    pub fn policy(&self, own_addresses: &[String]) -> Result<(Policy, Dialect), String> {
        let policy = Policy {
            server: self.server.clone(),
            settings: self.settings.clone().into_iter().collect(),
            must_compile_on: self.must_compile_on.clone(),
            max_size: self.max_size,
            max_lines: self.max_lines,
            allowed_extensions: self.extensions.allowed.clone(),
            forbidden_extensions: self.extensions.forbidden.clone(),
            forbidden_actions: self.actions.forbidden.clone(),
            forbid_regex: self.forbid_regex,
            forbid_body: self.forbid_body,
            max_redirects: self.redirect.max,
            allowed_domains: self.recipients.allowed_domains.clone(),
            forbidden_domains: self.recipients.forbidden_domains.clone(),
            forbid_computed_recipients: self.recipients.forbid_computed,
            redirect_only_copies: self.redirect.only_copies,
            forbid_self_redirect: self.redirect.forbid_self,
            own_addresses: self.own_addresses.iter().chain(own_addresses).cloned().collect(),
            min_vacation_days: self.vacation.min_days,
            allowed_folders: self.fileinto.allowed.clone(),
        };
        // A rule that could never be broken would be a false comfort.
        if policy.forbid_self_redirect && policy.own_addresses.is_empty() {
            return Err("`redirect.forbid_self` needs the owner's addresses, in `own_addresses` or with the request".into());
        }
        if let Some(bad) = policy.own_addresses.iter().find(|address| !is_address(address)) {
            return Err(format!("`{bad}` is not an e-mail address"));
        }
        let dialect = policy.dialect()?;
        Ok((policy, dialect))
    }
}

fn is_address(text: &str) -> bool {
    parse_address(text.as_bytes()).is_ok_and(|address| address.domain.is_some())
}

/// Each word must be one that is known: the place of one that is not is told by the file's reader.
fn known<E: Error>(words: Vec<String>, is_known: impl Fn(&str) -> bool, what: &str) -> Result<Vec<String>, E> {
    match words.iter().find(|word| !is_known(word)) {
        Some(word) => Err(E::custom(format!("`{word}` is no {what}"))),
        None => Ok(words),
    }
}

/// A table, and nothing else: serde would take the empty list for one without rules.
fn table<'de, D: Deserializer<'de>, T: Deserialize<'de>>(from: D) -> Result<T, D::Error> {
    struct Table<T>(PhantomData<T>);
    impl<'de, T: Deserialize<'de>> Visitor<'de> for Table<T> {
        type Value = T;

        fn expecting(&self, out: &mut Formatter<'_>) -> fmt::Result {
            out.write_str("a table of rules")
        }

        fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<T, A::Error> {
            T::deserialize(MapAccessDeserializer::new(map))
        }
    }
    from.deserialize_map(Table(PhantomData))
}

/// The settings of a server: names and values are tried where they stand, so that an error has its place. All servers have the same.
fn settings<'de, D: Deserializer<'de>>(from: D) -> Result<BTreeMap<String, String>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Value {
        Bool(bool),
        Number(u64),
        Text(String),
    }
    struct Setting<'k>(&'k str);
    impl<'de> DeserializeSeed<'de> for Setting<'_> {
        type Value = String;

        fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<String, D::Error> {
            let value = match Value::deserialize(from)? {
                Value::Bool(value) => if value { "yes" } else { "no" }.to_owned(),
                Value::Number(value) => value.to_string(),
                Value::Text(value) => value,
            };
            Dialect::default().set(self.0, &value).map_err(D::Error::custom)?;
            Ok(value)
        }
    }
    struct Settings;
    impl<'de> Visitor<'de> for Settings {
        type Value = BTreeMap<String, String>;

        fn expecting(&self, out: &mut Formatter<'_>) -> fmt::Result {
            out.write_str("a table of settings")
        }

        fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
            let mut out = BTreeMap::new();
            while let Some(key) = map.next_key::<String>()? {
                let value = map.next_value_seed(Setting(&key))?;
                out.insert(key, value);
            }
            Ok(out)
        }
    }
    from.deserialize_map(Settings)
}

fn is_server(name: &str) -> bool {
    servers().iter().any(|server| server.name == name)
}

fn what_server() -> String {
    let names: Vec<&str> = servers().iter().map(|server| server.name).collect();
    format!("server: known are {}", names.join(", "))
}

const DOMAIN: &str = "domain such as \"example.org\", or \"*.example.org\" for all below it";

fn server<'de, D: Deserializer<'de>>(from: D) -> Result<Option<String>, D::Error> {
    let name = Option::<String>::deserialize(from)?;
    Ok(known(name.into_iter().collect(), is_server, &what_server())?.pop())
}

fn server_list<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<String>, D::Error> {
    known(Vec::deserialize(from)?, is_server, &what_server())
}

fn addresses<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<String>, D::Error> {
    known(Vec::deserialize(from)?, is_address, "e-mail address")
}

fn extensions<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<String>, D::Error> {
    known(Vec::deserialize(from)?, is_extension_rule, "extension")
}

fn only_extensions<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Vec<String>>, D::Error> {
    Option::<Vec<String>>::deserialize(from)?.map(|names| known(names, is_extension_rule, "extension")).transpose()
}

fn actions<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<String>, D::Error> {
    known(Vec::deserialize(from)?, is_action_rule, "command that is not a test, and no extension")
}

fn domains<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<String>, D::Error> {
    known(Vec::deserialize(from)?, is_domain_rule, DOMAIN)
}

fn only_domains<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Vec<String>>, D::Error> {
    Option::<Vec<String>>::deserialize(from)?.map(|names| known(names, is_domain_rule, DOMAIN)).transpose()
}

/// A request to vet a script. Everything but the script may be left out.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct VetRequest {
    /// The version of the JSON.
    pub version: u32,
    /// The script's text.
    pub script: String,
    /// How the script is called in the answer.
    pub file: Option<String>,
    /// `en` or `fr`.
    pub lang: String,
    /// `utf8` or `utf16`.
    pub positions: String,
    /// The rules, and the server that they are for.
    #[serde(deserialize_with = "table")]
    pub policy: PolicyJson,
    /// What is known of the owner: the addresses count as the policy's own.
    pub account: AccountJson,
    /// The texts of included scripts; one that is not given is a reason to deny.
    pub scripts: Vec<ScriptAnswer>,
}

/// What is known of the script's owner, as in a request to run.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct AccountJson {
    /// The owner's own addresses.
    pub addresses: Vec<String>,
    /// The mailboxes that exist; no rule asks for them.
    pub mailboxes: Option<Vec<String>>,
}

/// A script that may be included.
#[derive(Clone, Debug, Deserialize)]
pub struct ScriptAnswer {
    /// `personal` or `global`.
    pub store: String,
    /// Its name.
    pub name: String,
    /// Its text; null if there is none.
    pub text: Option<String>,
}

/// The scripts that may be included, as the core takes them.
fn scripts(answers: &[ScriptAnswer]) -> Scripts {
    let key = |answer: &ScriptAnswer| (if answer.store == "global" { Store::Global } else { Store::Personal }, answer.name.clone());
    Scripts { texts: answers.iter().map(|answer| (key(answer), answer.text.clone())).collect() }
}

/// The answer for one script, as JSON: the decision, the server's verdict, the rules that the script breaks, the server's findings, and
/// the included scripts whose text was not given.
#[must_use]
pub fn vet_report(
    file: &str,
    server: &str,
    script: &Script,
    included: &Scripts,
    vetted: &Vetted,
    language: Language,
    encoding: Encoding,
) -> String {
    let others: Vec<(&str, &str, LineIndex)> = vetted
        .units
        .iter()
        .map(|key| {
            let text = included.texts.get(key).and_then(Option::as_deref).unwrap_or_default();
            (key.1.as_str(), text, LineIndex::new(text))
        })
        .collect();
    let mut units = vec![Places { name: "", text: script.text(), lines: script.lines(), encoding }];
    units.extend(others.iter().map(|(name, text, lines)| Places { name, text, lines, encoding }));
    // The findings inside of included scripts of a refused one have no unit; one finding at the script itself stands for them.
    let shown = vetted.findings.iter().filter(|finding| (finding.unit as usize) < units.len()).cloned();
    let (broken, found): (Vec<Diagnostic>, Vec<Diagnostic>) = shown.partition(|finding| finding.code.is_policy());
    let mut json = Writer::default();
    let writer = &mut json;
    writer.open('{');
    writer.count("version", VERSION.into());
    writer.text("file", file);
    writer.text("server", server);
    writer.text("decision", vetted.decision.name());
    writer.text("verdict", vetted.verdict.name());
    writer.count("size", u64::try_from(script.text().len()).unwrap_or(u64::MAX));
    writer.begin("broken", '[');
    diagnostics(writer, &broken, &units, language);
    writer.close(']');
    writer.begin("diagnostics", '[');
    diagnostics(writer, &found, &units, language);
    writer.close(']');
    if !vetted.wanted.is_empty() {
        writer.begin("wanted", '[');
        vetted.wanted.iter().for_each(|wanted| wanted_script(writer, wanted));
        writer.close(']');
    }
    writer.close('}');
    json.finish()
}

/// Vets the script of a request. Takes and gives JSON; a bad request or policy is answered with `{"version":1,"error":"…"}`, which is
/// no permission.
#[must_use]
pub fn vet_json(request: &str) -> String {
    let mut reader = serde_json::Deserializer::from_str(request);
    let parsed = table::<_, VetRequest>(&mut reader).and_then(|request| reader.end().map(|()| request));
    let answer = parsed.map_err(|error| error.to_string()).and_then(|request| {
        let (policy, dialect) = request.policy.policy(&request.account.addresses)?;
        let script = Script::parse(request.script.as_str());
        let included = scripts(&request.scripts);
        let vetted = vet(&script, &included, &dialect, &policy);
        let file = request.file.as_deref().unwrap_or("script.sieve");
        let language = Language::from_tag(&request.lang);
        let encoding = if request.positions == "utf16" { Encoding::Utf16 } else { Encoding::Utf8 };
        Ok(vet_report(file, &dialect.name, &script, &included, &vetted, language, encoding))
    });
    answer.unwrap_or_else(|error| failed(&error))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(request: &serde_json::Value) -> serde_json::Value {
        serde_json::from_str(&vet_json(&request.to_string())).unwrap()
    }

    #[test]
    fn an_answer_has_its_shape() {
        let script = "require \"fileinto\";\nfileinto \"é\"; redirect \"a@example.net\";\n";
        let answer = answer(&serde_json::json!({
            "version": 1, "script": script, "file": "a.sieve", "lang": "fr", "positions": "utf16",
            "policy": {"server": "mailcow", "settings": {"sieve_max_redirects": 3}, "recipients": {"allowed_domains": ["example.org"]}},
        }));
        assert_eq!(
            answer,
            serde_json::json!({
                "version": 1, "file": "a.sieve", "server": "mailcow", "decision": "deny", "verdict": "accepted", "size": 61,
                "broken": [{
                    "code": "vet/domain", "severity": "error", "message": "la politique n'autorise pas les scripts à écrire à `example.net`",
                    "start": {"line": 2, "column": 24, "offset": 43}, "end": {"line": 2, "column": 39, "offset": 58}, "labels": [], "fixes": [],
                }],
                "diagnostics": [],
            })
        );
    }

    #[test]
    fn findings_in_included_scripts_name_them() {
        let mut request = serde_json::json!({
            "script": "require \"include\"; include \"a\";",
            "policy": {"actions": {"forbidden": ["discard"]}},
            "scripts": [{"store": "personal", "name": "a", "text": "\ndiscard;"}],
        });
        let found = answer(&request);
        assert_eq!(
            (&found["decision"], &found["broken"][0]["script"], &found["broken"][0]["start"]["line"]),
            (&"deny".into(), &"a".into(), &2.into())
        );
        request["scripts"] = serde_json::json!([]);
        let found = answer(&request);
        assert_eq!((&found["decision"], &found["wanted"][0]["name"]), (&"deny".into(), &"a".into()));
        // A mistake inside an included script is told at the script that includes it.
        request["scripts"] = serde_json::json!([{"store": "personal", "name": "a", "text": "nonsense;"}]);
        let found = answer(&request);
        assert_eq!((&found["verdict"], &found["diagnostics"][0]["code"]), (&"refused".into(), &"sieve/included-has-errors".into()));
        assert_eq!(found["diagnostics"].as_array().unwrap().len(), 1);
    }

    #[test]
    fn bad_policies_are_errors_and_never_permissions() {
        for (policy, words) in [
            (serde_json::json!({"max_sise": 1}), "unknown field `max_sise`"),
            (serde_json::json!({"redirect": {"maximum": 1}}), "unknown field `maximum`"),
            (serde_json::json!([]), "expected a table of rules"),
            (serde_json::json!({"redirect": []}), "expected a table of rules"),
            (serde_json::json!({"server": "dovecot"}), "`dovecot` is no server: known are pigeonhole-2.4"),
            (serde_json::json!({"must_compile_on": ["x"]}), "`x` is no server"),
            (serde_json::json!({"max_size": -1}), "invalid value: integer `-1`"),
            (serde_json::json!({"actions": {"forbidden": ["rejekt"]}}), "`rejekt` is no command"),
            (serde_json::json!({"extensions": {"allowed": ["regexp"]}}), "`regexp` is no extension"),
            (serde_json::json!({"recipients": {"allowed_domains": ["@example.org"]}}), "`@example.org` is no domain"),
            (serde_json::json!({"recipients": {"forbidden_domains": [""]}}), "`` is no domain"),
            (serde_json::json!({"settings": {"sieve_nothing": 1}}), "there is no setting `sieve_nothing`"),
            (serde_json::json!({"redirect": {"forbid_self": true}}), "`redirect.forbid_self` needs the owner's addresses"),
            (serde_json::json!({"own_addresses": ["anna"]}), "`anna` is no e-mail address"),
        ] {
            let found = answer(&serde_json::json!({"script": "keep;", "policy": policy}));
            let error = found["error"].as_str().unwrap_or_default();
            assert!(error.contains(words) && found.get("decision").is_none(), "{policy}: {found}");
        }
        for request in ["", "[]", "{\"script\":", "{\"x\":1}", "\u{0}", "{\"script\":1}", "{}{}"] {
            assert!(vet_json(request).starts_with("{\"version\":1,\"error\":"), "{request}");
        }
    }

    #[test]
    fn the_owner_is_told_with_the_request() {
        let request = serde_json::json!({
            "script": "redirect \"anna@example.org\";", "policy": {"redirect": {"forbid_self": true}}, "account": {"addresses": ["anna@example.org"]},
        });
        assert_eq!(answer(&request)["broken"][0]["code"], "vet/self-redirect");
    }
}
