import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { parseJson } from '../../../core/json/json.ts';
import {
  type PackageFileName,
  packageFileNameSchema,
  packageFileParts,
} from '../../../core/names/package-file-name.ts';
import { corpus } from '../packages/corpus.ts';

const solvedSchema = z.object({
  closed: z.array(z.tuple([packageFileNameSchema, z.int()])),
  open: z.array(z.tuple([packageFileNameSchema, z.string()])),
});
const closuresSchema = z.object({ channels: z.record(z.string(), z.record(z.string(), solvedSchema)) });

const text = readFileSync(join(corpus, 'CLOSURES.json'), 'utf8');
const { channels } = parseJson(text, closuresSchema, 'CLOSURES.json');

export interface ClosedSpec {
  readonly channel: string;
  /** A platform to solve on; what CLOSURES.json solved on noarch alone is solved on linux-64. */
  readonly platform: string;
  /** `name ==version build`. */
  readonly spec: string;
}

const specOf = (filename: PackageFileName): string => {
  const { name, version, build } = packageFileParts(filename);
  return `${name} ==${version} ${build}`;
};

/** Every spec of the corpus that its own channel can satisfy; two formats of one stem are one spec. */
export const closedSpecs: readonly ClosedSpec[] = Object.entries(channels).flatMap(([channel, platforms]) =>
  Object.entries(platforms).flatMap(([key, { closed }]) => {
    const specs = new Set(closed.map(([filename]) => specOf(filename)));
    return [...specs].map((spec) => ({ channel, platform: key === 'noarch' ? 'linux-64' : key, spec }));
  }),
);
