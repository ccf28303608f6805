import { parentPort } from 'node:worker_threads';
import { simpleSolve } from '@conda-org/rattler';
import type { InstallAnswer, InstallJob } from './http-client.ts';

type Platform = Parameters<typeof simpleSolve>[2][number];

async function solve({ channels, platform, specs, virtualPackages }: InstallJob): Promise<InstallAnswer> {
  const virtual = Object.entries(virtualPackages).map(([packageName, version]) => ({
    url: `http://virtual.invalid/${packageName}`,
    packageName,
    version,
    build: '0',
    buildNumber: 0,
    filename: `${packageName}-${version}-0.conda`,
    depends: [],
    subdir: platform,
  }));
  const all = [...specs, ...virtual.map(({ packageName, version }) => `${packageName} ==${version}`)];
  try {
    const solved = await simpleSolve(all, [...channels], [platform as Platform, 'noarch'], virtual);
    const files = solved.map(({ url }) => url.split('/').slice(-2).join('/'));
    return { files: files.filter((file) => !file.includes('/__') && !file.startsWith('virtual.invalid')).sort() };
  } catch (error) {
    return { refused: String(error) };
  }
}

parentPort?.on('message', async (job: InstallJob) => parentPort?.postMessage(await solve(job)));
