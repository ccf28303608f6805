import { join } from 'node:path';
import { z } from 'zod';

/** One tool that indexes a channel's folder, as a command line in which `{folder}` stands for it. */
export interface Contender {
  readonly name: string;
  readonly command: string;
}

/** Ours: the folder is `conda` in a store of its own. */
export const gatehouse: Contender = {
  name: 'gatehouse',
  // From a folder without an allowlist: the store's own subdirs are all there is.
  command: `cd '{folder}' && '${process.execPath}' '${join(import.meta.dirname, '../../bin/gatehouse.ts')}' index --store '{folder}/..'`,
};

/** The same bytes merely read and hashed, each hash on a core of its own. */
export const floor: Contender = {
  name: 'floor',
  command: `${['sha256sum', 'md5sum'].map((hash) => `find '{folder}' -type f -print0 | xargs -0 ${hash} & `).join('')}wait`,
};

const peerSchema = z.templateLiteral([z.string().min(1), '=', z.string().min(1)]);

/** A contender from `name=command`. */
export function parsePeer(text: string): Contender {
  const peer = peerSchema.parse(text);
  const at = peer.indexOf('=');
  return { name: peer.slice(0, at), command: peer.slice(at + 1) };
}
