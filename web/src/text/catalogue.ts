// The languages of the page.
import type { Language } from '../engine/wire';
import { en, type Strings } from './en';
import { fr } from './fr';

export type { Strings };

export const catalogue: Record<Language, Strings> = { en, fr };

/** Each language by its own name. */
export const languages: readonly [Language, string][] = [
  ['fr', 'Français'],
  ['en', 'English'],
];

/** The first of the reader's languages that the page speaks; English if none is. */
export function preferred(wanted: readonly string[]): Language {
  const known = wanted.map((tag) => tag.toLowerCase().split('-')[0]).find((tag) => tag === 'fr' || tag === 'en');
  return known === 'fr' ? 'fr' : 'en';
}
