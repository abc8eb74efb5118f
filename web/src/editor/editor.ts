// The CodeMirror editor: only this folder knows CodeMirror. It is loaded after the page, being the larger part of it.
import { defaultKeymap, history, historyKeymap } from '@codemirror/commands';
import { bracketMatching, indentUnit } from '@codemirror/language';
import { lintGutter, lintKeymap, setDiagnostics, type Diagnostic as Mark } from '@codemirror/lint';
import { Compartment, EditorState, type Extension, RangeSetBuilder, StateEffect, StateField } from '@codemirror/state';
import { Decoration, type DecorationSet, drawSelection, EditorView, highlightActiveLine, keymap, lineNumbers } from '@codemirror/view';
import type { Span } from '../elements/events';
import { proseNode } from '../elements/prose';
import type { Ask } from '../engine/client';
import type { Diagnostic, Edit } from '../engine/wire';
import type { Strings } from '../text/catalogue';
import { assist } from './assist';
import { theme } from './theme';

export interface EditorOptions {
  parent: HTMLElement;
  root: ShadowRoot;
  text: string;
  strings: Strings;
  /** The id of the element that tells how to leave the editor. */
  describedBy: string;
  /** Who answers what is asked at a place. */
  ask: Ask;
  changed(text: string): void;
}

const setTokens = StateEffect.define<Uint32Array>();
const setPointed = StateEffect.define<Span | null>();

/** Colours, from triples of start, end and class; they move with the text until the next ones come. */
const tokenField = StateField.define<DecorationSet>({
  create: () => Decoration.none,
  update(marks, transaction) {
    const effect = transaction.effects.find((effect) => effect.is(setTokens));
    return effect ? tokenMarks(effect.value, transaction.state.doc.length) : marks.map(transaction.changes);
  },
  provide: (field) => EditorView.decorations.from(field),
});

/** The place that a step of the trace is about. */
const pointedField = StateField.define<DecorationSet>({
  create: () => Decoration.none,
  update(marks, transaction) {
    for (const effect of transaction.effects) {
      if (effect.is(setPointed)) {
        const span = effect.value && clip(effect.value, transaction.state.doc.length);
        return span && span.start < span.end ? Decoration.set(Decoration.mark({ class: 'cm-pointed' }).range(span.start, span.end)) : Decoration.none;
      }
    }
    return marks.map(transaction.changes);
  },
  provide: (field) => EditorView.decorations.from(field),
});

export class Editor {
  private readonly words = new Compartment();
  private readonly view: EditorView;
  private readonly describedBy: string;
  private strings: Strings;

  constructor(options: EditorOptions) {
    this.describedBy = options.describedBy;
    this.strings = options.strings;
    const extensions: Extension[] = [
      lineNumbers(),
      lintGutter(),
      history(),
      drawSelection(),
      bracketMatching(),
      highlightActiveLine(),
      indentUnit.of('    '),
      assist(options.ask, () => this.strings),
      // Tab is left alone, so that the keyboard can leave.
      keymap.of([...defaultKeymap, ...historyKeymap, ...lintKeymap.filter((binding) => binding.key === 'F8')]),
      EditorView.lineWrapping,
      tokenField,
      pointedField,
      this.words.of(this.wordsOf(options.strings)),
      theme,
      EditorView.domEventHandlers({ beforeinput: replaceSelection }),
      EditorView.updateListener.of((update) => {
        if (update.docChanged) options.changed(update.state.doc.toString());
      }),
    ];
    this.view = new EditorView({ parent: options.parent, root: options.root, state: EditorState.create({ doc: options.text, extensions }) });
  }

  setStrings(strings: Strings): void {
    this.strings = strings;
    this.view.dispatch({ effects: this.words.reconfigure(this.wordsOf(strings)) });
  }

  setDiagnostics(diagnostics: readonly Diagnostic[]): void {
    const length = this.view.state.doc.length;
    const marks = diagnostics.map((diagnostic): Mark => {
      const { start, end } = clip({ start: diagnostic.start.offset, end: diagnostic.end.offset }, length);
      return { from: start, to: end, severity: diagnostic.severity, message: diagnostic.message, source: diagnostic.code, renderMessage: () => proseNode(diagnostic.message) };
    });
    this.view.dispatch(setDiagnostics(this.view.state, marks));
  }

  setTokens(tokens: Uint32Array): void {
    this.view.dispatch({ effects: setTokens.of(tokens) });
  }

  point(span: Span | null): void {
    this.view.dispatch({ effects: setPointed.of(span) });
  }

  /** Selects a place, shows it, and takes the focus. */
  go(span: Span): void {
    const { start, end } = clip(span, this.view.state.doc.length);
    this.view.dispatch({ selection: { anchor: start, head: end }, effects: EditorView.scrollIntoView(start, { y: 'center' }) });
    this.view.focus();
  }

  /** Changes the text as one step of undo. */
  edit(edits: readonly Edit[]): void {
    const length = this.view.state.doc.length;
    if (edits.some((edit) => edit.start > edit.end || edit.end > length)) return;
    this.view.dispatch({ changes: edits.map(({ start, end, text }) => ({ from: start, to: end, insert: text })), userEvent: 'input.fix' });
    this.view.focus();
  }

  focus(): void {
    this.view.focus();
  }

  private wordsOf(strings: Strings): Extension {
    return [
      EditorState.phrases.of(strings.editorPhrases),
      EditorView.contentAttributes.of({ 'aria-label': strings.script, 'aria-describedby': this.describedBy, autocapitalize: 'off', spellcheck: 'false', tabindex: '0' }),
    ];
  }
}

/**
 * Typing over a selection. Chrome would keep the look of what was there in a style attribute, which the page's policy refuses;
 * so the editor makes this change itself, before the browser does.
 */
function replaceSelection(event: InputEvent, view: EditorView): boolean {
  if (event.inputType !== 'insertText' || event.data === null || view.composing) return false;
  // The browser's own selection: the editor's may lag behind it. Only Chrome tells it within a shadow tree, and only Chrome needs this.
  const selection = (view.root as Partial<Document>).getSelection?.();
  if (!selection?.anchorNode || !selection.focusNode || selection.isCollapsed) return false;
  const ends = [view.posAtDOM(selection.anchorNode, selection.anchorOffset), view.posAtDOM(selection.focusNode, selection.focusOffset)];
  const [from, to] = [Math.min(...ends), Math.max(...ends)];
  view.dispatch({ changes: { from, to, insert: event.data }, selection: { anchor: from + event.data.length }, userEvent: 'input.type', scrollIntoView: true });
  return true;
}

function tokenMarks(tokens: Uint32Array, length: number): DecorationSet {
  const builder = new RangeSetBuilder<Decoration>();
  for (let at = 0; at + 2 < tokens.length; at += 3) {
    const [start = 0, end = 0, kind = 0] = tokens.subarray(at, at + 3);
    if (end > length) break;
    if (start < end) builder.add(start, end, tokenMark(kind));
  }
  return builder.finish();
}

const knownMarks: Decoration[] = [];

function tokenMark(kind: number): Decoration {
  return (knownMarks[kind] ??= Decoration.mark({ class: `cm-token-${kind}` }));
}

/** A place within the text: an answer may be about a text that was longer. */
function clip(span: Span, length: number): Span {
  const start = Math.min(span.start, length);
  return { start, end: Math.max(start, Math.min(span.end, length)) };
}
