// <tamis-scores>: the page about Rspamd's scores. A configuration, a verdict, the account of it, and what if a number were another one.
import groupConf from '../../../corpus/rspamd/small/local.d/headers_group.conf?raw';
import mainConf from '../../../corpus/rspamd/small/rspamd.conf?raw';
import verdict from '../../../corpus/rspamd/small/verdict.eml?raw';
import { css, html, LitElement, nothing } from 'lit';
import { customElement, property, query } from 'lit/decorators.js';
import { prose } from '../elements/prose';
import { shared } from '../elements/shared';
import type { Language } from '../engine/wire';
import { languages, preferred } from '../text/catalogue';
import { ScoresClient } from './client';
import { dropped, type Folder, readFolder } from './folder';
import type { AboutScores, Account, Deployment, ScoreLine } from './protocol';
import { scoreCatalogue, type ScoreStrings } from './text';

const VERSIONS = ['3.4', '3.9', '3.10', '3.14', '4.1'];

/** A verdict larger than this is no message that tamis reads (bytes). */
const LARGEST = 25 << 20;

@customElement('tamis-scores')
export class TamisScores extends LitElement {
  static override styles = [
    shared,
    css`
      header,
      main {
        max-width: 90rem;
        margin: 0 auto;
        padding: 1rem 1.25rem;
      }
      header {
        display: flex;
        flex-wrap: wrap;
        align-items: baseline;
        gap: 0.25rem 1rem;
        padding-bottom: 0;
      }
      h1 {
        margin: 0;
        font-size: 1.5rem;
        letter-spacing: -0.01em;
        color: var(--accent);
      }
      a {
        color: var(--accent);
      }
      main {
        display: grid;
        grid-template-columns: minmax(0, 2fr) minmax(0, 3fr);
        gap: 1rem;
        align-items: start;
      }
      .column {
        display: grid;
        gap: 1rem;
        min-width: 0;
      }
      .body {
        padding: 0 1rem 1rem;
        display: grid;
        gap: 0.75rem;
      }
      .field {
        display: inline-flex;
        align-items: center;
        gap: 0.5rem;
      }
      textarea {
        height: 14rem;
        resize: vertical;
        font: 0.875rem/1.5 var(--mono);
        background: var(--sunk);
      }
      .over textarea {
        outline: 2px dashed var(--accent);
      }
      .result {
        border-top: 3px solid var(--accent);
      }
      .title {
        font-size: 1.5rem;
        font-weight: 650;
        overflow-wrap: anywhere;
      }
      .trouble,
      .finding {
        padding: 0.5rem 0.75rem;
        border-radius: 7px;
        background: var(--warning-wash);
        color: var(--warning);
        overflow-wrap: anywhere;
      }
      .finding {
        margin-top: 0.375rem;
        font-size: 0.875rem;
      }
      .finding.error {
        background: var(--error-wash);
        color: var(--error);
      }
      summary {
        cursor: pointer;
      }
      .line {
        display: grid;
        grid-template-columns: 5.5rem minmax(0, 1fr) minmax(8rem, 14rem);
        gap: 0 0.75rem;
        align-items: center;
        padding: 0.5rem 0;
        border-top: 1px solid var(--line);
      }
      .points {
        font: 600 1rem var(--mono);
        text-align: right;
        align-self: start;
        padding-top: 0.25rem;
      }
      .name {
        font: 600 0.9375rem var(--mono);
        overflow-wrap: anywhere;
      }
      .gone .name,
      .gone .points {
        color: var(--soft);
      }
      .fact {
        font-size: 0.875rem;
        overflow-wrap: anywhere;
      }
      .move {
        display: flex;
        gap: 0.5rem;
        align-items: center;
        min-width: 0;
      }
      input[type='range'] {
        flex: 1;
        min-width: 4rem;
        padding: 0;
        accent-color: var(--accent);
      }
      input[type='number'] {
        width: 5.5rem;
        flex: none;
      }
      .changed {
        background: var(--accent-wash);
      }
      .sum {
        display: grid;
        grid-template-columns: 5.5rem 1fr;
        gap: 0.75rem;
        border-top: 2px solid var(--ink);
        padding-top: 0.5rem;
        font-weight: 650;
      }
      .sum .points {
        padding: 0;
      }
      pre {
        margin: 0.25rem 0 0;
        padding: 0.5rem 0.75rem;
        background: var(--sunk);
        border: 1px solid var(--line);
        border-radius: 7px;
        font: 0.8125rem/1.5 var(--mono);
        overflow: auto;
        max-height: 16rem;
      }
      @media (max-width: 56rem) {
        header,
        main {
          padding-inline: 0.75rem;
        }
        main {
          grid-template-columns: minmax(0, 1fr);
        }
      }
      @media (max-width: 40rem) {
        .line {
          grid-template-columns: 4.5rem minmax(0, 1fr);
        }
        .line .move {
          grid-column: 2;
        }
        textarea {
          font-size: 1rem;
        }
      }
    `,
  ];

  @property({ state: true }) private language: Language = preferred(navigator.languages);
  @property({ state: true }) private version = '3.4';
  @property({ state: true }) private about: AboutScores | null = null;
  @property({ state: true }) private isSample = true;
  @property({ state: true }) private account: Account | null = null;
  @property({ state: true }) private was: string | null = null;
  @property({ state: true }) private deployment: Deployment | null = null;
  @property({ state: true }) private trouble: string | null = null;
  @property({ state: true }) private over = false;
  @property({ state: true }) private scores: Record<string, number> = {};
  @property({ state: true }) private thresholds: Record<string, number> = {};
  @query('#folder') private folderInput!: HTMLInputElement;
  @query('#file') private fileInput!: HTMLInputElement;
  private folder: Folder = { 'rspamd.conf': mainConf, 'local.d/headers_group.conf': groupConf };
  private text: string = verdict;
  private bytes = new TextEncoder().encode(verdict);
  private readonly client = new ScoresClient();
  private asking = false;
  private again = false;

  private get strings(): ScoreStrings {
    return scoreCatalogue[this.language];
  }

  override connectedCallback(): void {
    super.connectedCallback();
    document.documentElement.lang = this.language;
    window.addEventListener('dragover', this.dragged);
    window.addEventListener('dragleave', this.left);
    window.addEventListener('drop', this.dropped);
    void this.configure();
  }

  override disconnectedCallback(): void {
    window.removeEventListener('dragover', this.dragged);
    window.removeEventListener('dragleave', this.left);
    window.removeEventListener('drop', this.dropped);
    super.disconnectedCallback();
  }

  /** The configuration is read, then the verdict, then the account is made. */
  private async configure(): Promise<void> {
    this.trouble = null;
    const request = JSON.stringify({ rspamd: this.version, files: this.folder });
    try {
      this.about = JSON.parse(await this.client.ask({ kind: 'configuration', request, lang: this.language })) as AboutScores;
      await this.open();
    } catch (error) {
      this.fail(error);
    }
  }

  private async open(): Promise<void> {
    this.trouble = null;
    try {
      await this.client.ask({ kind: 'verdict', bytes: this.bytes });
      await this.explain();
    } catch (error) {
      this.fail(error);
    }
  }

  private fail(error: unknown): void {
    this.trouble = error instanceof Error ? error.message : String(error);
    this.account = null;
    this.deployment = null;
  }

  /** Asks for the account; while one is on its way, only the newest question is kept. */
  private async explain(): Promise<void> {
    if (this.asking) {
      this.again = true;
      return;
    }
    this.asking = true;
    try {
      do {
        this.again = false;
        const { scores, thresholds, language: lang } = this;
        const isChanged = Object.keys(scores).length + Object.keys(thresholds).length > 0;
        const request = JSON.stringify({ scores, thresholds, lang });
        this.account = JSON.parse(await this.client.ask({ kind: 'explain', request })) as Account;
        const plain = isChanged ? (JSON.parse(await this.client.ask({ kind: 'explain', request: JSON.stringify({ lang }) })) as Account) : null;
        this.was = plain?.title ?? null;
        this.deployment = isChanged ? (JSON.parse(await this.client.ask({ kind: 'deploy', request })) as Deployment) : null;
      } while (this.again);
    } catch (error) {
      this.fail(error);
    } finally {
      this.asking = false;
    }
  }

  override render() {
    const { strings, about, account } = this;
    return html`
      <header>
        <h1>tamis</h1>
        <p class="soft">${strings.tagline}</p>
        <a href="./">${strings.sieve}</a>
        <p class="push soft small">${strings.nothingLeaves}</p>
        <select aria-label=${strings.language} @change=${(event: Event) => this.setLanguage((event.target as HTMLSelectElement).value as Language)}>
          ${languages.map(([code, name]) => html`<option value=${code} lang=${code} ?selected=${code === this.language}>${name}</option>`)}
        </select>
      </header>
      <main>
        <div class="column">
          <section class="card" aria-labelledby="configuration">
            <div class="head">
              <h2 id="configuration">${strings.configuration}</h2>
              <button class="push" @click=${() => this.folderInput.click()}>${strings.chooseFolder}</button>
              <input id="folder" type="file" webkitdirectory hidden aria-label=${strings.chooseFolder} @change=${this.folderPicked} />
            </div>
            <div class="body">
              <p class="soft small">${strings.configurationHint}, ${strings.drop}.</p>
              <label class="field small">${strings.version}
                <select @change=${this.versionPicked}>
                  ${VERSIONS.map((version) => html`<option ?selected=${version === this.version}>${version}</option>`)}
                </select></label>
              ${about ? html`<p class="small">${strings.files(Object.keys(this.folder).length, about.symbols)}${this.isSample ? ` (${strings.sample})` : ''}</p>` : nothing}
              ${about?.refused ? html`<p class="finding error">${strings.refused}</p>` : nothing}
              ${
                about && about.findings.length > 0
                  ? html`<details>
                      <summary class="small">${strings.findings(about.findings.length)}</summary>
                      <ul>
                        ${about.findings.map((finding) => html`<li class="finding ${finding.severity}">${finding.file}:${finding.line}: ${prose(finding.message)}</li>`)}
                      </ul>
                    </details>`
                  : nothing
              }
            </div>
          </section>
          <section class="card ${this.over ? 'over' : ''}" aria-labelledby="verdict">
            <div class="head">
              <h2 id="verdict">${strings.verdict}</h2>
              <button class="push" @click=${() => this.fileInput.click()}>${strings.chooseFile}</button>
              <input id="file" type="file" hidden aria-label=${strings.chooseFile} @change=${this.filePicked} />
            </div>
            <div class="body">
              <p class="soft small">${strings.verdictHint}, ${strings.drop}.</p>
              <textarea aria-label=${strings.source} spellcheck="false" autocapitalize="off" autocomplete="off" .value=${this.text} @input=${this.typed}></textarea>
            </div>
          </section>
        </div>
        <section class="card result" aria-labelledby="why">
          <div class="head"><h2 id="why">${strings.why}</h2>
            ${this.was ? html`<button class="push" @click=${this.reset}>${strings.reset}</button>` : nothing}</div>
          <div class="body">
            ${this.trouble !== null ? html`<p class="trouble" role="alert">${this.trouble}</p>` : nothing}
            ${account ? this.renderAccount(account) : nothing}
          </div>
        </section>
      </main>
    `;
  }

  private renderAccount(account: Account) {
    const { strings } = this;
    const isBare = (line: ScoreLine) => line.kind === 'symbol' && Number(line.points) === 0 && !(line.symbol in this.scores) && (line.score ?? 0) === 0;
    const told = account.lines.filter((line) => !isBare(line));
    const bare = account.lines.filter(isBare);
    const { record } = account;
    return html`
      <div role="status">
        <p class="title">${account.title}</p>
        ${this.was ? html`<p class="soft">${strings.before(this.was)}</p>` : nothing}
      </div>
      ${account.forced !== null ? html`<p class="finding">${strings.forced} ${account.forced}</p>` : nothing}
      <div>
        <ul>${told.map((line) => this.renderLine(line))}</ul>
        <p class="sum"><span class="points">${account.title.split(/[\s:]/)[0]}</span><span>${account.action}</span></p>
      </div>
      ${bare.length > 0 ? html`<p class="small"><span class="soft">${strings.nothing}:</span> <span class="mono">${bare.map((line) => line.symbol).join(', ')}</span></p>` : nothing}
      <div>
        <h3>${strings.thresholds}</h3>
        <ul>
          ${account.thresholds.map(
            (threshold) => html`<li class="line ${threshold.missing > 0 ? 'gone' : ''}">
              <span class="points">${threshold.from}</span>
              <div><span class="name">${threshold.action}</span>${this.renderPlace(threshold.place)}</div>
              ${this.renderMove(strings.threshold(threshold.action), threshold.from, threshold.action in this.thresholds, (value) => this.setThreshold(threshold.action, value), [-5, 40])}
            </li>`,
          )}
        </ul>
      </div>
      ${account.groups.length > 0 ? html`<div><h3>${strings.groups}</h3>${account.groups.map((group) => html`<p class="small">${strings.group(group.name, group.score.toFixed(2), String(group.max_score ?? group.min_score))}</p>`)}</div>` : nothing}
      ${
        record
          ? html`<div>
              <h3>${strings.recorded(record.score?.toFixed(2) ?? '?', record.action ? `, ${record.action}` : '')} (${record.exact ? strings.exact : strings.approximate})</h3>
              ${record.doubts.filter((doubt) => doubt.kind !== 'no-score').map((doubt) => html`<p class="small">${prose(doubt.message)}</p>`)}
            </div>`
          : nothing
      }
      ${this.deployment ? this.renderDeployment(this.deployment) : nothing}
    `;
  }

  private renderLine(line: ScoreLine) {
    const { strings } = this;
    const facts = [...(line.kind === 'hidden' && line.notes.length === 0 ? [strings.hidden] : []), ...line.notes];
    return html`<li class="line ${Number(line.points) === 0 ? 'gone' : ''}">
      <span class="points">${line.points}</span>
      <div>
        ${line.symbol ? html`<span class="name">${line.symbol}</span>` : nothing}
        ${facts.map((note) => html`<p class="fact">${prose(note)}</p>`)}
        ${line.description ? html`<p class="fact soft">${line.description}</p>` : nothing}
        ${line.options.length > 0 ? html`<p class="fact soft mono">[${line.options.join(', ')}]</p>` : nothing}
        ${this.renderPlace(line.place)}
      </div>
      ${line.symbol && line.score !== null ? this.renderMove(strings.weight(line.symbol), line.score, line.symbol in this.scores, (value) => this.setScore(line.symbol, value), [-15, 15]) : nothing}
    </li>`;
  }

  private renderPlace(place: ScoreLine['place']) {
    return place ? html`<p class="fact soft"><span class="mono">${place.file}:${place.line}</span> (${this.strings.layer[place.layer]})</p>` : nothing;
  }

  private renderMove(label: string, value: number, changed: boolean, set: (value: number) => void, [least, most]: [number, number]) {
    const moved = (event: Event): void => {
      const number = (event.target as HTMLInputElement).valueAsNumber;
      if (Number.isFinite(number)) set(number);
    };
    return html`<div class="move">
      <input type="range" aria-label=${label} min=${least} max=${most} step="0.1" .value=${String(value)} @input=${moved} />
      <input class=${changed ? 'changed' : ''} type="number" aria-label=${label} step="0.1" .value=${String(value)} @change=${moved} />
    </div>`;
  }

  private renderDeployment(deployment: Deployment) {
    const { strings } = this;
    return html`<div>
      <h3>${strings.deploy}</h3>
      ${deployment.files.map((file) => html`<p class="small mono">${file.path}${file.new ? ` (${strings.newFile})` : ''}</p><pre tabindex="0" aria-label=${file.path}>${file.text}</pre>`)}
      ${deployment.without_effect.length > 0 ? html`<p class="finding">${strings.noEffect}<span class="mono">${deployment.without_effect.join(', ')}</span></p>` : nothing}
    </div>`;
  }

  private setScore(symbol: string, value: number): void {
    this.scores = { ...this.scores, [symbol]: value };
    void this.explain();
  }

  private setThreshold(action: string, value: number): void {
    this.thresholds = { ...this.thresholds, [action]: value };
    void this.explain();
  }

  private readonly reset = (): void => {
    this.scores = {};
    this.thresholds = {};
    void this.explain();
  };

  private setLanguage(language: Language): void {
    this.language = language;
    document.documentElement.lang = language;
    void this.configure();
  }

  private readonly versionPicked = (event: Event): void => {
    this.version = (event.target as HTMLSelectElement).value;
    void this.configure();
  };

  private readonly typed = (event: Event): void => {
    this.text = (event.target as HTMLTextAreaElement).value;
    this.bytes = new TextEncoder().encode(this.text);
    void this.open();
  };

  private readonly folderPicked = (): void => {
    const files = [...(this.folderInput.files ?? [])].map((file) => ({ path: file.webkitRelativePath || file.name, file }));
    void this.takeFolder(files);
    this.folderInput.value = '';
  };

  private async takeFolder(files: { path: string; file: File }[]): Promise<void> {
    if (files.length === 0) return;
    const folder = await readFolder(files);
    if (!folder) {
      this.fail(this.strings.tooMany);
      return;
    }
    this.folder = folder;
    this.isSample = false;
    this.scores = {};
    this.thresholds = {};
    await this.configure();
  }

  private readonly filePicked = (): void => {
    const [file] = this.fileInput.files ?? [];
    if (file) void this.takeFile(file);
    this.fileInput.value = '';
  };

  private async takeFile(file: File): Promise<void> {
    if (file.size > LARGEST) {
      this.fail(this.strings.tooMany);
      return;
    }
    this.bytes = new Uint8Array(await file.arrayBuffer());
    // What is shown may be edited; a long message is shown in part, and read whole.
    this.text = new TextDecoder().decode(this.bytes.subarray(0, 1 << 16));
    await this.open();
  }

  private readonly dragged = (event: DragEvent): void => {
    event.preventDefault();
    this.over = true;
  };

  private readonly left = (): void => {
    this.over = false;
  };

  private readonly dropped = (event: DragEvent): void => {
    event.preventDefault();
    this.over = false;
    if (!event.dataTransfer) return;
    void dropped(event.dataTransfer).then((files) => {
      const [only] = files;
      // One file by itself is a verdict; more are a configuration.
      if (files.length === 1 && only && !only.path.includes('/') && !only.path.endsWith('.conf')) return this.takeFile(only.file);
      return this.takeFolder(files);
    });
  };
}
