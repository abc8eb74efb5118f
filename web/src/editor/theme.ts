// How the editor looks; colours come from the page.
import { EditorView } from '@codemirror/view';

export const theme = EditorView.theme({
  '&': { color: 'var(--ink)', backgroundColor: 'var(--card)', fontSize: '0.9375rem', height: '100%' },
  // The element around the editor draws the focus: the gutter would cover it here.
  '&.cm-focused': { outline: 'none' },
  '.cm-scroller': { fontFamily: 'var(--mono)', lineHeight: '1.6', overflow: 'auto' },
  '.cm-content': { padding: '0.75rem 0', caretColor: 'var(--accent)' },
  '.cm-cursor': { borderLeftColor: 'var(--accent)', borderLeftWidth: '2px' },
  '.cm-gutters': { backgroundColor: 'var(--card)', color: 'var(--soft)', border: 'none' },
  '.cm-gutter-lint': { width: '1.1em' },
  '.cm-activeLine': { backgroundColor: 'color-mix(in srgb, var(--accent) 5%, transparent)' },
  '&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground': {
    background: 'color-mix(in srgb, var(--accent) 24%, transparent)',
  },
  '&.cm-focused .cm-matchingBracket': { backgroundColor: 'var(--accent-wash)', outline: '1px solid var(--accent)' },
  '.cm-pointed': { backgroundColor: 'var(--accent-wash)', boxShadow: '0 0 0 1px var(--accent)', borderRadius: '2px' },

  // Underlines are drawn by the browser, so that they need no picture.
  '.cm-lintRange': { backgroundImage: 'none', paddingBottom: '0', textDecorationLine: 'underline', textDecorationSkipInk: 'none', textUnderlineOffset: '3px' },
  '.cm-lintRange-error': { textDecorationStyle: 'wavy', textDecorationColor: 'var(--error)' },
  '.cm-lintRange-warning': { textDecorationStyle: 'wavy', textDecorationColor: 'var(--warning)' },
  '.cm-lintRange-hint': { textDecorationStyle: 'dotted', textDecorationColor: 'var(--hint)' },
  '.cm-lintRange-active': { backgroundColor: 'var(--error-wash)' },
  '.cm-tooltip': { backgroundColor: 'var(--card)', color: 'var(--ink)', border: '1px solid var(--line)', borderRadius: '7px', boxShadow: '0 4px 16px rgb(0 0 0 / 0.18)' },
  '.cm-tooltip.cm-tooltip-lint': { padding: '2px', maxWidth: 'min(32rem, 88vw)' },
  '.cm-diagnostic': { fontFamily: 'var(--text)', fontSize: '0.9375rem', borderLeftWidth: '3px' },
  '.cm-diagnostic-error': { borderLeftColor: 'var(--error)' },
  '.cm-diagnostic-warning': { borderLeftColor: 'var(--warning)' },
  '.cm-diagnostic-hint': { borderLeftColor: 'var(--hint)' },
  '.cm-diagnosticSource': { fontSize: '0.8125rem', opacity: '1', color: 'var(--soft)', fontFamily: 'var(--mono)' },

  // What is known of a thing, and how a call is written.
  '.cm-known': { fontFamily: 'var(--text)', fontSize: '0.875rem', lineHeight: '1.45', padding: '0.5rem 0.75rem', maxWidth: 'min(34rem, 88vw)', maxHeight: '17rem', overflow: 'auto', overflowWrap: 'anywhere' },
  '.cm-known > * + *': { marginTop: '0.375rem' },
  '.cm-known code': { fontFamily: 'var(--mono)', fontSize: '0.8125rem' },
  '.cm-known .cm-known-usage': { display: 'block', fontWeight: '600', color: 'var(--token-command)' },
  '.cm-known .cm-known-kind, .cm-known .cm-known-foot': { color: 'var(--soft)', fontSize: '0.8125rem' },
  '.cm-known .cm-known-tags': { listStyle: 'none', margin: '0.375rem 0 0', padding: '0' },
  '.cm-known-tags code': { color: 'var(--token-tag)' },
  '.cm-known:focus-visible': { outline: '2px solid var(--accent)', outlineOffset: '-2px' },
  // What is wrong comes before what is known.
  '.cm-tooltip.cm-tooltip-hover': { display: 'flex', flexDirection: 'column' },
  '.cm-tooltip-section.cm-tooltip-lint': { order: '-1' },
  '.cm-tooltip-section:not(:first-child)': { borderTop: 'none' },
  '.cm-tooltip-lint ~ .cm-known, .cm-known:has(~ .cm-tooltip-lint)': { borderTop: '1px solid var(--line)' },
  '.cm-signature': { fontFamily: 'var(--mono)', fontSize: '0.8125rem', padding: '0.125rem 0.5rem', maxWidth: 'min(34rem, 88vw)', color: 'var(--soft)' },
  '.cm-signature strong': { color: 'var(--ink)' },
  '.cm-tooltip.cm-tooltip-autocomplete > ul': { fontFamily: 'var(--mono)', fontSize: '0.875rem', maxWidth: 'min(30rem, 92vw)', minWidth: 'min(14rem, 80vw)', maxHeight: '12em' },
  '.cm-tooltip.cm-tooltip-autocomplete > ul > li': { padding: '0.125rem 0.5rem', lineHeight: '1.5', display: 'flex', gap: '0.75rem', borderRadius: '4px' },
  '.cm-tooltip-autocomplete ul li[aria-selected]': { background: 'var(--accent-wash)', color: 'var(--ink)', boxShadow: 'inset 3px 0 0 var(--accent)' },
  '.cm-completionLabel': { flex: 'none' },
  '.cm-completionMatchedText': { textDecoration: 'none', fontWeight: '700' },
  '.cm-completionDetail': { fontStyle: 'normal', fontSize: '0.8125rem', color: 'var(--soft)', marginLeft: 'auto', overflow: 'hidden', textOverflow: 'ellipsis' },
  '.cm-tooltip.cm-completionInfo': { padding: '0', whiteSpace: 'normal' },
  '.cm-kind-control .cm-completionLabel, .cm-kind-action .cm-completionLabel': { color: 'var(--token-command)' },
  '.cm-kind-test .cm-completionLabel': { color: 'var(--token-test)' },
  '.cm-kind-tag .cm-completionLabel': { color: 'var(--token-tag)' },
  '.cm-kind-extension .cm-completionLabel, .cm-kind-mailbox .cm-completionLabel, .cm-kind-value .cm-completionLabel, .cm-kind-script .cm-completionLabel': { color: 'var(--token-string)' },
  '.cm-snippetField': { backgroundColor: 'color-mix(in srgb, var(--accent) 14%, transparent)', borderRadius: '2px' },

  // The classes are numbered by the WASM.
  '.cm-token-1': { color: 'var(--token-comment)', fontStyle: 'italic' },
  '.cm-token-2': { color: 'var(--token-command)', fontWeight: '600' },
  '.cm-token-3': { color: 'var(--token-test)', fontWeight: '600' },
  '.cm-token-4': { color: 'var(--token-tag)' },
  '.cm-token-5': { color: 'var(--token-number)' },
  '.cm-token-6': { color: 'var(--token-string)' },
  '.cm-token-7': { color: 'var(--soft)' },
  '.cm-token-8': { color: 'var(--error)' },
});
