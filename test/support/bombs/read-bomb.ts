import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { contentsChecks } from '../../../core/gate/judge/checks.ts';
import { peakMemoryBytes } from '../machine/peak-memory.ts';
import { archiveKinds, makeFile } from '../made-archives/make-file.ts';
import { ourReading } from '../readers/our-reading.ts';

// Reads one file as the gate does, with all checks of contents, and tells its parent what it cost:
// node read-bomb.ts KIND ID PATH

const [kind, id, path] = z.tuple([z.enum(archiveKinds), z.string(), z.string()]).parse(process.argv.slice(2));
const bytes = readFileSync(path);
// What is loaded and compiled for any file is none of the bomb's.
for (let seed = 0; seed < 30; seed++) {
  for (const sound of ['conda', 'tar.bz2', 'wheel', 'sdist.tar.gz'] as const)
    await ourReading(makeFile(sound, seed), contentsChecks);
}
const before = peakMemoryBytes();
const start = process.cpuUsage();
const { code } = await ourReading({ kind, id, bytes }, contentsChecks);
// Of processor: others may keep the machine busy.
const { user, system } = process.cpuUsage(start);
const milliseconds = (user + system) / 1000;
process.send?.({ code, milliseconds, grownMib: (peakMemoryBytes() - before) / 1024 ** 2 });
