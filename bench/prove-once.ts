// A process of its own: proves a folder's allowlist as the prover does, each request to the store made slow.
// node bench/prove-once.ts FOLDER LATENCY_MS REPORT
import { writeFile } from 'node:fs/promises';
import { rattlerSolver } from '../adapters/solver-rattler/solver-rattler.ts';
import { folderStore } from '../adapters/store-folder/store-folder.ts';
import { readStoredAllowlist } from '../core/documents/allowlist/stored-allowlist.ts';
import type { Solver } from '../core/ports/solver.ts';
import { prove } from '../core/steps/prove.ts';
import { slowStore } from './support/slow-store.ts';

const [folder = '', latency = '25', report = ''] = process.argv.slice(2);
await using inner = rattlerSolver();
let solves = 0;
const solver: Solver = {
  ...inner,
  solve(pool, specs) {
    solves += 1;
    return inner.solve(pool, specs);
  },
};
const store = slowStore(folderStore(folder), Number(latency));
const { allowlist } = await readStoredAllowlist(store);
const { proof } = await prove(allowlist, { channel: 'conda', store, solver, log: () => {} });
const installable = proof.entries.filter((entry) => entry.installable).length;
await writeFile(report, `${solves} ${installable}/${proof.entries.length}`);
