import { z } from 'zod';
import { atMostUnits } from '../json/length-checks.ts';

/**
 * A subdir name by CEP 26: `noarch`, or lowercase `platform-arch`. Unknown platforms (`linux-fake`, `zos-z`) are names
 * too; only the grammar is checked, so that a path made of it can go nowhere else.
 */
export const subdirSchema = z
  .string()
  .check(atMostUnits(32))
  .regex(/^(noarch|[a-z0-9]+-[a-z0-9]+)$/, 'is not a subdir such as linux-64 or noarch')
  .brand<'Subdir'>();
export type Subdir = z.infer<typeof subdirSchema>;

/** The subdir every channel must serve and every platform also reads. */
export const noarch: Subdir = subdirSchema.parse('noarch');

/**
 * The platforms an allowlist and the files of `patches/` may name: the subdirs that conda's tools know a machine for
 * (rattler's `Platform`). `noarch` is no platform: every platform reads it anyway.
 */
export const platformNames = [
  'linux-32',
  'linux-64',
  'linux-aarch64',
  'linux-armv6l',
  'linux-armv7l',
  'linux-loong64',
  'linux-ppc64',
  'linux-ppc64le',
  'linux-riscv32',
  'linux-riscv64',
  'linux-s390x',
  'osx-64',
  'osx-arm64',
  'win-32',
  'win-64',
  'win-arm64',
  'emscripten-wasm32',
  'wasi-wasm32',
  'freebsd-64',
  'zos-z',
] as const;

/** Any of these, or `noarch`, as the source of a pattern. */
export const knownSubdirPattern = `(?:${[noarch, ...platformNames].join('|')})`;
