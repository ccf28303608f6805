import { z } from 'zod';
import { parseJson } from '../../json/json.ts';
import { shownLine } from '../../problems/shown-text.ts';
import type { ContentsCheck } from '../check.ts';

/** What conda-forge writes of where a package was built (CEP 31). Unsigned: a claim, and no proof. */
const claimSchema = z.object({
  extra: z.object({ remote_url: z.string().optional(), sha: z.string().optional() }).optional(),
});

const feedstock = /^https:\/\/github\.com\/conda-forge\/[A-Za-z0-9._-]+-feedstock(?:\.git)?\/?$/;

/** C7: a package of conda-forge's that claims to come of another place than a feedstock. */
export const c7Feedstock: ContentsCheck = {
  id: 'C7',
  version: 1,
  judge: ({ source, reading }) => {
    const about = reading.status === 'read' ? reading.contents.texts.get('info/about.json') : undefined;
    if (about === undefined || !/\/conda-forge$/.test(source ?? '')) return [];
    const { remote_url: url, sha } = claimOf(about);
    const isSound = (url === undefined || feedstock.test(url)) && (sha === undefined || /^[0-9a-f]{40}$/.test(sha));
    if (isSound) return [];
    const detail = `it says that it was built of ${shownLine(url ?? 'nothing')} at ${shownLine(sha ?? 'no commit')}`;
    return [{ code: 'C7.claim', verdict: 'warn', detail }];
  },
};

function claimOf(about: Uint8Array) {
  try {
    return parseJson(new TextDecoder().decode(about), claimSchema, 'info/about.json').extra ?? {};
  } catch {
    // Nobody installs by it.
    return {};
  }
}
