// A message as the page holds it: bytes. What is shown of it is text, and only text that gives back the same bytes can be edited.

export interface MailMessage {
  bytes: Uint8Array;
  /** The text to show: all of it, or its beginning. */
  text: string;
  /** False when `text` is only the beginning, or when the bytes are not UTF-8. */
  editable: boolean;
  lines: number;
  shownLines: number;
}

/** Larger messages (bytes) are shown in part: an editable field slows down on them. */
const EDITABLE = 256 << 10;
const SHOWN_LINES = 200;
const SHOWN_CHARACTERS = 40_000;

/** The largest file (bytes) that is taken: what the core reads of a message at most. */
export const LARGEST = 128 << 20;

export function fromBytes(bytes: Uint8Array): MailMessage {
  const lines = countLines(bytes);
  const text = bytes.length <= EDITABLE ? strictText(bytes) : null;
  if (text !== null) return { bytes, text, editable: true, lines, shownLines: lines };
  const shown = new TextDecoder().decode(bytes.subarray(0, SHOWN_CHARACTERS)).split('\n').slice(0, SHOWN_LINES);
  return { bytes, text: shown.join('\n'), editable: false, lines, shownLines: Math.min(lines, shown.length) };
}

/** A message as typed or pasted. A text field gives bare line feeds; the line ends of the message before are kept. */
export function fromText(text: string, before?: MailMessage): MailMessage {
  const crlf = before !== undefined && before.text.includes('\r\n');
  return fromBytes(new TextEncoder().encode(crlf ? text.replace(/\r?\n/g, '\r\n') : text));
}

/** What the message is about: its subject, encoded words (RFC 2047) decoded; empty if it has none. */
export function subjectOf(message: MailMessage): string {
  const header = message.text.split(/\r?\n\r?\n/, 1)[0] ?? '';
  const raw = /^subject:(.*(?:\r?\n[ \t].*)*)/im.exec(header)?.[1] ?? '';
  return raw.replace(/\?=\s+=\?/g, '?==?').replace(/=\?([^?\s]+)\?([bq])\?([^?\s]*)\?=/gi, word).replace(/\s+/g, ' ').trim();
}

function word(whole: string, charset: string, encoding: string, text: string): string {
  try {
    const quoted = (): string => text.replace(/_/g, ' ').replace(/=([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)));
    const bytes = encoding.toLowerCase() === 'b' ? atob(text) : quoted();
    return new TextDecoder(charset).decode(Uint8Array.from(bytes, (char) => char.charCodeAt(0)));
  } catch {
    return whole;
  }
}

function strictText(bytes: Uint8Array): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return null;
  }
}

function countLines(bytes: Uint8Array): number {
  let lines = 0;
  for (let at = bytes.indexOf(10); at !== -1; at = bytes.indexOf(10, at + 1)) lines += 1;
  return bytes.length > 0 && bytes[bytes.length - 1] !== 10 ? lines + 1 : lines;
}
