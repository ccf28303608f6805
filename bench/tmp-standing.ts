import { memoryStore } from '../test/twins/store-memory.ts';
import { testGate } from '../test/support/gate/test-gate.ts';
import { dataChecks } from '../core/gate/checks.ts';
const store = memoryStore();
const gate = testGate(store, {knownNames: ['jupyterlab','spyder']});
const n = 20000;
const cand = (i: number) => ({ kind: 'package', id: `linux-64/pkg${i>>5}-1.${i&31}-0.conda`, name: `pkg${i>>5}`, version: `1.${i&31}`, sha256: String(i).padStart(64,'0') as any, origin: 'upstream', source: 'https://conda.anaconda.org/conda-forge', record: { name: `pkg${i>>5}`, timestamp: 1.6e12 } as any, published: {at:0, by:'first-seen'}, yanked: false, projectStatus: null, projects: [], isServed: false }) as any;
await gate.standingOf(cand(0));
let t = process.cpuUsage();
for (let i=0;i<n;i++) await gate.standingOf(cand(i));
const u = process.cpuUsage(t);
console.log('standingOf us each', (u.user+u.system)/n);
for (const c of dataChecks) { t = process.cpuUsage(); const w: any = { policy: gate.policy, knownNames: ['jupyterlab','spyder'], reserved: [], now: Date.now(), advice: {status:'none'}, isFirst: true, previous: async()=>null, isKnownScript: async()=>false }; for (let i=0;i<n;i++) await c.judge(cand(i), w); const v = process.cpuUsage(t); console.log(c.id, (v.user+v.system)/n); }
