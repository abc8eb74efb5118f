// <tamis-studio>: the whole page. It holds what was typed, asks the worker at every change, and hands the answers out.
import { css, html, LitElement, nothing } from 'lit';
import { customElement, property, query } from 'lit/decorators.js';
import { type Context, request } from '../context';
import { type Ask, Client, type Listener, type Stopped } from '../engine/client';
import { startWorker } from '../engine/start';
import type { About, Diagnostic, Edit, Language, RunResponse, SavedTest, Server, TestResult, Verdict } from '../engine/wire';
import { loadSamples, type SampleName, startScripts } from '../samples';
import { accepted, contextOf, keep, kept, messageOf, savedTest, unusedName } from '../tests';
import { catalogue, languages, preferred, type Strings } from '../text/catalogue';
import './context';
import './editor';
import type { TamisEditor } from './editor';
import type { Span, TestAct, Told } from './events';
import './message';
import type { TamisMessage } from './message';
import './problems';
import { prose } from './prose';
import './result';
import { shared } from './shared';
import './tests';
import type { TamisTests } from './tests';

/** Milliseconds without a change before the tests are kept. */
const PAUSE = 400;

@customElement('tamis-studio')
export class TamisStudio extends LitElement {
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
        font-weight: 700;
        letter-spacing: -0.01em;
        color: var(--accent);
      }
      header a {
        color: var(--accent);
      }
      .lock {
        display: inline-flex;
        align-items: center;
        gap: 0.375rem;
        color: var(--accent);
        font-size: 0.9375rem;
      }
      .lock svg {
        width: 0.875rem;
        height: 1rem;
        flex: none;
      }
      main {
        display: grid;
        grid-template-columns: minmax(0, 1fr) minmax(0, 1fr);
        gap: 1rem;
        align-items: start;
      }
      .right {
        display: grid;
        gap: 1rem;
        min-width: 0;
      }
      .verdict {
        font-size: 0.9375rem;
        font-weight: 600;
        padding: 0 1rem 0.75rem;
        min-height: 2.25rem;
      }
      .accepted {
        color: var(--accent);
      }
      .refused {
        color: var(--error);
      }
      .declined {
        color: var(--warning);
      }
      .field {
        display: inline-flex;
        align-items: center;
        gap: 0.5rem;
        min-width: 0;
        max-width: 100%;
      }
      .field select {
        min-width: 0;
        max-width: 18rem;
      }
      .bar {
        display: none;
      }
      @media (max-width: 56rem) {
        header,
        main {
          padding-inline: 0.75rem;
        }
        main {
          grid-template-columns: minmax(0, 1fr);
          padding-bottom: 5.5rem;
          --editor-height: 20rem;
        }
        /* The sentence stays in sight while one types. */
        .bar {
          display: block;
          position: fixed;
          inset: auto 0 0 0;
          padding: 0.625rem 0.875rem;
          background: var(--card);
          border-top: 2px solid var(--accent);
          box-shadow: 0 -4px 16px rgb(0 0 0 / 0.1);
          font-weight: 550;
          max-height: 5rem;
          overflow: hidden;
          overflow-wrap: anywhere;
        }
        .bar.old {
          color: var(--soft);
          border-top-color: var(--warning);
        }
      }
    `,
  ];

  @property({ state: true }) private language: Language = preferred(navigator.languages);
  @property({ state: true }) private context: Context = { server: '', from: '', to: '', now: new Date(), addresses: '', mailboxes: '' };
  @property({ state: true }) private about: Record<Language, About> | null = null;
  @property({ state: true }) private samples: Map<SampleName, Uint8Array> | null = new Map();
  @property({ state: true }) private verdict: Verdict | null = null;
  @property({ state: true }) private diagnostics: readonly Diagnostic[] = [];
  @property({ state: true }) private tokens: Uint32Array = new Uint32Array();
  @property({ state: true }) private run: RunResponse | null = null;
  /** True while `run` is the result of an earlier script, the present one being refused. */
  @property({ state: true }) private stale = false;
  @property({ state: true }) private fault: Stopped | 'unavailable' | null = null;
  @property({ state: true }) private pointed: Span | null = null;
  @property({ state: true }) private tests: readonly SavedTest[] = [];
  @property({ state: true }) private results: readonly (TestResult | null)[] = [];
  @property({ state: true }) private testNote: TamisTests['note'] = null;
  @query('tamis-editor') private editor!: TamisEditor;
  @query('tamis-message') private message!: TamisMessage;
  private readonly kept = kept();
  private readonly startScript = this.kept?.script ?? startScripts[this.language];
  private script = this.startScript;
  private bytes: Uint8Array = new Uint8Array();
  /** Counts the rounds in which the tests are run: a newer one ends an older. */
  private round = 0;
  private keeping: ReturnType<typeof setTimeout> | undefined;
  private client: Client | undefined;

  private get strings(): Strings {
    return catalogue[this.language];
  }

  override connectedCallback(): void {
    super.connectedCallback();
    document.documentElement.lang = this.language;
    this.tests = this.kept?.tests ?? [];
    this.results = this.tests.map(() => null);
    this.start();
  }

  private start(): void {
    const listener: Listener = {
      ready: (about) => {
        this.about = about;
        const [first] = about.en.servers;
        const server = about.en.servers.find(({ name }) => name === this.kept?.server) ?? first;
        if (this.context.server === '' && server) this.setContext({ server: server.name });
      },
      answered: ({ check, run, tokens }, { script }) => {
        const [file] = check.files;
        this.fault = null;
        this.verdict = file?.verdict ?? null;
        // Places in a text that has changed since are wrong: the marks there are move with the typing until the next answer.
        if (script === this.script) {
          this.diagnostics = file?.diagnostics ?? [];
          this.tokens = tokens;
        }
        this.stale = run.outcome === 'refused';
        if (!this.stale) {
          this.run = run;
          void this.judge();
        }
        this.keepSoon();
      },
      stopped: (why) => {
        this.fault = why;
      },
      unavailable: () => {
        this.fault = 'unavailable';
      },
    };
    try {
      this.client = new Client(startWorker, listener);
    } catch {
      this.fault = 'unavailable';
    }
    loadSamples().then(
      (samples) => (this.samples = samples),
      () => (this.samples = null),
    );
  }

  private ask(): void {
    // Before the worker is there, nobody knows which servers there are; its first word asks.
    if (this.context.server !== '') this.client?.ask(request(this.script, this.language, this.context));
  }

  private readonly askAt: Ask = (what, script, offset) =>
    this.client && this.context.server !== '' ? this.client.edit(what, { ...request(script, this.language, this.context), offset }) : Promise.resolve(null);

  private setContext(part: Partial<Context>): void {
    this.context = { ...this.context, ...part };
    this.ask();
  }

  private setLanguage(language: Language): void {
    this.language = language;
    document.documentElement.lang = language;
    this.ask();
  }

  /** Runs the saved tests, one after the other, so that typing never waits for more than one of them. */
  private async judge(): Promise<void> {
    this.round += 1;
    const mine = this.round;
    for (const [at, test] of this.tests.entries()) {
      const result = await this.try(test);
      if (mine !== this.round) return;
      this.results = this.tests.map((_, place) => (place === at ? result : (this.results[place] ?? null)));
    }
  }

  /** What comes of a test; null if that cannot be told now. */
  private async try(test: SavedTest): Promise<TestResult | null> {
    const answer = await this.client?.beside('test', { ...request(this.script, this.language, this.context), from: null, to: null, account: {}, trace: false, tests: [test] });
    if (!answer) return null;
    return 'error' in answer ? { name: test.name, passed: false, error: answer.error, steps: [] } : (answer.tests[0] ?? null);
  }

  private setTests(tests: readonly SavedTest[], results: readonly (TestResult | null)[] = tests.map(() => null)): void {
    this.tests = tests;
    this.results = results;
    this.keepSoon();
    void this.judge();
  }

  private keepSoon(): void {
    clearTimeout(this.keeping);
    this.keeping = setTimeout(() => {
      const done = keep({ tests: [...this.tests], script: this.script, server: this.context.server });
      if (!done && this.tests.length) this.testNote ??= { text: this.strings.notKept };
    }, PAUSE);
  }

  private async testAct(act: TestAct): Promise<void> {
    const { tests, results, strings } = this;
    if (act.kind !== 'rerun') this.testNote = null;
    switch (act.kind) {
      case 'save': {
        const name = unusedName(this.message.called, tests);
        const test = savedTest(name, this.bytes, request(this.script, this.language, this.context));
        const snapshot = (await this.try(test))?.steps[0]?.snapshot;
        if (snapshot) this.setTests([...this.tests, { ...test, expect: snapshot }], [...this.results, null]);
        break;
      }
      case 'rerun':
        this.setTests(tests);
        break;
      case 'export': {
        const answer = await this.client?.beside('file', { ...request(this.script, this.language, this.context), from: null, to: null, now: null, account: {}, tests: [...tests] });
        if (answer && 'error' in answer) this.testNote = { text: answer.error };
        else if (answer) download(answer.text, 'tests.toml');
        break;
      }
      case 'import':
        await this.importTests(act.files);
        break;
      case 'open': {
        const test = tests[act.at];
        const bytes = test && messageOf(test);
        if (!test || !bytes) {
          this.testNote = { text: strings.notHere };
          break;
        }
        this.setContext(contextOf(test));
        this.message.show(bytes);
        break;
      }
      case 'rename':
        this.setTests(tests.map((test, at) => (at === act.at ? { ...test, name: act.name } : test)), results);
        break;
      case 'accept': {
        const snapshots = results[act.at]?.steps.map((step) => step.snapshot) ?? [];
        this.setTests(tests.map((test, at) => (at === act.at ? accepted(test, snapshots) : test)), results);
        break;
      }
      case 'delete': {
        const [gone] = tests.slice(act.at, act.at + 1);
        this.setTests(tests.filter((_, at) => at !== act.at), results.filter((_, at) => at !== act.at));
        const run = (): void => {
          this.testNote = null;
          if (gone) this.setTests([...this.tests.slice(0, act.at), gone, ...this.tests.slice(act.at)]);
        };
        this.testNote = { text: strings.deletedTest(gone?.name ?? ''), action: { label: strings.undo, run } };
        break;
      }
    }
  }

  /** The file of tests among these; the others are what it names. */
  private async importTests(files: readonly File[]): Promise<void> {
    const { strings } = this;
    try {
      const beside = new Map<string, Uint8Array>();
      for (const file of files) beside.set(file.name, new Uint8Array(await file.arrayBuffer()));
      const name = files.find((file) => file.name.endsWith('.toml'))?.name ?? files[0]?.name ?? '';
      const { readTests } = await import('../toml');
      const imported = readTests(new TextDecoder().decode(beside.get(name)), beside);
      if (imported.tests.length === 0) throw new Error(strings.noTestsInFile);
      this.setTests([...this.tests, ...imported.tests], [...this.results, ...imported.tests.map(() => null)]);
      const { script, server, tests } = imported;
      if (script === null || script === this.script) {
        this.testNote = { text: strings.imported(tests.length) };
        return;
      }
      const run = (): void => {
        this.testNote = null;
        if (server !== null && this.servers.some(({ name }) => name === server)) this.setContext({ server });
        this.editor.edit([{ start: 0, end: this.script.length, text: script }]);
      };
      this.testNote = { text: strings.importedScript(tests.length), action: { label: strings.useScript, run } };
    } catch (error) {
      this.testNote = { text: strings.notTests(error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error)) };
    }
  }

  private get servers(): readonly Server[] {
    return this.about?.[this.language].servers ?? [];
  }

  private get note(): string | null {
    const { strings } = this;
    if (this.fault === 'unavailable') return strings.unavailable;
    if (this.fault) return strings.stopped[this.fault];
    if (this.stale) return this.run ? strings.stale : strings.never;
    return null;
  }

  override render() {
    const { strings, note } = this;
    return html`
      <header>
        <h1>tamis</h1>
        <p class="soft">${strings.tagline}</p>
        <a href="./rspamd.html">Rspamd</a>
        <p class="lock push">${lock} ${strings.nothingLeaves}</p>
        <select aria-label=${strings.language} @change=${(event: Event) => this.setLanguage((event.target as HTMLSelectElement).value as Language)}>
          ${languages.map(([code, name]) => html`<option value=${code} lang=${code} ?selected=${code === this.language}>${name}</option>`)}
        </select>
      </header>
      <main
        @tamis-script=${(event: Told<'tamis-script'>) => this.scriptChanged(event.detail)}
        @tamis-message=${(event: Told<'tamis-message'>) => this.messageChanged(event.detail.bytes)}
        @tamis-context=${(event: Told<'tamis-context'>) => this.setContext(event.detail)}
        @tamis-point=${(event: Told<'tamis-point'>) => (this.pointed = event.detail)}
        @tamis-go=${(event: Told<'tamis-go'>) => this.editor.go(event.detail)}
        @tamis-test=${(event: Told<'tamis-test'>) => void this.testAct(event.detail)}
        @tamis-edit=${(event: Told<'tamis-edit'>) => this.editor.edit(event.detail as Edit[])}
      >
        <section class="card" aria-labelledby="script">
          <div class="head">
            <h2 id="script">${strings.script}</h2>
            <label class="field push small">${strings.server}
              <select @change=${(event: Event) => this.setContext({ server: (event.target as HTMLSelectElement).value })}>
                ${this.servers.map(({ name, title }) => html`<option value=${name} ?selected=${name === this.context.server}>${title}</option>`)}
              </select></label>
          </div>
          <p class="verdict ${this.verdict ?? ''}">${this.verdict ? strings[this.verdict] : nothing}</p>
          <tamis-editor .text=${this.startScript} .strings=${strings} .ask=${this.askAt} .diagnostics=${this.diagnostics} .tokens=${this.tokens} .pointed=${this.pointed}></tamis-editor>
          <tamis-problems .strings=${strings} .diagnostics=${this.diagnostics}></tamis-problems>
        </section>
        <div class="right">
          <tamis-message .strings=${strings} .samples=${this.samples}></tamis-message>
          <tamis-context .strings=${strings} .context=${this.context}></tamis-context>
          <tamis-result .strings=${strings} .run=${this.run} .note=${note}></tamis-result>
          <tamis-tests .strings=${strings} .language=${this.language} .tests=${this.tests} .results=${this.results} .stale=${this.stale} .ready=${this.run !== null && note === null} .note=${this.testNote}></tamis-tests>
        </div>
      </main>
      ${this.run ? html`<div class="bar ${note ? 'old' : ''}" aria-hidden="true">${prose(this.run.sentence)}</div>` : nothing}
    `;
  }

  private scriptChanged(script: string): void {
    this.script = script;
    this.ask();
  }

  private messageChanged(bytes: Uint8Array): void {
    this.bytes = bytes;
    this.client?.setMessage(bytes);
    this.ask();
  }
}

function download(text: string, name: string): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([text], { type: 'application/toml' }));
  link.download = name;
  link.click();
  // The download has begun by then.
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

const lock = html`<svg viewBox="0 0 14 16" aria-hidden="true"><path d="M3 7V4.500a4 4 0 0 1 8 0V7" fill="none" stroke="currentColor" stroke-width="1.800" /><rect x="1" y="7" width="12" height="8.500" rx="1.800" fill="currentColor" /></svg>`;
