// The messages and the script that are there from the start. They are fetched with the page, so that nothing is fetched later.
import attachment from '../../corpus/mail/attachment-pdf.eml?url';
import invoice from '../../corpus/mail/invoice-fr.eml?url';
import koi8 from '../../corpus/mail/koi8-r.eml?url';
import list from '../../corpus/mail/list-rust.eml?url';
import newsletter from '../../corpus/mail/newsletter.eml?url';
import accents from '../../corpus/mail/quoted-printable-fr.eml?url';
import spam from '../../corpus/mail/spam-flagged.eml?url';
import scriptEn from '../samples/start.en.sieve?raw';
import scriptFr from '../samples/start.fr.sieve?raw';
import type { Language } from './engine/wire';
import type { Strings } from './text/catalogue';

export type SampleName = Exclude<keyof Strings['samples'], 'own'>;

const urls: Record<SampleName, string> = { invoice, newsletter, list, spam, accents, koi8, attachment };

export const sampleNames = Object.keys(urls) as SampleName[];

/** The script that a newcomer finds in the editor. */
export const startScripts: Record<Language, string> = { en: scriptEn, fr: scriptFr };

/** The bytes of every sample. */
export async function loadSamples(): Promise<Map<SampleName, Uint8Array>> {
  const load = async (name: SampleName): Promise<[SampleName, Uint8Array]> => {
    const response = await persistent(urls[name]);
    return [name, new Uint8Array(await response.arrayBuffer())];
  };
  return new Map(await Promise.all(sampleNames.map(load)));
}

/** Browsers cancel what is under way when the machine's network changes: a cancelled request deserves another try. */
async function persistent(url: string, tries = 3): Promise<Response> {
  try {
    const response = await fetch(url);
    if (!response.ok) throw new Error(`${url}: ${response.status}`);
    return response;
  } catch (error) {
    if (tries <= 1) throw error;
    await new Promise((resolve) => setTimeout(resolve, 300));
    return persistent(url, tries - 1);
  }
}
