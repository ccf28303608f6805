import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { runCli } from '../support/cli/run-cli.ts';
import { temporaryFolder } from '../support/machine/temporary-folder.ts';
import { publishHome } from '../support/publish/publish-home.ts';
import { buildWheel } from '../support/python/build-wheel.ts';
import { largeWheel } from '../support/python/large-wheel.ts';

/** `GATEHOUSE_WHEEL_MIB=1024` for a long look, of a minute: the memory is the same. */
const dataBytes = Number(process.env['GATEHOUSE_WHEEL_MIB'] ?? 192) * 2 ** 20;
const maxGrowthMib = 128;

/** Runs in the command's process, and measures that. */
const tellPeak = 'process.on("exit",()=>console.error("peak",process.resourceUsage.call(process).maxRSS))';

it('publishes a wheel, makes its package and promotes both in memory that their sizes do not count in', async () => {
  await using folder = await temporaryFolder();
  const home = await publishHome(folder.path);
  const [small, large] = ['demo-0.1-py3-none-any.whl', 'demo-1.0-py3-none-any.whl'];
  await writeFile(join(home, small), buildWheel({ fileName: small }));
  await writeFile(join(home, large), largeWheel(dataBytes));
  const peakOf = async (...args: readonly string[]) => {
    const env = { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(tellPeak)}` };
    const { status, stderr } = await runCli(args, { cwd: home, env });
    expect(status, stderr).toBe(0);
    if (args[0] === 'publish') expect(stderr).toContain('published /staging/conda/noarch/demo-');
    return Number(/^peak (\d+)$/m.exec(stderr)?.[1]) / 1024;
  };
  const base = await peakOf('publish', '--to', 'staging', small);
  const published = (await peakOf('publish', '--to', 'staging', large)) - base;
  const promoted = (await peakOf('promote', 'demo', '1.0')) - base;
  const shown = [published, promoted].map((mib) => mib.toFixed(0)).join(' and ');
  console.info(`${dataBytes / 2 ** 20} MiB: ${shown} MiB more than for a small wheel, which takes ${base.toFixed(0)}`);
  expect(published).toBeLessThan(maxGrowthMib);
  expect(promoted).toBeLessThan(maxGrowthMib);
});
