// <tamis-editor>: the script, with its marks.
import { css, html, LitElement, nothing, type PropertyValues } from 'lit';
import { customElement, property, query } from 'lit/decorators.js';
import type { Editor } from '../editor/editor';
import type { Ask } from '../engine/client';
import type { Diagnostic, Edit } from '../engine/wire';
import type { Strings } from '../text/catalogue';
import { type Span, tell } from './events';
import { shared } from './shared';

@customElement('tamis-editor')
export class TamisEditor extends LitElement {
  static override styles = [
    shared,
    css`
      :host {
        border-block: 1px solid var(--line);
      }
      #editor {
        min-height: 10rem;
        height: var(--editor-height, clamp(20rem, calc(100vh - 27rem), 48rem));
        resize: vertical;
        overflow: hidden;
      }
      #editor:focus-within {
        outline: 2px solid var(--accent);
      }
      textarea {
        display: block;
        height: 100%;
        border: none;
        padding: 0.75rem 1rem 0.75rem 4.1rem;
        font: 0.9375rem/1.6 var(--mono);
        resize: none;
      }
      #hint {
        padding: 0.375rem 1rem;
        font-size: 0.8125rem;
        color: var(--soft);
        border-top: 1px solid var(--line);
      }
    `,
  ];

  /** The text to begin with; from then on the editor holds it and tells of changes. */
  @property({ attribute: false }) text = '';
  @property({ attribute: false }) strings!: Strings;
  /** Who answers what is asked at a place of the script. */
  @property({ attribute: false }) ask: Ask = () => Promise.resolve(null);
  @property({ attribute: false }) diagnostics: readonly Diagnostic[] = [];
  @property({ attribute: false }) tokens: Uint32Array = new Uint32Array();
  @property({ attribute: false }) pointed: Span | null = null;
  @property({ state: true }) private loaded = false;
  @query('#editor') private place!: HTMLElement;
  private editor: Editor | undefined;

  override render() {
    return html`
      <div id="editor">${this.loaded ? nothing : this.plain()}</div>
      <div id="hint">${this.strings.scriptHint}</div>
    `;
  }

  /** Until the editor is loaded, and if it never is. */
  private plain() {
    return html`<textarea aria-label=${this.strings.script} aria-describedby="hint" spellcheck="false" autocapitalize="off"
      .value=${this.text} @input=${(event: Event) => this.typed((event.target as HTMLTextAreaElement).value)}></textarea>`;
  }

  private typed(text: string): void {
    this.text = text;
    tell(this, 'tamis-script', text);
  }

  protected override firstUpdated(): void {
    import('../editor/editor').then(
      ({ Editor }) => this.open(Editor),
      () => undefined,
    );
  }

  private async open(Editor: typeof import('../editor/editor').Editor): Promise<void> {
    const focused = this.shadowRoot!.activeElement !== null;
    this.loaded = true;
    await this.updateComplete;
    this.editor = new Editor({
      parent: this.place,
      root: this.shadowRoot!,
      text: this.text,
      strings: this.strings,
      describedBy: 'hint',
      ask: (what, script, offset) => this.ask(what, script, offset),
      changed: (text) => tell(this, 'tamis-script', text),
    });
    this.editor.setTokens(this.tokens);
    this.editor.setDiagnostics(this.diagnostics);
    if (focused) this.editor.focus();
  }

  override updated(changed: PropertyValues<this>): void {
    if (changed.has('strings')) this.editor?.setStrings(this.strings);
    if (changed.has('tokens')) this.editor?.setTokens(this.tokens);
    if (changed.has('diagnostics')) this.editor?.setDiagnostics(this.diagnostics);
    if (changed.has('pointed')) this.editor?.point(this.pointed);
  }

  go(span: Span): void {
    this.editor?.go(span);
  }

  edit(edits: readonly Edit[]): void {
    this.editor?.edit(edits);
  }
}
