// The page's own words in English. Sentences about a script or a message come from the WASM, not from here.
const plural = (count: number, one: string, many: string): string => `${count} ${count === 1 ? one : many}`;

export const en = {
  tagline: 'Try a mail filter on a real message before you deploy it',
  nothingLeaves: 'Nothing leaves this page',
  language: 'Language',
  loading: 'Loading…',

  script: 'Filter script',
  scriptHint: 'Ctrl+Space completes, F1 explains. Escape, then Tab leaves the editor. F8 goes to the next problem.',
  server: 'Server',
  /** Between a word and what it introduces. */
  colon: ': ',
  /** What is known of a thing in the script. */
  known: {
    extension: (name: string) => `extension \`${name}\``,
    adds: (extension: string) => `adds \`${extension}\` to the head of the script`,
    servers: { yes: 'Servers', global: 'Administrator’s scripts only', option: 'If switched on', no: 'Not on' },
    nothing: 'Nothing is known of what stands here.',
  },
  accepted: '✓ Accepted by this server',
  refused: '✗ Refused by this server',
  declined: 'Beyond the limits of tamis: not judged',

  problems: 'Problems',
  noProblem: 'No problem found.',
  problemCount: (count: number) => plural(count, 'problem', 'problems'),
  place: (line: number, column: number) => `line ${line}, column ${column}`,
  severity: { error: 'Error', warning: 'Warning', hint: 'Hint' },
  unsafeFix: 'changes what happens to some mail',

  message: 'Message',
  sample: 'Sample',
  samples: {
    invoice: 'An invoice',
    newsletter: 'A newsletter',
    list: 'A mailing list',
    spam: 'Marked as spam',
    accents: 'Accents in the subject',
    koi8: 'Cyrillic letters (KOI8-R)',
    attachment: 'An attachment',
    own: 'Your own message',
  },
  paste: 'Paste',
  chooseFile: 'Choose a file…',
  dropHint: 'or drop an .eml file anywhere on this page',
  dropHere: 'Drop the message here',
  source: 'Source of the message',
  notEditable: (shown: number, all: number) => `Too big, or not text, to edit here. Showing ${shown} of ${plural(all, 'line', 'lines')}.`,
  size: (bytes: number) => `${format(bytes)} bytes`,
  tooBig: (megabytes: number) => `This file is larger than ${megabytes} MB, which is more than tamis reads. The message before it is kept.`,
  unreadable: 'This file could not be read. The message before it is kept.',

  context: 'Envelope and context',
  contextHint: 'What the server knows beside the message.',
  from: 'Envelope sender',
  fromHint: 'empty: taken from the message',
  to: 'Envelope recipient',
  toHint: 'empty: taken from the message',
  now: 'Date and time of delivery',
  addresses: 'Your own addresses',
  addressesHint: 'one per line',
  mailboxes: 'Mailboxes that exist',
  mailboxesHint: 'one per line; empty: every mailbox is assumed to exist',

  result: 'What happens',
  stored: 'Stored',
  created: 'new',
  failure: 'The run stopped here',
  assumed: 'Assumed',
  sent: 'Sent',
  notSent: 'not sent',
  outgoing: 'the mail that would leave',
  why: 'Why?',
  steps: (count: number) => plural(count, 'step', 'steps'),
  noSteps: 'Nothing was tested.',
  truncated: (shown: number) => `Only the first ${shown} steps are shown.`,
  yes: 'yes',
  no: 'no',
  stale: 'The server would refuse the script as it is now. This is the result of its last valid version.',
  never: 'The server would refuse this script. Its problems are listed under it.',
  tests: 'Saved tests',
  noTests: 'Save a result that is right: from then on each change of the script is tried on that message too.',
  saveTest: 'Save this result',
  rerun: 'Run all again',
  importTests: 'Import…',
  exportTests: 'Export',
  testName: 'Name of the test',
  openTest: 'Open',
  renameTest: 'Rename',
  deleteTest: 'Delete',
  acceptTest: 'Accept the new result',
  running: 'running',
  passed: 'passed',
  failed: 'failed',
  testFigures: (good: number, bad: number) => (bad ? `${good} passed, ${plural(bad, 'test', 'tests')} failed` : `${plural(good, 'test', 'tests')} passed`),
  messageNumber: (number: number) => `Message ${number}: `,
  deletedTest: (name: string) => `“${name}” was deleted.`,
  undo: 'Undo',
  imported: (count: number) => `${plural(count, 'test', 'tests')} imported.`,
  importedScript: (count: number) => `${plural(count, 'test', 'tests')} imported. The file has a script of its own.`,
  useScript: 'Use its script',
  notTests: (why: string) => `This file holds no saved tests: ${why}`,
  noTestsInFile: 'there is no `[[test]]` in it',
  notKept: 'This browser does not keep the tests: export them before you close the page.',
  notHere: 'The message of this test is a file that is not here. Import it together with the tests.',
  stopped: {
    time: 'This took longer than two seconds and was stopped. Your text is untouched; change it to try again.',
    trap: 'The check ran out of memory or broke, and was started afresh. Your text is untouched; change it to try again.',
  },
  unavailable: 'This browser could not start the checker (WebAssembly). You can still edit the script.',

  /** CodeMirror's own words; English is what it says already. */
  editorPhrases: {} as Record<string, string>,
};

function format(count: number): string {
  return new Intl.NumberFormat('en').format(count);
}

/** A catalogue: a language that lacks a key does not compile. */
export type Strings = typeof en;
