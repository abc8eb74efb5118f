// Sentences from the WASM: script text stands between backticks in them, and is shown as script text.
import { html, type TemplateResult } from 'lit';

/** A sentence cut into words and script text, in turns: what stands at odd places is script text. A lone backtick is a word. */
export function pieces(sentence: string): string[] {
  const parts = sentence.split('`');
  return parts.length % 2 === 1 ? parts : [...parts.slice(0, -2), parts.slice(-2).join('`')];
}

export function prose(sentence: string): (string | TemplateResult)[] {
  return pieces(sentence).map((piece, at) => (at % 2 === 1 ? html`<code>${piece}</code>` : piece));
}

/** The same as DOM nodes, for the editor. */
export function proseNode(sentence: string): Node {
  const node = document.createElement('span');
  pieces(sentence).forEach((piece, at) => {
    const part = document.createElement(at % 2 === 1 ? 'code' : 'span');
    part.textContent = piece;
    node.append(part);
  });
  return node;
}
