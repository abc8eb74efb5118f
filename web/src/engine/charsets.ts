// Charsets: the core has tables for the common ones only; the browser knows the rest.
import type { Charset, WantedCharset } from './wire';

/** Converts what the core asked for; a charset that the browser does not know either gets `null`. */
export function answer(wanted: WantedCharset): Charset {
  const { charset, bytes } = wanted;
  return { charset, bytes, text: decode(charset, bytes) };
}

function decode(charset: string, bytes: string): string | null {
  try {
    return new TextDecoder(charset).decode(Uint8Array.from(atob(bytes), (char) => char.charCodeAt(0)));
  } catch {
    return null;
  }
}
