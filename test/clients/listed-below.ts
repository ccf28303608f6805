import { expect } from 'vitest';
import { z } from 'zod';
import { sha256Of } from '../../core/names/digest.ts';

const pageSchema = z.object({
  files: z.array(z.object({ filename: z.string(), url: z.string(), hashes: z.object({ sha256: z.string() }) })),
});
const repodataSchema = z.object({ 'packages.conda': z.record(z.string(), z.object({ sha256: z.string() })) });

/**
 * Name and sha256 of each file that pip's pages of projects, and conda's index of noarch for packages called so, list below
 * an address. The bytes there have that hash.
 */
export async function listedBelow(at: string, projects: readonly string[]): Promise<Record<string, string>> {
  const files: Record<string, string> = {};
  for (const project of projects) {
    const page = await fetch(`${at}/simple/${project}/`, {
      headers: { accept: 'application/vnd.pypi.simple.v1+json' },
    });
    if (page.status === 404) continue;
    for (const { filename, url, hashes } of pageSchema.parse(await page.json()).files) {
      files[filename] = hashes.sha256;
      expect([filename, await hashAt(new URL(url, page.url).href)]).toEqual([filename, hashes.sha256]);
    }
  }
  const repodata = await fetch(`${at}/conda/noarch/repodata.json`);
  if (repodata.status === 404) return files;
  for (const [name, { sha256 }] of Object.entries(repodataSchema.parse(await repodata.json())['packages.conda'])) {
    if (!projects.some((project) => name.startsWith(`${project}-`))) continue;
    files[name] = sha256;
    expect([name, await hashAt(`${at}/conda/noarch/${name}`)]).toEqual([name, sha256]);
  }
  return files;
}

const hashAt = async (url: string) => sha256Of(new Uint8Array(await (await fetch(url)).arrayBuffer()));
