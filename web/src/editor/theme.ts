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
