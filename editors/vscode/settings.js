'use strict';

/**
 * The settings that tamis is given: those that are filled in. What stands empty is left to tamis.
 * @param {{ get(name: string): unknown }} configuration the section `tamis`
 * @param {string} locale the language of the editor
 */
function settings(configuration, locale) {
  const names = ['server', 'capabilities', 'set', 'mailboxes', 'addresses', 'include', 'sample', 'inlayHints', 'codeLens'];
  const given = { lang: configuration.get('lang') || locale };
  for (const name of names) {
    const value = configuration.get(name);
    const empty = value === undefined || value === null || value === '' || (Array.isArray(value) && value.length === 0);
    if (!empty) {
      given[name] = value;
    }
  }
  return given;
}

module.exports = { settings };
