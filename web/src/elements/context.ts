// <tamis-context>: the drawer for what a server knows beside the message.
import { css, html, LitElement } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { type Context, localTime } from '../context';
import type { Strings } from '../text/catalogue';
import { tell } from './events';
import { shared } from './shared';

@customElement('tamis-context')
export class TamisContext extends LitElement {
  static override styles = [
    shared,
    css`
      summary {
        padding: 0.75rem 1rem;
        cursor: pointer;
        border-radius: var(--radius);
      }
      summary h2 {
        display: inline;
      }
      .fields {
        padding: 0 1rem 1rem;
        display: grid;
        grid-template-columns: repeat(auto-fit, minmax(min(15rem, 100%), 1fr));
        gap: 0.75rem 1rem;
      }
      label {
        display: block;
        font-size: 0.9375rem;
        font-weight: 550;
      }
      label span {
        display: block;
        font-weight: 400;
        font-size: 0.8125rem;
        color: var(--soft);
      }
      input,
      textarea {
        font-weight: 400;
      }
      textarea {
        height: 4.5rem;
        resize: vertical;
      }
    `,
  ];

  @property({ attribute: false }) strings!: Strings;
  @property({ attribute: false }) context!: Context;

  override render() {
    const { strings, context } = this;
    return html`
      <details class="card">
        <summary><h2>${strings.context}</h2> <span class="soft small">${strings.contextHint}</span></summary>
        <div class="fields">
          <label>${strings.from}<span>${strings.fromHint}</span>
            <input type="text" inputmode="email" autocomplete="off" .value=${context.from} @input=${this.change('from')} /></label>
          <label>${strings.to}<span>${strings.toHint}</span>
            <input type="text" inputmode="email" autocomplete="off" .value=${context.to} @input=${this.change('to')} /></label>
          <label>${strings.addresses}<span>${strings.addressesHint}</span>
            <textarea spellcheck="false" .value=${context.addresses} @input=${this.change('addresses')}></textarea></label>
          <label>${strings.mailboxes}<span>${strings.mailboxesHint}</span>
            <textarea spellcheck="false" .value=${context.mailboxes} @input=${this.change('mailboxes')}></textarea></label>
          <label>${strings.now}
            <input type="datetime-local" step="1" .value=${localTime(context.now)} @input=${this.time} /></label>
        </div>
      </details>
    `;
  }

  private change(name: 'from' | 'to' | 'addresses' | 'mailboxes') {
    return (event: Event): void => tell(this, 'tamis-context', { [name]: (event.target as HTMLInputElement).value });
  }

  private time(event: Event): void {
    const now = new Date((event.target as HTMLInputElement).value);
    if (!Number.isNaN(now.getTime())) tell(this, 'tamis-context', { now });
  }
}
