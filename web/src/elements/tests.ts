// <tamis-tests>: the saved tests, each with what came of it. What was expected and what came is told in the WASM's words.
import { css, html, LitElement, nothing, type PropertyValues } from 'lit';
import { customElement, property, query } from 'lit/decorators.js';
import type { Language, SavedTest, TestReason, TestResult } from '../engine/wire';
import type { Strings } from '../text/catalogue';
import { tell } from './events';
import { prose } from './prose';
import { shared } from './shared';

/** Milliseconds without a change before a screen reader hears the figures. */
const PAUSE = 900;

@customElement('tamis-tests')
export class TamisTests extends LitElement {
  static override styles = [
    shared,
    css`
      .count {
        font-size: 0.9375rem;
        font-weight: 600;
      }
      .good {
        color: var(--accent);
      }
      .bad {
        color: var(--error);
      }
      .body {
        padding: 0 1rem 1rem;
      }
      .actions {
        display: flex;
        flex-wrap: wrap;
        gap: 0.5rem;
        padding: 0 1rem 0.75rem;
      }
      .actions button,
      .row button {
        min-height: 2rem;
        font-size: 0.875rem;
      }
      li.test {
        padding: 0.5rem 0;
        border-top: 1px solid var(--line);
      }
      .row {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 0.25rem 0.5rem;
      }
      .name {
        flex: 1 1 10rem;
        min-width: 0;
        display: flex;
        gap: 0.5rem;
        font-weight: 550;
        overflow-wrap: anywhere;
      }
      .name input {
        font-weight: 400;
      }
      @media (max-width: 30rem) {
        .name {
          flex-basis: 100%;
        }
      }
      .old .name {
        color: var(--soft);
      }
      .differences {
        margin: 0.25rem 0 0 1.5rem;
        overflow-wrap: anywhere;
      }
      .why {
        margin: 0 0 0 1.5rem;
        font-size: 0.875rem;
      }
      .why button {
        display: flex;
        gap: 0.5rem;
        width: 100%;
        border: none;
        background: none;
        text-align: left;
        min-height: 1.75rem;
        padding: 0.125rem 0.25rem;
        border-radius: 5px;
        outline-offset: -2px;
        overflow-wrap: anywhere;
      }
      .why button:hover {
        background: var(--sunk);
        color: inherit;
      }
      .line {
        flex: 0 0 1.75rem;
        text-align: right;
        font: 0.8125rem var(--mono);
        color: var(--soft);
      }
      .note {
        margin-bottom: 0.5rem;
        padding: 0.5rem 0.75rem;
        border-radius: 7px;
        background: var(--warning-wash);
        color: var(--warning);
        display: flex;
        flex-wrap: wrap;
        gap: 0.5rem;
        align-items: center;
        overflow-wrap: anywhere;
      }
      .note button {
        min-height: 2rem;
      }
    `,
  ];

  @property({ attribute: false }) strings!: Strings;
  @property({ attribute: false }) language!: Language;
  @property({ attribute: false }) tests: readonly SavedTest[] = [];
  /** What came of each; null while that is not known. */
  @property({ attribute: false }) results: readonly (TestResult | null)[] = [];
  /** True while the results are those of an earlier script. */
  @property({ attribute: false }) stale = false;
  /** False while there is no result to save. */
  @property({ attribute: false }) ready = false;
  /** What is to be told, and what can be done about it. */
  @property({ attribute: false }) note: { text: string; action?: { label: string; run: () => void } } | null = null;
  @property({ state: true }) private renaming: number | null = null;
  @property({ state: true }) private spoken = '';
  @query('#file') private file!: HTMLInputElement;
  private timer: ReturnType<typeof setTimeout> | undefined;

  override render() {
    const { strings, tests, note } = this;
    return html`
      <section class="card" aria-labelledby="title">
        <div class="head">
          <h2 id="title">${strings.tests}</h2>
          ${this.count()}
        </div>
        <div class="actions">
          <button ?disabled=${!this.ready} @click=${() => tell(this, 'tamis-test', { kind: 'save' })}>${strings.saveTest}</button>
          ${tests.length ? html`<button @click=${() => tell(this, 'tamis-test', { kind: 'rerun' })}>${strings.rerun}</button>` : nothing}
          <button @click=${() => this.file.click()}>${strings.importTests}</button>
          ${tests.length ? html`<button @click=${() => tell(this, 'tamis-test', { kind: 'export' })}>${strings.exportTests}</button>` : nothing}
          <input id="file" type="file" accept=".toml,.eml,.sieve,.json" multiple hidden aria-label=${strings.importTests} @change=${this.picked} />
        </div>
        <div class="body ${this.stale ? 'old' : ''}">
          ${note ? html`<p class="note" role="alert">${prose(note.text)}${note.action ? html`<button @click=${note.action.run}>${note.action.label}</button>` : nothing}</p>` : nothing}
          ${tests.length ? html`<ul>${tests.map((test, at) => this.test(test, at))}</ul>` : html`<p class="soft small">${strings.noTests}</p>`}
        </div>
        <p class="unseen" role="status" aria-live="polite">${this.spoken}</p>
      </section>
    `;
  }

  override updated(changed: PropertyValues<this>): void {
    if (this.renaming !== null && changed.has('renaming' as keyof TamisTests)) {
      const field = this.renderRoot.querySelector<HTMLInputElement>('.name input');
      field?.focus();
      field?.select();
    }
    if (!changed.has('results') && !changed.has('strings')) return;
    clearTimeout(this.timer);
    const { good, bad } = this.figures();
    const said = good + bad ? this.strings.testFigures(good, bad) : '';
    this.timer = setTimeout(() => (this.spoken = said), PAUSE);
  }

  private figures(): { good: number; bad: number } {
    const known = this.results.filter((result) => result !== null);
    const good = known.filter((result) => result.passed).length;
    return { good, bad: known.length - good };
  }

  private count() {
    const { good, bad } = this.figures();
    if (good + bad === 0) return nothing;
    // The figures are told to a screen reader in words, when they have settled.
    return html`<span class="count" aria-hidden="true"><span class="good">✔ ${good}</span>${bad ? html` <span class="bad">✖ ${bad}</span>` : nothing}</span>`;
  }

  private test(test: SavedTest, at: number) {
    const { strings } = this;
    const result = this.results[at] ?? null;
    const [mark, word, look] = result === null ? ['…', strings.running, 'soft'] : result.passed ? ['✔', strings.passed, 'good'] : ['✖', strings.failed, 'bad'];
    const several = (result?.steps.length ?? 0) > 1;
    const act = (kind: 'open' | 'delete' | 'accept') => () => tell(this, 'tamis-test', { kind, at });
    const label = (action: string): string => `${action}${strings.colon}${test.name}`;
    return html`
      <li class="test">
        <div class="row">
          <span class="name"><span class=${look} aria-hidden="true">${mark}</span><span class="unseen">${word}</span>${
            this.renaming === at
              ? html`<input type="text" aria-label=${strings.testName} .value=${test.name} @keydown=${(event: KeyboardEvent) => this.key(event, at)} @blur=${(event: Event) => this.rename(event.target as HTMLInputElement, at)} />`
              : html`<span>${test.name}</span>`
          }</span>
          ${result && !result.passed && result.steps.length ? html`<button aria-label=${label(strings.acceptTest)} @click=${act('accept')}>${strings.acceptTest}</button>` : nothing}
          <button aria-label=${label(strings.openTest)} @click=${act('open')}>${strings.openTest}</button>
          <button class="rename" aria-label=${label(strings.renameTest)} @click=${() => (this.renaming = at)}>${strings.renameTest}</button>
          <button aria-label=${label(strings.deleteTest)} @click=${act('delete')}>${strings.deleteTest}</button>
        </div>
        ${result?.error ? html`<p class="differences bad">${prose(result.error)}</p>` : nothing}
        ${result?.steps.map((step, number) => step.differences.length
          ? html`
            <ul class="differences">${step.differences.map(({ sentence }) => html`<li>${several ? strings.messageNumber(number + 1) : nothing}${prose(sentence)}</li>`)}</ul>
            <ol class="why" aria-label=${strings.why}>${step.why.map((reason) => this.reason(reason))}</ol>`
          : nothing)}
      </li>
    `;
  }

  private reason(reason: TestReason) {
    const { strings } = this;
    const mark = reason.result === null ? '' : reason.result ? ` ✓ ${strings.yes}` : ` ✗ ${strings.no}`;
    const span = { start: reason.start.offset, end: reason.end.offset };
    return html`<li><button @click=${() => tell(this, 'tamis-go', span)} @mouseenter=${() => tell(this, 'tamis-point', span)} @mouseleave=${() => tell(this, 'tamis-point', null)} @focus=${() => tell(this, 'tamis-point', span)} @blur=${() => tell(this, 'tamis-point', null)}><span class="line" aria-hidden="true">${reason.start.line}</span><span>${prose(reason.text)}<span class="soft">${mark}</span></span></button></li>`;
  }

  private key(event: KeyboardEvent, at: number): void {
    if (event.key !== 'Enter' && event.key !== 'Escape') return;
    // The key is not for the button that the cursor goes back to.
    event.preventDefault();
    if (event.key === 'Enter') this.rename(event.target as HTMLInputElement, at);
    this.renaming = null;
    void this.comeBack(at);
  }

  private rename(field: HTMLInputElement, at: number): void {
    if (this.renaming !== at) return;
    this.renaming = null;
    const name = field.value.trim();
    if (name && name !== this.tests[at]?.name) tell(this, 'tamis-test', { kind: 'rename', at, name });
  }

  /** The cursor goes back to where it came from. */
  private async comeBack(at: number): Promise<void> {
    await this.updateComplete;
    this.renderRoot.querySelectorAll('li.test')[at]?.querySelector<HTMLButtonElement>('.rename')?.focus();
  }

  private picked(): void {
    const files = [...(this.file.files ?? [])];
    if (files.length) tell(this, 'tamis-test', { kind: 'import', files });
    this.file.value = '';
  }
}
