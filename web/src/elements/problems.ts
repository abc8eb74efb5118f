// <tamis-problems>: the list of problems under the editor. CodeMirror's own panel is not used: it nests buttons in options,
// which screen readers cannot reach.
import { css, html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { Diagnostic, Fix } from '../engine/wire';
import type { Strings } from '../text/catalogue';
import { tell } from './events';
import { prose } from './prose';
import { shared } from './shared';

@customElement('tamis-problems')
export class TamisProblems extends LitElement {
  static override styles = [
    shared,
    css`
      section {
        padding: 0.75rem 1rem 1rem;
      }
      .head {
        padding: 0;
      }
      ul {
        margin-top: 0.5rem;
        display: grid;
        gap: 0.375rem;
        max-height: 22rem;
        overflow: auto;
      }
      li {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 0.375rem;
        border-left: 3px solid var(--tone);
        background: var(--wash);
        border-radius: 4px 7px 7px 4px;
        padding-right: 0.5rem;
      }
      .error {
        --tone: var(--error);
        --wash: var(--error-wash);
      }
      .warning {
        --tone: var(--warning);
        --wash: var(--warning-wash);
      }
      .hint {
        --tone: var(--hint);
        --wash: var(--hint-wash);
      }
      .go {
        flex: 1 1 16rem;
        text-align: left;
        border: none;
        background: none;
        padding: 0.5rem 0.625rem;
        color: var(--ink);
        outline-offset: -2px;
      }
      .go:hover .message {
        text-decoration: underline;
      }
      .word {
        font-weight: 650;
        color: var(--tone);
      }
      .where {
        display: block;
        font-size: 0.8125rem;
        color: var(--soft);
      }
      .fix {
        font-size: 0.875rem;
        min-height: 2rem;
        margin: 0.25rem 0 0.25rem 0.5rem;
      }
    `,
  ];

  @property({ attribute: false }) strings!: Strings;
  @property({ attribute: false }) diagnostics: readonly Diagnostic[] = [];

  override render() {
    const { strings, diagnostics } = this;
    return html`
      <section aria-labelledby="title">
        <div class="head">
          <h2 id="title">${strings.problems}</h2>
          <span class="soft small" id="count">${diagnostics.length ? strings.problemCount(diagnostics.length) : strings.noProblem}</span>
        </div>
        ${diagnostics.length ? html`<ul>${diagnostics.map((diagnostic) => this.problem(diagnostic))}</ul>` : nothing}
      </section>
    `;
  }

  private problem(diagnostic: Diagnostic) {
    const { strings } = this;
    const span = { start: diagnostic.start.offset, end: diagnostic.end.offset };
    const point = (): void => tell(this, 'tamis-point', span);
    const leave = (): void => tell(this, 'tamis-point', null);
    return html`
      <li class=${diagnostic.severity} @mouseenter=${point} @mouseleave=${leave}>
        <button class="go" @click=${() => tell(this, 'tamis-go', span)} @focus=${point} @blur=${leave}>
          <span class="message"><span class="word">${strings.severity[diagnostic.severity]}</span> ${prose(diagnostic.message)}</span>
          <span class="where">${strings.place(diagnostic.start.line, diagnostic.start.column)} · <code>${diagnostic.code}</code></span>
        </button>
        ${diagnostic.fixes.filter((fix) => fix.applicability !== 'display').map((fix) => this.fix(fix))}
      </li>
    `;
  }

  private fix(fix: Fix) {
    const warning = fix.applicability === 'unsafe' ? ` (${this.strings.unsafeFix})` : '';
    return html`<button class="fix" @click=${() => tell(this, 'tamis-edit', fix.edits)}>${prose(fix.title)}${warning}</button>`;
  }
}
