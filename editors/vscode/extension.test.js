'use strict';

const assert = require('node:assert');
const { existsSync, readFileSync } = require('node:fs');
const { join } = require('node:path');
const { test } = require('node:test');
const { settings } = require('./settings');

const manifest = JSON.parse(readFileSync(join(__dirname, 'package.json'), 'utf8'));

test('what stands empty is left to tamis', () => {
  const values = { server: 'mailcow', capabilities: '', mailboxes: [], codeLens: false, lang: '' };
  const given = settings({ get: (name) => values[name] }, 'fr-FR');
  assert.deepStrictEqual(given, { lang: 'fr-FR', server: 'mailcow', codeLens: false });
});

test('the manifest names files that are there, and every setting that is sent', () => {
  const { contributes, files, main } = manifest;
  const named = [main, ...files, ...contributes.grammars.map((one) => one.path), ...contributes.languages.map((one) => one.configuration)];
  for (const file of named) {
    assert.ok(existsSync(join(__dirname, file)), file);
  }
  const asked = [];
  settings({ get: (name) => void asked.push(`tamis.${name}`) }, 'en');
  for (const name of asked) {
    assert.ok(contributes.configuration.properties[name], name);
  }
});

test('the grammar and the language configuration are JSON, and their expressions compile', () => {
  const grammar = JSON.parse(readFileSync(join(__dirname, 'syntaxes/sieve.tmLanguage.json'), 'utf8'));
  const rules = [...grammar.patterns, ...Object.values(grammar.repository).flatMap((rule) => [rule, ...(rule.patterns ?? [])])];
  for (const rule of rules) {
    for (const key of ['match', 'begin', 'end']) {
      if (rule[key]) {
        assert.doesNotThrow(() => new RegExp(rule[key]), rule[key]);
      }
    }
  }
  const configuration = JSON.parse(readFileSync(join(__dirname, 'language-configuration.json'), 'utf8'));
  assert.doesNotThrow(() => new RegExp(configuration.wordPattern));
});
