import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { type OptionalIndexFile, optionalIndexFiles } from '../../core/layout/index-files.ts';
import { samplePackages } from '../../local/sample/sample-channel.ts';
import { serveStore } from '../../local/serve/serve-store.ts';
import { startLab } from '../support/cli/start-lab.ts';

const script = fileURLToPath(new URL('../support/served/solve-over-http.ts', import.meta.url));
const wanted = ['campus-notebook', 'campus-toolchain'];

/** What rattler chooses from a channel with these forms, and the index files that it read. */
async function solved(forms: readonly OptionalIndexFile[], missing: readonly string[] = []) {
  await using lab = await startLab();
  await lab.publish(samplePackages(['linux-64']));
  expect((await lab.sync(lab.allowlist(wanted, { forms }))).problems).toEqual([]);
  const seen = new Set<string>();
  const store: typeof lab.world.store = {
    ...lab.world.store,
    get: async (key) => (missing.some((file) => key.endsWith(file)) ? null : lab.world.store.get(key)),
  };
  await using server = await serveStore({
    store,
    port: 0,
    log: ({ path, status }) => void (status === 200 && seen.add(path.replace(/[0-9a-f]{64}/, 'SHA256'))),
  });
  const { stdout } = await promisify(execFile)(process.execPath, [script, `${server.url}/conda`, ...wanted]);
  return { chosen: stdout, read: [...seen].sort() };
}

const inBoth = (...files: string[]) =>
  ['linux-64', 'noarch'].flatMap((subdir) => files.map((file) => `/conda/${subdir}/${file}`)).sort();

test('rattler chooses the same by shards, by bz2 and by zst, and reads nothing else', async () => {
  const flat = await solved([]);
  expect(flat.read).toEqual(inBoth('repodata.json.zst'));
  const sharded = await solved(optionalIndexFiles);
  expect(sharded.read).toEqual(inBoth('repodata_shards.msgpack.zst', 'shards/SHA256.msgpack.zst'));
  const old = await solved(['repodata.json.bz2'], ['repodata.json.zst']);
  expect(old.read).toEqual(inBoth('repodata.json.bz2'));
  expect([sharded.chosen, old.chosen]).toEqual([flat.chosen, flat.chosen]);
  expect(flat.chosen).toContain('campus-notebook-2.0.0');
});
