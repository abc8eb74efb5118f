//! The sentences about Rspamd's configuration: UCL (`ucl/…`) and what it says (`rspamd/…`). They stand behind the ones about Sieve in the
//! one list of codes; without the feature `rspamd` there are none.

/// Hands the entries that it is given on to `codes!`, with those below behind them.
#[cfg(feature = "rspamd")]
macro_rules! with_rspamd {
    ($($entries:tt)*) => { codes! { $($entries)*
    UclKeyStart "ucl/key-start" Error {
        en: "a key begins with a letter, a digit, `/`, `_` or `\"`, not with `{found}`",
        fr: "une clé commence par une lettre, un chiffre, `/`, `_` ou `\"`, pas par `{found}`"
    }
    UclKeyCharacter "ucl/key-character" Error {
        en: "`{found}` cannot stand in a key",
        fr: "`{found}` ne peut pas figurer dans une clé"
    }
    UclKeyWithoutValue "ucl/key-without-value" Error {
        en: "`{key}` has no value",
        fr: "`{key}` n'a pas de valeur"
    }
    UclEmptyKey "ucl/empty-key" Error {
        en: "this key is empty",
        fr: "cette clé est vide"
    }
    UclStraySeparator "ucl/stray-separator" Error {
        en: "one `=` or `:` stands between a key and its value; `{found}` is one too many",
        fr: "un seul `=` ou `:` sépare une clé de sa valeur ; `{found}` est de trop"
    }
    UclEmptyValue "ucl/empty-value" Error {
        en: "a value is expected here, not `{found}`",
        fr: "une valeur est attendue ici, pas `{found}`"
    }
    UclUnterminatedString "ucl/unterminated-string" Error {
        en: "this string has no closing `{quote}`",
        fr: "cette chaîne n'a pas de `{quote}` final"
    }
    UclLineEndInString "ucl/line-end-in-string" Error {
        en: "this string has no closing `\"` on its line",
        fr: "cette chaîne n'a pas de `\"` final sur sa ligne"
    }
    UclControlInString "ucl/control-character" Error {
        en: "a control character stands in a string",
        fr: "un caractère de contrôle est dans une chaîne"
    }
    UclUnicodeEscape "ucl/unicode-escape" Error {
        en: "`\\u` is followed by four hexadecimal digits",
        fr: "`\\u` est suivi de quatre chiffres hexadécimaux"
    }
    UclUnterminatedComment "ucl/unterminated-comment" Error {
        en: "this comment has no closing `*/` that counts",
        fr: "ce commentaire n'a pas de `*/` final qui compte"
    }
    UclUnterminatedHeredoc "ucl/unterminated-heredoc" Error {
        en: "no line consists of `{tag}` alone to end this text",
        fr: "aucune ligne ne contient que `{tag}` pour finir ce texte"
    }
    UclMissingDelimiter "ucl/missing-delimiter" Error {
        en: "`;`, `,` or a line end is expected before `{found}`",
        fr: "`;`, `,` ou une fin de ligne est attendu avant `{found}`"
    }
    UclUnexpectedClosing "ucl/unexpected-closing" Error {
        en: "this `{found}` closes nothing of its kind",
        fr: "ce `{found}` ne ferme rien de son genre"
    }
    UclUnopenedBrace "ucl/unopened-brace" Error {
        en: "what this `{found}` closes was not opened with a brace",
        fr: "ce que ferme ce `{found}` n'a pas été ouvert par une accolade"
    }
    UclUnclosedBrace "ucl/unclosed-brace" Error {
        en: "the `{found}` opened here is never closed",
        fr: "le `{found}` ouvert ici n'est jamais fermé"
    }
    UclNumberRange "ucl/number-range" Error {
        en: "the number `{found}` is out of range",
        fr: "le nombre `{found}` sort des limites"
    }
    UclMacroName "ucl/macro-name" Error {
        en: "the name of a macro follows a `.`",
        fr: "le nom d'une macro suit un `.`"
    }
    UclUnknownMacro "ucl/unknown-macro" Error {
        en: "there is no macro `.{name}`",
        fr: "il n'y a pas de macro `.{name}`"
    }
    UclUnclosedArguments "ucl/unclosed-arguments" Error {
        en: "these arguments have no closing `)`",
        fr: "ces arguments n'ont pas de `)` final"
    }
    UclMergeKinds "ucl/merge-kinds" Error {
        en: "an object and an array cannot be merged",
        fr: "un objet et un tableau ne peuvent pas être fusionnés"
    }
    UclDuplicateKey "ucl/duplicate-key" Error {
        en: "`{key}` is there already",
        fr: "`{key}` existe déjà"
    }
    UclIncludeMissing "ucl/include-missing" Error {
        en: "there is no file `{path}`",
        fr: "il n'y a pas de fichier `{path}`"
    }
    UclTryInclude "ucl/try-include" Error {
        en: "there is no file `{path}`, and `.try_include` ends the whole configuration then: `.include(try=true)` does not",
        fr: "il n'y a pas de fichier `{path}`, et `.try_include` met alors fin à toute la configuration : pas `.include(try=true)`"
    }
    UclIncludeItself "ucl/include-itself" Error {
        en: "`{path}` includes itself",
        fr: "`{path}` s'inclut lui-même"
    }
    UclIncludeDepth "ucl/include-depth" Error {
        en: "more than {max} files include each other",
        fr: "plus de {max} fichiers s'incluent les uns les autres"
    }
    UclIncludeUrl "ucl/include-url" Error {
        en: "`{url}` cannot be included: Rspamd's UCL fetches nothing",
        fr: "`{url}` ne peut pas être inclus : l'UCL de Rspamd ne télécharge rien"
    }
    UclIncludeSignature "ucl/include-signature" Error {
        en: "the signature of `{path}` cannot be checked",
        fr: "la signature de `{path}` ne peut pas être vérifiée"
    }
    UclIncludeOption "ucl/include-option" Warning {
        en: "`{option}` is passed over: no option of `.include` has that name and this kind of value",
        fr: "`{option}` est ignoré : aucune option de `.include` n'a ce nom et ce genre de valeur"
    }
    UclIncludedArray "ucl/included-array" Error {
        en: "an included file begins with a key, not with `[`",
        fr: "un fichier inclus commence par une clé, pas par `[`"
    }
    UclIncludedBraces "ucl/included-braces" Error {
        en: "this `}` closes a section of the including file, and Rspamd reads on in the wrong place: leave out the file's own braces",
        fr: "ce `}` ferme une section du fichier incluant, et Rspamd poursuit au mauvais endroit : enlevez les accolades du fichier"
    }
    UclPriorityRange "ucl/priority-range" Warning {
        en: "priorities go from 0 to 15: `{written}` counts as {meant}",
        fr: "les priorités vont de 0 à 15 : `{written}` compte pour {meant}"
    }
    UclPriorityValue "ucl/priority-value" Error {
        en: "a priority is a whole number, not `{written}`",
        fr: "une priorité est un nombre entier, pas `{written}`"
    }
    UclLoadKey "ucl/load-key" Error {
        en: "`.load` needs `key=\"…\"`",
        fr: "`.load` a besoin de `key=\"…\"`"
    }
    UclInheritUnknown "ucl/inherit-unknown" Error {
        en: "no object `{name}` stands at the top, before this",
        fr: "aucun objet `{name}` ne se trouve au premier niveau, avant ceci"
    }
    UclTemplate "ucl/template" Error {
        en: "this template is not evaluated: only `{= env.NAME =}` is",
        fr: "ce modèle n'est pas évalué : seul `{= env.NAME =}` l'est"
    }
    UclTemplateValue "ucl/template-value" Warning {
        en: "nothing is known of `{name}`, which a template writes here: it counts as empty",
        fr: "on ne sait rien de `{name}`, qu'un modèle écrit ici : c'est compté pour vide"
    }
    UclPassedOver "ucl/passed-over" Warning {
        en: "`{key}` is passed over: it has the priority {low} here, and {high} where it was set before",
        fr: "`{key}` est ignoré : sa priorité est {low} ici, et {high} là où il a été défini avant"
    }
    UclTooDeep "ucl/too-deep" Error {
        en: "more than {max} containers stand in each other",
        fr: "plus de {max} conteneurs sont imbriqués"
    }
    UclTooLarge "ucl/too-large" Error {
        en: "the configuration is larger than {max}",
        fr: "la configuration dépasse {max}"
    }
    UclMillions "ucl/millions" Warning {
        en: "`{written}` is {number} millions, not minutes",
        fr: "`{written}` vaut {number} millions, pas des minutes"
    }
    RspamdExpressionEmpty "rspamd/expression-empty" Error {
        en: "this expression is empty",
        fr: "cette expression est vide"
    }
    RspamdExpressionSize "rspamd/expression-size" Error {
        en: "this expression is larger than tamis reads",
        fr: "cette expression est plus grande que ce que tamis lit"
    }
    RspamdExpressionOperator "rspamd/expression-operator" Error {
        en: "no operator stands between two parts of `{expression}`",
        fr: "aucun opérateur ne se trouve entre deux parties de `{expression}`"
    }
    RspamdExpressionOperand "rspamd/expression-operand" Error {
        en: "an operator of `{expression}` has nothing to work on",
        fr: "un opérateur de `{expression}` n'a rien à traiter"
    }
    RspamdExpressionAtom "rspamd/expression-atom" Error {
        en: "`{rest}` begins neither a symbol nor a number",
        fr: "`{rest}` ne commence ni un symbole ni un nombre"
    }
    RspamdExpressionBraces "rspamd/expression-braces" Error {
        en: "the parentheses of `{expression}` do not match",
        fr: "les parenthèses de `{expression}` ne vont pas ensemble"
    }
    RspamdAttributeKind "rspamd/attribute-kind" Error {
        en: "`{name}` of `{owner}` cannot have this kind of value",
        fr: "`{name}` de `{owner}` ne peut pas avoir ce genre de valeur"
    }
    RspamdMissingName "rspamd/missing-name" Error {
        en: "either everything in `{section}` is an object, or it has a `name`",
        fr: "soit tout dans `{section}` est un objet, soit il y a un `name`"
    }
    RspamdScalarScore "rspamd/scalar-score" Error {
        en: "a symbol is an object: `{name} { score = {score} }`, not a number",
        fr: "un symbole est un objet : `{name} { score = {score} }`, pas un nombre"
    }
    RspamdSectionKind "rspamd/section-kind" Error {
        en: "`{section}` must be an object",
        fr: "`{section}` doit être un objet"
    }
    RspamdActionThreshold "rspamd/action-threshold" Error {
        en: "the action `{name}` has no threshold",
        fr: "l'action `{name}` n'a pas de seuil"
    }
    RspamdCompositeExpression "rspamd/composite-expression" Error {
        en: "the composite `{name}` has no expression",
        fr: "le composite `{name}` n'a pas d'expression"
    }
    RspamdCompositePolicy "rspamd/composite-policy" Error {
        en: "`{policy}` is no policy of a composite",
        fr: "`{policy}` n'est pas une politique de composite"
    }
    RspamdCompositeTwice "rspamd/composite-twice" Warning {
        en: "the composite `{name}` is defined twice: only the first one counts",
        fr: "le composite `{name}` est défini deux fois : seul le premier compte"
    }
    RspamdGroupWithoutSymbols "rspamd/group-without-symbols" Warning {
        en: "the group `{name}` has no `symbols`: what stands in it has no effect",
        fr: "le groupe `{name}` n'a pas de `symbols` : son contenu reste sans effet"
    }
    RspamdLostPriorities "rspamd/lost-priorities" Warning {
        en: "with several `group` sections, this Rspamd forgets all priorities: of two scores for one symbol either may count",
        fr: "avec plusieurs sections `group`, ce Rspamd oublie toutes les priorités : de deux scores d'un symbole, l'un ou l'autre compte"
    }
    RspamdTwoScores "rspamd/two-scores" Warning {
        en: "`{name}` has the score {first} in `{one}` and {second} in `{other}`: which one counts may change at each start",
        fr: "`{name}` a le score {first} dans `{one}` et {second} dans `{other}` : celui qui compte peut changer à chaque démarrage"
    }
    RspamdDynamic "rspamd/dynamic" Warning {
        en: "Rspamd passes over this part of the saved scores: they are a list of objects with `metric`, `symbols` and `actions`",
        fr: "Rspamd ignore cette partie des scores enregistrés : c'est une liste d'objets avec `metric`, `symbols` et `actions`"
    }
    RspamdUnknownAction "rspamd/unknown-action" Warning {
        en: "there is no action `{name}`",
        fr: "il n'y a pas d'action `{name}`"
    }
    RspamdOverrideWipes "rspamd/override-wipes" Warning {
        en: "this replaces the whole `{key}` of {place}: {names} are gone from it",
        fr: "ceci remplace tout le `{key}` de {place} : {names} en disparaissent"
    }
    RspamdNestedSection "rspamd/nested-section" Warning {
        en: "`{name}` stands in `{name}`: this file is the body of that section already, and what stands in the inner one is passed over",
        fr: "`{name}` est dans `{name}` : ce fichier est déjà le corps de cette section, et le contenu de l'intérieure est ignoré"
    }
    RspamdScoredTwice "rspamd/scored-twice" Warning {
        en: "`{name}` has the score {first} in `{one}` and {second} in `{other}`: {counts} counts",
        fr: "`{name}` a le score {first} dans `{one}` et {second} dans `{other}` : c'est {counts} qui compte"
    }
    RspamdNotInVersion "rspamd/not-in-version" Warning {
        en: "Rspamd {version} does not know `{name}` of a group: it comes with {since}",
        fr: "Rspamd {version} ne connaît pas `{name}` d'un groupe : il arrive avec {since}"
    }
    RspamdZeroWeight "rspamd/zero-weight" Warning {
        en: "the rule of `{name}` brings a weight of its own, and {score} times that is 0: it never counts",
        fr: "la règle de `{name}` apporte son propre poids, et {score} fois celui-ci donne 0 : elle ne compte jamais"
    }
    RspamdNoScore "rspamd/no-score" Hint {
        en: "`{name}` has no score here: unless its rule brings one, it counts 0",
        fr: "`{name}` n'a pas de score ici : si sa règle n'en apporte pas, il compte 0"
    }
    RspamdGroupCap "rspamd/group-cap" Warning {
        en: "`{name}` counts {score}, but its group `{group}` at most {max}",
        fr: "`{name}` compte {score}, mais son groupe `{group}` au plus {max}"
    }
    RspamdThresholdOrder "rspamd/threshold-order" Warning {
        en: "from {high} on, `{other}` takes the place of `{name}`, which begins at {low}: the highest threshold wins",
        fr: "à partir de {high}, `{other}` prend la place de `{name}`, qui commence à {low} : le seuil le plus élevé l'emporte"
    }
    RspamdThresholdShadowed "rspamd/threshold-shadowed" Warning {
        en: "no score brings about `{name}`: `{other}` has the same threshold, {threshold}, and wins",
        fr: "aucun score ne provoque `{name}` : `{other}` a le même seuil, {threshold}, et l'emporte"
    }
    RspamdUnknownSymbol "rspamd/unknown-symbol" Warning {
        en: "no rule and no score is known for `{name}`: it is never found",
        fr: "ni règle ni score connu pour `{name}` : il n'est jamais trouvé"
    }
    RspamdUnknownGroup "rspamd/unknown-group" Warning {
        en: "no group `{name}` is known: nothing of it is ever found",
        fr: "aucun groupe `{name}` n'est connu : rien n'en est jamais trouvé"
    }
    RspamdNeverMatches "rspamd/never-matches" Warning {
        en: "this expression contradicts itself: `{name}` never matches",
        fr: "cette expression se contredit : `{name}` ne correspond jamais"
    }
    RspamdAlwaysMatches "rspamd/always-matches" Warning {
        en: "this expression is always true: `{name}` matches every message",
        fr: "cette expression est toujours vraie : `{name}` correspond à tous les messages"
    }
    RspamdAssociativity "rspamd/associativity" Warning {
        en: "operators of one rank are taken from right to left: what follows this one is worked out first; parentheses say what is meant",
        fr: "les opérateurs de même rang se lisent de droite à gauche : ce qui suit celui-ci est calculé d'abord ; des parenthèses disent l'intention"
    }
    RspamdInvalidRegexp "rspamd/invalid-regexp" Warning {
        en: "`{pattern}` is no regular expression: nothing matches it",
        fr: "`{pattern}` n'est pas une expression régulière : rien n'y correspond"
    }
    RspamdForceNever "rspamd/force-never" Warning {
        en: "`{rule}` runs before composites are looked at and never sees `{name}`: with `require_action` or `honor_action` it runs after them",
        fr: "`{rule}` passe avant les composites et ne voit jamais `{name}` : avec `require_action` ou `honor_action`, elle passe après"
    }
    RspamdForceLimit "rspamd/force-limit" Warning {
        en: "`{rule}` never fires: its expression is 0 or 1, and never above {limit}",
        fr: "`{rule}` ne se déclenche jamais : son expression vaut 0 ou 1, jamais plus que {limit}"
    }
    RspamdActionName "rspamd/action-name" Warning {
        en: "no action is called `{name}` where this is compared: `{meant}` is",
        fr: "aucune action ne s'appelle `{name}` là où ceci est comparé : c'est `{meant}`"
    }
    RspamdMultimapRule "rspamd/multimap-rule" Warning {
        en: "the multimap rule `{name}` has no `{missing}`: it is passed over",
        fr: "la règle multimap `{name}` n'a pas de `{missing}` : elle est ignorée"
    }
    RspamdMultimapType "rspamd/multimap-type" Warning {
        en: "multimap has no type `{type}`: the rule `{name}` never matches",
        fr: "multimap n'a pas de type `{type}` : la règle `{name}` ne correspond jamais"
    }
    RspamdMapMissing "rspamd/map-missing" Warning {
        en: "there is no file `{path}`: the rule `{name}` never matches",
        fr: "il n'y a pas de fichier `{path}` : la règle `{name}` ne correspond jamais"
    }
    RspamdSettingsNothing "rspamd/settings-nothing" Warning {
        en: "the settings `{name}` are passed over: they have no single `apply`, `whitelist` or `want_spam`",
        fr: "les réglages `{name}` sont ignorés : ils n'ont pas un seul `apply`, `whitelist` ou `want_spam`"
    }
    RspamdSettingsCondition "rspamd/settings-condition" Warning {
        en: "the settings `{name}` have no condition `{condition}`: they never match",
        fr: "les réglages `{name}` n'ont pas de condition `{condition}` : ils ne s'appliquent jamais"
    }
    } };
}

/// Hands the entries that it is given on to `codes!`.
#[cfg(not(feature = "rspamd"))]
macro_rules! with_rspamd {
    ($($entries:tt)*) => { codes! { $($entries)* } };
}
