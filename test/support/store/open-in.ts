import { fstatSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** Far more than a process that runs tests has open; each system gives out the lowest number that is free. */
const descriptors = Array.from({ length: 2048 }, (_, descriptor) => descriptor);

/** Which of our descriptors are open on a file of this folder; asked of each in turn, since only Linux lists them. */
export function openIn(folder: string): number[] {
  const files = new Set(readdirSync(folder).map((name) => identity(statSync(join(folder, name), { bigint: true }))));
  return descriptors.filter((descriptor) => {
    try {
      return files.has(identity(fstatSync(descriptor, { bigint: true })));
    } catch {
      return false;
    }
  });
}

const identity = ({ dev, ino }: { readonly dev: bigint; readonly ino: bigint }): string => `${dev}/${ino}`;
