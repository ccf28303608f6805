import { existsSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';

/** The folder of real packages; its absence is a failure here, never a skip. */
export const corpus = resolve(process.env['GATEHOUSE_CORPUS'] ?? '../shared/corpus');
if (!existsSync(join(corpus, 'CLOSURES.json'))) {
  throw new Error(`no corpus at ${corpus}: set GATEHOUSE_CORPUS to the folder that holds CLOSURES.json`);
}

/** Every package file of every channel, as `{ channel, subdir, fileName, path }`. */
export const corpusPackages = readdirSync(join(corpus, 'channels'), { recursive: true, encoding: 'utf8' })
  .filter((path) => /\.(conda|tar\.bz2)$/.test(path))
  .sort()
  .map((path) => {
    const [channel = '', subdir = '', fileName = ''] = path.split('/');
    return { channel, subdir, fileName, path: join(corpus, 'channels', path) };
  });
