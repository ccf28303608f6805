// Run as a child process: a panic in the WASM ends the process it is in.
import { type Platform, simpleSolve } from '@conda-org/rattler';

const [channel = '', platform = '', ...specs] = process.argv.slice(2);
const virtual =
  { 'linux-64': ['__glibc', '2.28'], 'osx-arm64': ['__osx', '13.0'], 'win-64': ['__win', '10'] }[platform] ?? [];
const [packageName = '__unix', version = '0'] = virtual;
const filename = `${packageName}-${version}-0.conda`;
const locked = [
  {
    url: `https://virtual.invalid/noarch/${filename}`,
    packageName,
    version,
    build: '0',
    buildNumber: 0,
    filename,
    depends: [],
    subdir: 'noarch',
    repoName: 'virtual',
  },
];
try {
  const solved = await simpleSolve([...specs, packageName], [channel], [platform as Platform, 'noarch'], locked);
  const names = solved
    .filter((item) => !item.packageName.startsWith('__'))
    .map((item) => `${item.subdir}/${item.filename}`);
  console.log(JSON.stringify({ solution: names.sort() }));
} catch (error) {
  console.log(JSON.stringify({ explanation: String(error) }));
}
