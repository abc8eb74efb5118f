// What the editor offers at a place: completion, what is known of a thing, and how a call is written. All of it is told by the WASM;
// here is only how it is shown.
import { autocompletion, type Completion, type CompletionContext, type CompletionResult, snippet } from '@codemirror/autocomplete';
import { type Extension, StateEffect, StateField, type Transaction, type TransactionSpec } from '@codemirror/state';
import { closeHoverTooltips, EditorView, hasHoverTooltips, hoverTooltip, keymap, type Rect, showTooltip, type Tooltip, ViewPlugin, type ViewUpdate } from '@codemirror/view';
import { proseNode } from '../elements/prose';
import type { Ask } from '../engine/client';
import type { Completion as Offered, Hover, Span } from '../engine/wire';
import type { Strings } from '../text/catalogue';

/** What is typed when completion opens by itself: a part of a word, or what words begin with. */
const OPENS = /[\p{L}\p{N}_:"{-]/u;

/** Milliseconds without typing after which a call's signature is asked for: completion waits as long. */
const PAUSE = 100;

export function assist(ask: Ask, strings: () => Strings): Extension {
  return [
    autocompletion({ override: [completion(ask, strings)], icons: false, positionInfo, optionClass: ({ type }) => `cm-kind-${type ?? ''}` }),
    hoverTooltip((view, pos, side) => hovered(ask, strings, view, pos, side)),
    explained,
    signatureField,
    signatures(ask),
    keymap.of([
      { key: 'F1', run: (view) => explain(ask, strings, view), preventDefault: true },
      { key: 'Escape', run: close },
    ]),
  ];
}

function completion(ask: Ask, strings: () => Strings) {
  return async ({ state, pos, explicit }: CompletionContext): Promise<CompletionResult | null> => {
    const typed = state.sliceDoc(pos - 1, pos);
    if (!explicit && !OPENS.test(typed)) return null;
    const answer = await ask('complete', state.doc.toString(), pos);
    const offered = answer?.completions.filter((one) => explicit || one.start < pos || isWithinString(one)) ?? [];
    const [first] = offered;
    if (!first) return null;
    return { from: first.start, options: offered.map((one, at) => option(one, at, pos, strings)) };
  };
}

/** What continues a string that was just begun, rather than what could stand behind one: that is offered only when it is asked for. */
function isWithinString({ kind, insert }: Offered): boolean {
  return !['control', 'action', 'test', 'tag'].includes(kind) && !/^[\s,]*"/.test(insert);
}

function option(one: Offered, at: number, pos: number, strings: () => Strings): Completion {
  return {
    label: one.label,
    type: one.kind,
    // The best come first where what was typed fits several as well.
    sortText: String(at).padStart(4, '0'),
    // How a command is written begins with its name, which stands there already.
    detail: one.detail.startsWith(one.label) ? one.detail.slice(one.label.length).trim() : one.detail,
    ...((one.doc !== '' || one.requires !== '' || one.detail !== '') && { info: () => completionInfo(one, strings()) }),
    apply: (view, picked, _from, to) => apply(view, picked, one, to - pos),
  };
}

function completionInfo(one: Offered, strings: Strings): Node {
  const node = element('div', 'cm-known');
  if (one.detail !== '') node.append(element('code', 'cm-known-usage', one.detail));
  if (one.doc !== '') node.append(paragraph(one.doc));
  if (one.requires !== '') node.append(paragraph(strings.known.adds(one.requires), 'cm-known-foot'));
  return node;
}

/** Beside the list, or where there is no room at the far end of it: never on the list, nor between it and the cursor. */
function positionInfo(view: EditorView, list: Rect, option: Rect, info: Rect, space: Rect): { style: string; class: string } {
  const [width, height] = [info.right - info.left, info.bottom - info.top];
  const top = Math.max(space.top, Math.min(option.top, space.bottom - height)) - list.top;
  if (width <= space.right - list.right) return { style: `top: ${top}px`, class: 'cm-completionInfo-right' };
  if (width <= list.left - space.left) return { style: `top: ${top}px`, class: 'cm-completionInfo-left' };
  const left = Math.max(space.left, Math.min(list.left, space.right - width)) - list.left;
  const cursor = view.coordsAtPos(view.state.selection.main.head);
  const side = cursor && list.top < cursor.top ? 'bottom' : 'top';
  return { style: `${side}: ${list.bottom - list.top}px; left: ${left}px`, class: 'cm-completionInfo-end' };
}

/** Writes a completion, and what else changes with it, in one transaction. */
function apply(view: EditorView, picked: Completion, one: Offered, grown: number): void {
  const { state } = view;
  const edits = state.changes(one.edits.map(({ start, end, text }) => ({ from: start, to: end, insert: text })));
  // The fields of a snippet are places in the text as the other edits leave it.
  const between = state.update({ changes: edits }).state;
  const from = edits.mapPos(one.start, 1);
  const to = edits.mapPos(Math.min(one.end + grown, state.doc.length), -1);
  let written: Transaction | undefined;
  snippet(template(one.insert, one.placeholders))({ state: between, dispatch: (transaction) => (written = transaction) }, picked, from, to);
  if (!written) return;
  const spec: TransactionSpec = { changes: edits.compose(written.changes), effects: written.effects, scrollIntoView: true, userEvent: 'input.complete' };
  view.dispatch(written.selection ? { ...spec, selection: written.selection } : spec);
}

/** A text with its parts to be filled in, as CodeMirror writes one. */
export function template(text: string, placeholders: readonly Span[]): string {
  const plain = (part: string): string => part.replace(/[{}]/g, '\\$&');
  let [out, at] = ['', 0];
  placeholders.forEach(({ start, end }, index) => {
    const part = text.slice(start, end);
    // A field's text cannot have braces: such a part is written as it is.
    out += plain(text.slice(at, start)) + (/[{}]/.test(part) ? plain(part) : `\${${index + 1}:${part}}`);
    at = end;
  });
  return out + plain(text.slice(at));
}

async function hovered(ask: Ask, strings: () => Strings, view: EditorView, pos: number, side: -1 | 1): Promise<Tooltip | null> {
  const answer = await ask('hover', view.state.doc.toString(), pos);
  const hover = answer?.hover;
  if (!hover) return null;
  const [start, end] = [hover.start.offset, hover.end.offset];
  // The pointer is beside the thing.
  if ((pos <= start && side < 0) || (pos >= end && side > 0)) return null;
  return { pos: start, end, above: false, create: () => ({ dom: hoverNode(hover, strings(), view) }) };
}

const setExplained = StateEffect.define<Tooltip | null>();

/** What the keyboard asked for: it stays until the text or the cursor changes. */
const explained = tooltipField(setExplained, (transaction) => transaction.docChanged || transaction.selection !== undefined);

/** Shows what is known of the thing at the cursor; a second time, takes the keyboard there, so that it can scroll. */
function explain(ask: Ask, strings: () => Strings, view: EditorView): boolean {
  if (view.state.field(explained)) {
    view.dom.querySelector<HTMLElement>('.cm-explained')?.focus();
    return true;
  }
  const { doc, selection } = view.state;
  const { head } = selection.main;
  void ask('hover', doc.toString(), head).then((answer) => {
    if (!view.state.doc.eq(doc) || view.state.selection.main.head !== head) return;
    const hover = answer?.hover;
    if (!hover) {
      view.dispatch({ effects: EditorView.announce.of(strings().known.nothing) });
      return;
    }
    const create = () => {
      const dom = hoverNode(hover, strings(), view);
      dom.classList.add('cm-explained');
      return { dom };
    };
    const tooltip: Tooltip = { pos: hover.start.offset, end: hover.end.offset, above: false, create };
    view.dispatch({ effects: [setExplained.of(tooltip), closeHoverTooltips, EditorView.announce.of(spoken(hover))] });
  });
  return true;
}

/** Closes what is open; false if nothing is, so that other uses of the key have their turn. */
function close(view: EditorView): boolean {
  const { state } = view;
  if (!state.field(explained) && !state.field(signatureField) && !hasHoverTooltips(state)) return false;
  view.dispatch({ effects: [setExplained.of(null), setSignature.of(null), closeHoverTooltips] });
  return true;
}

function spoken({ title, kind, doc, notes }: Hover): string {
  return [title, kind, doc, ...notes].filter((part) => part !== '').join('. ');
}

function hoverNode(hover: Hover, strings: Strings, view: EditorView): HTMLElement {
  const node = element('div', 'cm-known');
  // What may scroll must be within the keyboard's reach, and the keyboard must come back.
  node.setAttribute('role', 'region');
  node.setAttribute('aria-label', hover.title);
  node.tabIndex = 0;
  node.addEventListener('keydown', (event) => {
    if (event.key !== 'Escape') return;
    event.stopPropagation();
    close(view);
    view.focus();
  });
  node.append(element('code', 'cm-known-usage', hover.usage || hover.title));
  const kind = element('p', 'cm-known-kind', hover.kind);
  if (hover.extension !== '') kind.append(' · ', proseNode(strings.known.extension(hover.extension)));
  node.append(kind);
  [hover.doc, ...hover.notes].filter((part) => part !== '').forEach((part) => node.append(paragraph(part)));
  if (hover.tags.length > 0) {
    const list = element('ul', 'cm-known-tags');
    for (const { usage, doc } of hover.tags) {
      const item = element('li', '');
      item.append(element('code', '', usage), ' ', proseNode(doc));
      list.append(item);
    }
    node.append(list);
  }
  for (const support of ['yes', 'global', 'option', 'no'] as const) {
    const names = Object.entries(hover.servers).filter(([, one]) => one === support).map(([name]) => name);
    if (names.length > 0) node.append(element('p', 'cm-known-foot', `${strings.known.servers[support]}${strings.colon}${names.join(', ')}`));
  }
  if (hover.source !== '') node.append(element('p', 'cm-known-foot', hover.source));
  return node;
}

const setSignature = StateEffect.define<Tooltip | null>();
const signatureField = tooltipField(setSignature, () => false);

/** Shows how a call is written while one types in it, and hides it when the cursor leaves. */
function signatures(ask: Ask): Extension {
  return ViewPlugin.define((view) => {
    const show = (tooltip: Tooltip | null): void => {
      if (tooltip || view.state.field(signatureField)) view.dispatch({ effects: setSignature.of(tooltip) });
    };
    let ended = false;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const look = (): void => {
      const { doc, selection } = view.state;
      const { head } = selection.main;
      void ask('signature', doc.toString(), head).then((answer) => {
        if (ended || !view.state.doc.eq(doc) || view.state.selection.main.head !== head) return;
        const told = answer?.signature;
        const active = told?.active ?? null;
        // One that has no argument for the cursor would only cover the text.
        const shown = told && active !== null && view.hasFocus;
        show(shown ? { pos: head, above: true, create: () => ({ dom: signatureNode(told.label, told.parameters[active]) }) } : null);
      });
    };
    return {
      update(update: ViewUpdate) {
        const typed = update.docChanged && update.transactions.some((one) => one.isUserEvent('input') || one.isUserEvent('delete'));
        const open = update.state.field(signatureField) !== null;
        if (open && update.focusChanged && !view.hasFocus) queueMicrotask(() => ended || show(null));
        if (!typed && !(open && (update.selectionSet || update.docChanged))) return;
        clearTimeout(timer);
        timer = setTimeout(look, PAUSE);
      },
      destroy() {
        ended = true;
        clearTimeout(timer);
      },
    };
  });
}

function signatureNode(label: string, active: Span | undefined): HTMLElement {
  const node = element('div', 'cm-signature');
  const { start, end } = active ?? { start: 0, end: 0 };
  node.append(label.slice(0, start), element('strong', '', label.slice(start, end)), label.slice(end));
  return node;
}

function tooltipField(set: ReturnType<typeof StateEffect.define<Tooltip | null>>, hides: (transaction: Transaction) => boolean): StateField<Tooltip | null> {
  return StateField.define<Tooltip | null>({
    create: () => null,
    update(tooltip, transaction) {
      for (const effect of transaction.effects) if (effect.is(set)) return effect.value;
      if (!tooltip || hides(transaction)) return null;
      return transaction.docChanged ? { ...tooltip, pos: transaction.changes.mapPos(tooltip.pos) } : tooltip;
    },
    provide: (field) => showTooltip.from(field),
  });
}

function element(tag: string, className: string, text = ''): HTMLElement {
  const node = document.createElement(tag);
  if (className !== '') node.className = className;
  node.textContent = text;
  return node;
}

function paragraph(text: string, className = ''): HTMLElement {
  const node = element('p', className);
  node.append(proseNode(text));
  return node;
}
