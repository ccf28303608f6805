// A process of its own: a panic of the solver ends it. `node solve-over-http.ts CHANNEL SPEC...` prints file names.
import { simpleSolve } from '@conda-org/rattler';

const [channel = '', ...specs] = process.argv.slice(2);

const installed = { __unix: '0', __linux: '5.10', __glibc: '2.28' };
const locked = Object.entries(installed).map(([packageName, version]) => {
  const filename = `${packageName}-${version}-0.conda`;
  const place = { subdir: 'noarch', filename, url: `${channel}/noarch/${filename}` };
  return { packageName, version, build: '0', buildNumber: 0, depends: [], ...place };
});

const solved = await simpleSolve(specs, [channel], ['linux-64', 'noarch'], locked);
const chosen = solved.filter(({ packageName }) => !packageName.startsWith('__'));
console.log(JSON.stringify(chosen.map(({ filename }) => filename).sort()));
