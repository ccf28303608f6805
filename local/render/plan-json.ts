import type { Plan } from '../../core/documents/plan.ts';

/** `plan --json` as the design page names it; records stay out of it. */
export function planJson(plan: Plan): string {
  return `${JSON.stringify(planDocument(plan), null, 2)}\n`;
}

export function planDocument({ artifacts, add, change, drop, hotfix, entries, problems, complete }: Plan) {
  const shown = artifacts.map(({ subdir, filename, sha256, md5, size, url, channel, why }) => ({
    subdir,
    filename,
    sha256,
    md5,
    size,
    url,
    channel,
    why,
  }));
  return { complete, artifacts: shown, add, change, drop, hotfix, entries, problems };
}
