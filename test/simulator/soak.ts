import { parseArgs } from 'node:util';
import { real } from './real.ts';
import { runMany } from './run-many.ts';

/** `npm run soak:index -- --runs 100000 --seed 7`; with `--path`, the one run that a failure named. */
const { values } = parseArgs({
  options: { runs: { type: 'string', default: '100000' }, seed: { type: 'string' }, path: { type: 'string' } },
});
const runs = Number(values.runs);
const seed = Number(values.seed ?? Math.floor(Math.random() * 2 ** 31));
const started = performance.now();
const broken = await runMany(real, { runs, seed, ...(values.path !== undefined && { path: values.path }) });
const seconds = (performance.now() - started) / 1000;
if (broken === null) {
  console.log(
    `${runs} runs of seed ${seed} in ${seconds.toFixed(1)} s (${Math.round(runs / seconds)} a second): all held`,
  );
} else {
  console.error(`run ${broken.run} of seed ${seed}: ${broken.fault}\n${JSON.stringify(broken.scenario, null, 2)}`);
  console.error(`again: npm run soak:index -- --seed ${seed} --path ${broken.path}`);
  process.exitCode = 1;
}
