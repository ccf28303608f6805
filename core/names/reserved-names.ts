import { normalProjectName } from './normal-project-name.ts';

/**
 * Whether a name is the organisation's own: one of the reserved names, or below one (`acme` reserves `acme` and `acme-tool`,
 * not `acmefoo`), by PEP 752. Names of conda packages are held against them as those of projects are, so `acme_tool` and
 * `acme.tool` are `acme-tool`.
 *
 * @param reserved normal names (PEP 503)
 */
export function isReserved(name: string, reserved: readonly string[]): boolean {
  const normal = normalProjectName(name);
  return reserved.some((own) => normal === own || normal.startsWith(`${own}-`));
}
