import { parseArgs } from 'node:util';
import { realPublish } from './publish/real-publish.ts';
import { real } from './real.ts';
import { runMany, runManyPublish, runManySimple } from './run-many.ts';
import { realSimple } from './simple/real-simple.ts';

/** `npm run soak:index -- --runs 100000 --seed 7 --side pip`; with `--path`, the one run that a failure named. */
const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '100000' },
    seed: { type: 'string' },
    path: { type: 'string' },
    /** `conda`, `pip`, or one after the other; or `publish`. */
    side: { type: 'string', default: 'both' },
  },
});
const runs = Number(values.runs);
const seed = Number(values.seed ?? Math.floor(Math.random() * 2 ** 31));
const many = { runs, seed, ...(values.path !== undefined && { path: values.path }) };
const counts = new Map<string, number>();
const sides = {
  conda: () => runMany(real, many),
  pip: () => runManySimple(realSimple, many),
  publish: () => runManyPublish(realPublish, many, counts),
};

for (const [side, run] of Object.entries(sides)) {
  if (values.side === 'both' ? side === 'publish' : side !== values.side) continue;
  const started = performance.now();
  const broken = await run();
  const seconds = (performance.now() - started) / 1000;
  if (broken === null) {
    const pace = `${seconds.toFixed(1)} s (${Math.round(runs / seconds)} a second)`;
    const told = side === 'publish' ? ` (${[...counts].map(([what, times]) => `${what} ${times}`).join(', ')})` : '';
    console.log(`${side}: ${runs} runs of seed ${seed} in ${pace}: all held${told}`);
  } else {
    console.error(
      `${side}: run ${broken.run} of seed ${seed}: ${broken.fault}\n${JSON.stringify(broken.scenario, null, 2)}`,
    );
    console.error(`again: npm run soak:index -- --side ${side} --seed ${seed} --path ${broken.path}`);
    process.exitCode = 1;
  }
}
