// <tamis-message>: the message that the script is tried on. Choose a sample, paste, open a file, or drop one.
import { css, html, LitElement } from 'lit';
import { customElement, property, query } from 'lit/decorators.js';
import { LARGEST, type MailMessage, fromBytes, fromText, subjectOf } from '../message';
import { type SampleName, sampleNames } from '../samples';
import type { Strings } from '../text/catalogue';
import { tell } from './events';
import { shared } from './shared';

@customElement('tamis-message')
export class TamisMessage extends LitElement {
  static override styles = [
    shared,
    css`
      select {
        flex: 0 1 13rem;
        min-width: 6rem;
      }
      .source {
        display: block;
        border: none;
        border-top: 1px solid var(--line);
        border-radius: 0;
        background: var(--sunk);
        margin: 0;
        width: 100%;
        padding: 0.75rem 1rem;
        font: 0.875rem/1.5 var(--mono);
        height: 13rem;
        resize: vertical;
        overflow: auto;
        outline-offset: -2px;
      }
      pre.source {
        white-space: pre-wrap;
        overflow-wrap: anywhere;
      }
      .foot {
        padding: 0.375rem 1rem;
        border-top: 1px solid var(--line);
        font-size: 0.8125rem;
        color: var(--soft);
        display: flex;
        flex-wrap: wrap;
        gap: 0 1rem;
      }
      .trouble {
        padding: 0.5rem 1rem;
        background: var(--warning-wash);
        color: var(--warning);
      }
      .over .source {
        outline: 2px dashed var(--accent);
        outline-offset: -6px;
      }
      @media (max-width: 30rem) {
        .source {
          font-size: 1rem;
        }
      }
    `,
  ];

  @property({ attribute: false }) strings!: Strings;
  /** Empty until they are loaded; null if they could not be. */
  @property({ attribute: false }) samples: Map<SampleName, Uint8Array> | null = new Map();
  @property({ state: true }) private chosen: SampleName | 'own' = 'invoice';
  @property({ state: true }) private message: MailMessage = fromBytes(new Uint8Array());
  @property({ state: true }) private trouble: 'tooBig' | 'unreadable' | null = null;
  @property({ state: true }) private over = false;
  @query('textarea') private field!: HTMLTextAreaElement | null;
  @query('input[type=file]') private file!: HTMLInputElement;

  override render() {
    const { strings, message } = this;
    return html`
      <section class="card ${this.over ? 'over' : ''}" aria-labelledby="title">
        <div class="head">
          <h2 id="title">${strings.message}</h2>
          <select aria-label=${strings.sample} .value=${this.chosen} @change=${this.choose}>
            ${[...sampleNames, 'own' as const].map((name) => html`<option value=${name} ?selected=${name === this.chosen}>${strings.samples[name]}</option>`)}
          </select>
          <button class="push" @click=${this.paste}>${strings.paste}</button>
          <button @click=${() => this.file.click()}>${strings.chooseFile}</button>
          <input type="file" accept=".eml,message/rfc822,text/plain" hidden aria-label=${strings.chooseFile} @change=${this.picked} />
        </div>
        ${this.trouble ? html`<p class="trouble" role="alert">${this.trouble === 'tooBig' ? strings.tooBig(LARGEST >> 20) : strings.unreadable}</p>` : ''}
        ${
          message.editable
            ? html`<textarea class="source" aria-label=${strings.source} spellcheck="false" autocapitalize="off" autocomplete="off" .value=${message.text} @input=${this.typed}></textarea>`
            : html`<pre class="source" tabindex="0" role="region" aria-label=${strings.source}>${message.text}</pre>`
        }
        <div class="foot">
          <span>${strings.size(message.bytes.length)}</span>
          <span>${message.editable ? (this.over ? strings.dropHere : strings.dropHint) : strings.notEditable(message.shownLines, message.lines)}</span>
        </div>
      </section>
    `;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    // On the whole window: a file dropped beside the card would otherwise replace the page, and with it the reader's work.
    window.addEventListener('dragover', this.dragged);
    window.addEventListener('dragleave', this.left);
    window.addEventListener('drop', this.dropped);
  }

  override disconnectedCallback(): void {
    window.removeEventListener('dragover', this.dragged);
    window.removeEventListener('dragleave', this.left);
    window.removeEventListener('drop', this.dropped);
    super.disconnectedCallback();
  }

  override willUpdate(changed: Map<PropertyKey, unknown>): void {
    if (changed.has('samples') && this.chosen !== 'own') this.showSample(this.chosen);
  }

  private showSample(name: SampleName): void {
    const bytes = this.samples?.get(name);
    if (bytes) this.take(fromBytes(bytes), name);
    else if (this.samples === null) this.trouble = 'unreadable';
  }

  private take(message: MailMessage, chosen: SampleName | 'own'): void {
    this.message = message;
    this.chosen = chosen;
    this.trouble = null;
    tell(this, 'tamis-message', { bytes: message.bytes });
  }

  private choose(event: Event): void {
    const name = (event.target as HTMLSelectElement).value as SampleName | 'own';
    if (name === 'own') void this.paste();
    else this.showSample(name);
  }

  private typed(): void {
    if (this.field) this.take(fromText(this.field.value, this.message), 'own');
  }

  /** How the message is called. */
  get called(): string {
    const { message, samples } = this.strings;
    return subjectOf(this.message) || (this.chosen === 'own' ? message : samples[this.chosen]);
  }

  /** Shows a message of somebody else's choice. */
  show(bytes: Uint8Array): void {
    this.take(fromBytes(bytes), 'own');
  }

  /** An empty field with the cursor in it: reading the clipboard ourselves would ask for a permission that typing Ctrl+V needs not. */
  private async paste(): Promise<void> {
    this.take(fromBytes(new Uint8Array()), 'own');
    await this.updateComplete;
    this.field?.focus();
  }

  private picked(): void {
    const [file] = this.file.files ?? [];
    if (file) void this.open(file);
    // So that choosing the same file again is a change again.
    this.file.value = '';
  }

  private async open(file: File): Promise<void> {
    if (file.size > LARGEST) {
      this.trouble = 'tooBig';
      return;
    }
    try {
      this.take(fromBytes(new Uint8Array(await file.arrayBuffer())), 'own');
    } catch {
      this.trouble = 'unreadable';
    }
  }

  private readonly dragged = (event: DragEvent): void => {
    if (!event.dataTransfer?.types.includes('Files')) return;
    event.preventDefault();
    this.over = true;
  };

  private readonly left = (event: DragEvent): void => {
    if (event.relatedTarget === null) this.over = false;
  };

  private readonly dropped = (event: DragEvent): void => {
    this.over = false;
    const files = [...(event.dataTransfer?.files ?? [])];
    const [file] = files;
    if (!file) return;
    event.preventDefault();
    // Files of saved tests are for another card.
    if (files.some(({ name }) => name.endsWith('.toml'))) {
      tell(this, 'tamis-test', { kind: 'import', files });
      return;
    }
    void this.open(file);
  };
}
