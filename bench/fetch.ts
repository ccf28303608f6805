// Fetching a package of 2 MB and of 2 GB beside `curl | sha256sum` from the same server on the same machine.
// node bench/fetch.ts [--runs 3] [--gigabytes 2]
import { fork } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { recordOf } from '../local/sample/write-repodata.ts';
import { buildLargePackage } from './support/large-package.ts';
import { machine } from './support/machine.ts';
import { measure } from './support/measure.ts';
import { median } from './support/median.ts';
import { table } from './support/table.ts';

const { values } = parseArgs({ options: { runs: { type: 'string' }, gigabytes: { type: 'string' } } });
const runs = Number(values.runs ?? 3);
const sizes = [2e6, Number(values.gigabytes ?? 2) * 1e9];

const folder = await mkdtemp(join(tmpdir(), 'gatehouse-bench-'));
const server = fork(new URL('./support/serve.ts', import.meta.url), [folder]);
const url = await new Promise<string>((resolve) => server.once('message', (message) => resolve(String(message))));

const rows: (string | number)[][] = [];
const peaks: number[] = [];
try {
  for (const sizeBytes of sizes) {
    const built = await buildLargePackage(
      { name: 'large', version: String(sizeBytes), build: '0', subdir: 'noarch', sizeBytes },
      folder,
    );
    const { sha256, md5, size } = built.digests;
    const source = `${url}/${built.filename}`;
    const description = join(folder, 'artifact.json');
    const artifact = {
      subdir: 'noarch',
      filename: built.filename,
      channel: url,
      url: source,
      size,
      sha256,
      md5,
      record: recordOf(built),
      why: ['bench'],
    };
    await writeFile(description, JSON.stringify(artifact));
    const [ours, theirs]: [number[], number[]] = [[], []];
    let peak = 0;
    for (let run = 0; run < runs; run++) {
      const store = join(folder, 'store');
      const fetched = await measure(
        `exec ${process.execPath} ${join(import.meta.dirname, 'fetch-one.ts')} ${store} ${description}`,
      );
      ours.push(fetched.wall);
      peak = Math.max(peak, fetched.peak);
      await rm(store, { recursive: true });
      theirs.push((await measure(`curl -sS ${source} | sha256sum`)).wall);
    }
    peaks.push(peak);
    const [a, b] = [median(ours), median(theirs)];
    rows.push([
      `${size / 1e6} MB`,
      a.toFixed(2),
      (size / 1e6 / a).toFixed(0),
      b.toFixed(2),
      (size / 1e6 / b).toFixed(0),
      (b / a).toFixed(2),
      (peak / 1e6).toFixed(0),
    ]);
  }
  console.log(`${machine()}; median of ${runs}, whole processes, in turn\n`);
  console.log(
    table(['package', 'gatehouse s', 'MB/s', 'curl \\| sha256sum s', 'MB/s', 'throughput ratio', 'peak RSS MB'], rows),
  );
  const [small = 0, large = 0] = peaks;
  console.log(
    `\npeak RSS grew by ${((large - small) / 1e6).toFixed(0)} MB (goal: under 100); ratio at the large size is to be at least 0.5`,
  );
} finally {
  server.kill();
  await rm(folder, { recursive: true, force: true });
}
