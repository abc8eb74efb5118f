// What a server knows beside the message, as the reader typed it, and the request made of it.
import type { Language, Request } from './engine/wire';

export interface Context {
  server: string;
  from: string;
  to: string;
  now: Date;
  addresses: string;
  mailboxes: string;
}

export function request(script: string, lang: Language, context: Context): Request {
  const from = context.from.trim();
  const to = context.to.trim();
  const mailboxes = lines(context.mailboxes);
  return {
    version: 1,
    script,
    server: context.server,
    set: {},
    lang,
    positions: 'utf16',
    ...(from && { from }),
    ...(to && { to }),
    now: zonedTime(context.now),
    account: { addresses: lines(context.addresses), mailboxes: mailboxes.length ? mailboxes : null },
    trace: true,
    charsets: [],
  };
}

function lines(text: string): string[] {
  return text.split('\n').map((line) => line.trim()).filter((line) => line !== '');
}

/** The value of a datetime-local field: the reader's wall clock, without a zone. */
export function localTime(date: Date): string {
  const shifted = new Date(date.getTime() - date.getTimezoneOffset() * 60_000);
  return shifted.toISOString().slice(0, 19);
}

/** RFC 3339 with the reader's zone: what day and hour it is there may decide. */
export function zonedTime(date: Date): string {
  const minutes = -date.getTimezoneOffset();
  const two = (number: number): string => String(Math.trunc(number)).padStart(2, '0');
  return `${localTime(date)}${minutes < 0 ? '-' : '+'}${two(Math.abs(minutes) / 60)}:${two(Math.abs(minutes) % 60)}`;
}
