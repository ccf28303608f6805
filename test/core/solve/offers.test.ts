import { describe, expect, it } from 'vitest';
import { subdirSchema } from '../../../core/names/subdir.ts';
import { GatehouseError } from '../../../core/problems/error.ts';
import { openOffers } from '../../../core/solve/telling/offers.ts';
import type { OpenSubdir } from '../../../core/solve/upstream-subdirs.ts';

const channel = 'https://c.example/main';
const linux = subdirSchema.parse('linux-64');

/** A channel with `mac` for osx-64, and so many names else for linux-64; tells which subdirs were opened. */
function channelOf(names: number, more: { readonly isSharded?: boolean } = {}) {
  const opened: string[] = [];
  const all = Array.from({ length: names }, (_, i) => `p${i}`);
  const openSubdir: OpenSubdir = async (_, subdir) => {
    opened.push(subdir);
    if (subdir === 'win-64') throw new GatehouseError('upstream.status', 'broken');
    const here = new Map<string, readonly string[]>([
      ['linux-64', all],
      ['osx-64', ['mac']],
    ]).get(subdir);
    if (here === undefined) return null;
    const url = `${channel}/${subdir}`;
    return { url, ...more, names: () => new Set(here), records: async () => ({ records: [], problems: [] }) };
  };
  return { opened, offers: openOffers([channel], { platforms: [linux], openSubdir }) };
}

describe('the platforms that a name is there for', () => {
  it.each([
    ['a small channel', 3, {}],
    ['a channel with shards, however large', 10_001, { isSharded: true }],
  ])('are looked for beyond the allowlist in %s, and what cannot be read is passed over', async (_, names, more) => {
    const { offers } = channelOf(names, more);
    expect(await offers.otherPlatformsOf('mac')).toEqual(['osx-64']);
    expect(await offers.otherPlatformsOf('nothing')).toEqual([]);
  });

  it('are not where it would be read whole and is large', async () => {
    const { offers, opened } = channelOf(10_001);
    expect(await offers.otherPlatformsOf('mac')).toEqual([]);
    expect([...new Set(opened)].sort()).toEqual(['linux-64', 'noarch']);
  });

  it('are those of the allowlist where it is there for one of them', async () => {
    const { offers, opened } = channelOf(3);
    expect(await offers.platformsOf('p1')).toEqual(['linux-64']);
    expect(opened).not.toContain('osx-64');
  });
});
