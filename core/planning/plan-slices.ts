import type { Allowlist } from '../allowlist/parse-allowlist.ts';
import type { Subdir } from '../subdir.ts';
import { installRequests } from './install-request.ts';

/** A part of the work of a plan: some of the allowlist's requests on one platform. */
export interface PlanSlice {
  readonly platform: Subdir;
  /** Places among the allowlist's requests, rising. */
  readonly requests: readonly number[];
}

/** So many solve within a function's 15 minutes with room to spare, and a run of many slices still ends. */
const largest = 25;

/** An allowlist's work in slices: the same ones for the same allowlist, wherever they are solved. */
export function planSlices(allowlist: Allowlist): PlanSlice[] {
  const all = installRequests(allowlist);
  return allowlist.platforms.flatMap((platform) => {
    const here = [...all.keys()].filter((place) => all[place]?.platforms.includes(platform));
    const slices = Array.from({ length: Math.ceil(here.length / largest) }, (_, i) => i * largest);
    return slices.map((from) => ({ platform, requests: here.slice(from, from + largest) }));
  });
}
