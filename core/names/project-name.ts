import { z } from 'zod';
import { atMostUnits } from '../json/length-checks.ts';
import { normalProjectName } from './normal-project-name.ts';

/** In UTF-16 units. A file name, which has a version and tags besides, is at most 255. */
const maxNameLength = 200;

/**
 * A name as PEP 508 lets it be written (ASCII letters, digits, `.`, `-` and `_`, a letter or digit at both ends), in its
 * normal form (PEP 503).
 */
const normalName = z
  .string()
  .check(atMostUnits(maxNameLength))
  .regex(/^[a-z0-9](?:[a-z0-9._-]*[a-z0-9])?$/i, 'is not the name of a Python project')
  .transform(normalProjectName);

/** The name of a project of a Python package index, normalised: `Ruamel_YAML` and `ruamel.yaml` are `ruamel-yaml`. */
export const projectNameSchema = normalName.brand<'ProjectName'>();
export type ProjectName = z.infer<typeof projectNameSchema>;

/** The name of an extra, normalised as project names are (PEP 685): `X_y` and `x-y` are one. */
export const extraNameSchema = normalName.brand<'ExtraName'>();
export type ExtraName = z.infer<typeof extraNameSchema>;

/** Normalises a project's name, however it is spelt; null when it is none. */
export function parseProjectName(text: string): ProjectName | null {
  const parsed = projectNameSchema.safeParse(text);
  return parsed.success ? parsed.data : null;
}

/** Normalises an extra's name; null when it is none. */
export function parseExtraName(text: string): ExtraName | null {
  const parsed = extraNameSchema.safeParse(text);
  return parsed.success ? parsed.data : null;
}
