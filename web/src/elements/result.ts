// <tamis-result>: what happens to the message, in one sentence, and why.
import { css, html, LitElement, nothing, type PropertyValues } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { Diagnostic, RunResponse, Sent, Stored, TraceStep } from '../engine/wire';
import type { Strings } from '../text/catalogue';
import { tell } from './events';
import { prose } from './prose';
import { shared } from './shared';

/** A screen reader hears the sentence once the typing pauses (milliseconds), not at every key. */
const PAUSE = 600;

/** Steps shown: a script can take a great many. */
const SHOWN_STEPS = 500;

/** Indentation stops growing here. */
const DEEPEST = 8;

@customElement('tamis-result')
export class TamisResult extends LitElement {
  static override styles = [
    shared,
    css`
      .body {
        padding: 0 1rem 1rem;
      }
      .card {
        border-top: 3px solid var(--accent);
      }
      .sentence {
        font-size: 1.25rem;
        line-height: 1.4;
        font-weight: 550;
        overflow-wrap: anywhere;
      }
      .note {
        margin-bottom: 0.5rem;
        padding: 0.5rem 0.75rem;
        border-radius: 7px;
        background: var(--warning-wash);
        color: var(--warning);
      }
      .old .sentence,
      .old .chip {
        color: var(--soft);
      }
      .chips {
        display: flex;
        flex-wrap: wrap;
        gap: 0.375rem;
      }
      .chip {
        border-radius: 999px;
        background: var(--accent-wash);
        padding: 0.125rem 0.75rem;
        overflow-wrap: anywhere;
      }
      .chip code {
        color: var(--soft);
      }
      .old .chip {
        background: var(--sunk);
      }
      details {
        margin-top: 1rem;
      }
      details.mail {
        margin: 0.25rem 0;
        font-size: 0.875rem;
      }
      summary {
        cursor: pointer;
      }
      summary h3 {
        display: inline;
        font-size: 1rem;
        color: var(--ink);
      }
      pre {
        margin: 0.25rem 0;
        padding: 0.5rem 0.75rem;
        background: var(--sunk);
        border: 1px solid var(--line);
        border-radius: 7px;
        font: 0.8125rem/1.5 var(--mono);
        white-space: pre-wrap;
        overflow-wrap: anywhere;
        max-height: 16rem;
        overflow: auto;
      }
      ol {
        margin-top: 0.5rem;
      }
      .step {
        display: flex;
        gap: 0.625rem;
        align-items: baseline;
        width: 100%;
        text-align: left;
        border: none;
        border-radius: 5px;
        background: none;
        min-height: 1.875rem;
        padding: 0.1875rem 0.375rem;
        outline-offset: -2px;
      }
      .step:hover {
        background: var(--sunk);
        color: inherit;
      }
      .step .text {
        flex: 1;
        padding-left: calc(var(--indent) * 1.125rem);
        overflow-wrap: anywhere;
      }
      .verdict {
        font-size: 0.8125rem;
        font-weight: 600;
        white-space: nowrap;
        color: var(--soft);
      }
      .verdict.yes {
        color: var(--accent);
      }
      .step .line {
        flex: 0 0 1.75rem;
        text-align: right;
        font: 0.8125rem var(--mono);
        color: var(--soft);
      }
      .kind-action .text {
        font-weight: 600;
      }
      .kind-command .text,
      .kind-test .text {
        font: 0.875rem/1.5 var(--mono);
      }
      .kind-note .text {
        color: var(--soft);
        font-style: italic;
      }
    `,
    // Classes, not style attributes: the page's policy allows none.
    ...Array.from({ length: DEEPEST + 1 }, (_, depth) => css`.in-${depth} { --indent: ${depth}; }`),
  ];

  @property({ attribute: false }) strings!: Strings;
  /** The result to show; null before the first one. */
  @property({ attribute: false }) run: RunResponse | null = null;
  /** What stands before the sentence when the result is not the answer to what is in the editor now. */
  @property({ attribute: false }) note: string | null = null;
  @property({ state: true }) private spoken = '';
  private timer: ReturnType<typeof setTimeout> | undefined;

  override render() {
    const { strings, run, note } = this;
    return html`
      <section class="card" aria-labelledby="title">
        <div class="head"><h2 id="title">${strings.result}</h2></div>
        <div class="body ${note && run ? 'old' : ''}">
          ${note ? html`<p class="note">${note}</p>` : nothing}
          ${run ? this.result(run) : note ? nothing : html`<p class="soft">${strings.loading}</p>`}
        </div>
        <p class="unseen" role="status" aria-live="polite">${this.spoken}</p>
      </section>
    `;
  }

  override updated(changed: PropertyValues<this>): void {
    if (!changed.has('run') && !changed.has('note')) return;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => (this.spoken = [this.note, this.run?.sentence].filter(Boolean).join(' ')), PAUSE);
  }

  private result(run: RunResponse) {
    const { strings } = this;
    return html`
      <p class="sentence">${prose(run.sentence)}</p>
      ${run.stored.length ? html`<h3>${strings.stored}</h3><ul class="chips">${run.stored.map((copy) => stored(copy, strings))}</ul>` : nothing}
      ${run.sent.length ? html`<h3>${strings.sent}</h3><ul>${run.sent.map((mail) => this.sent(mail))}</ul>` : nothing}
      ${run.failure ? html`<h3>${strings.failure}</h3><ul>${this.finding(run.failure)}</ul>` : nothing}
      ${run.assumed.length ? html`<h3>${strings.assumed}</h3><ul class="soft">${run.assumed.map(({ message }) => html`<li>${prose(message)}</li>`)}</ul>` : nothing}
      ${run.trace ? this.why(run.trace) : nothing}
    `;
  }

  private sent(mail: Sent) {
    const { strings } = this;
    return html`
      <li>
        <div class="chips"><span class="chip">${mail.kind} <code>→ ${mail.to.join(', ')}</code></span>${mail.suppressed ? html`<span>${strings.notSent}: ${prose(mail.suppressed.message)}</span>` : nothing}</div>
        ${mail.message ? html`<details class="mail"><summary class="soft">${strings.outgoing}</summary><pre tabindex="0">${mail.message}</pre></details>` : nothing}
      </li>
    `;
  }

  private finding(diagnostic: Diagnostic) {
    const span = { start: diagnostic.start.offset, end: diagnostic.end.offset };
    return html`<li><button class="step" @click=${() => tell(this, 'tamis-go', span)}><span class="line" aria-hidden="true">${diagnostic.start.line}</span><span class="text">${prose(diagnostic.message)}</span></button></li>`;
  }

  private why(trace: readonly TraceStep[]) {
    const { strings } = this;
    const shown = trace.slice(0, SHOWN_STEPS);
    return html`
      <details open>
        <summary><h3>${strings.why}</h3> <span class="soft small">${trace.length ? strings.steps(trace.length) : strings.noSteps}</span></summary>
        <ol>${shown.map((step) => this.step(step))}</ol>
        ${shown.length < trace.length ? html`<p class="soft small">${strings.truncated(shown.length)}</p>` : nothing}
      </details>
    `;
  }

  private step(step: TraceStep) {
    const { strings } = this;
    const verdict = step.result === null ? nothing : html`<span class="verdict ${step.result ? 'yes' : ''}">${step.result ? `✓ ${strings.yes}` : `✗ ${strings.no}`}</span>`;
    const content = html`<span class="line" aria-hidden="true">${step.start.line}</span><span class="text">${prose(step.text)}</span>${verdict}`;
    const look = `step kind-${step.kind} in-${Math.min(step.depth, DEEPEST)}`;
    // A step in an included script has its place there, not in this editor.
    if (step.script !== undefined) return html`<li class=${look}><code class="soft">${step.script}</code>${content}</li>`;
    const span = { start: step.start.offset, end: step.end.offset };
    const point = (): void => tell(this, 'tamis-point', span);
    const leave = (): void => tell(this, 'tamis-point', null);
    return html`
      <li>
        <button class=${look} @click=${() => tell(this, 'tamis-go', span)} @mouseenter=${point} @mouseleave=${leave} @focus=${point} @blur=${leave}>${content}</button>
      </li>
    `;
  }
}

function stored({ mailbox, flags, created }: Stored, strings: Strings) {
  return html`<li class="chip">${mailbox}${created ? html` <span class="soft small">(${strings.created})</span>` : nothing}${flags.map((flag) => html` <code>${flag}</code>`)}</li>`;
}
