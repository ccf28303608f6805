import { describe, expect, it } from 'vitest';
import { packageFileNameSchema } from '../../../core/names/package-file-name.ts';
import { noarch } from '../../../core/names/subdir.ts';
import { GatehouseError } from '../../../core/problems/error.ts';
import { recordSchema } from '../../../core/record/record.ts';
import { hiddenConflicts } from '../../../core/solve/slices/hidden-conflicts.ts';
import type { UpstreamView } from '../../../core/solve/upstream-view.ts';
import type { UpstreamRecord } from '../../../core/upstream/accept-records.ts';

function upstream(channel: string, md5: string): UpstreamRecord {
  const record = recordSchema.parse({
    name: 'a',
    version: '1',
    build: '0',
    build_number: 0,
    size: 1,
    md5: md5.repeat(32),
  });
  return { filename: packageFileNameSchema.parse('a-1-0.conda'), subdir: noarch, channel, url: `${channel}/a`, record };
}

const view = (offered: UpstreamView['offered']): UpstreamView => ({
  platform: noarch,
  named: async () => ({ records: [], problems: [] }),
  offered,
});

describe('hiddenConflicts', () => {
  const ours = upstream('https://first.invalid', 'a');

  it('names a file that another channel has with other bytes, and not one with the same', async () => {
    const other = await hiddenConflicts(
      [ours],
      view(async () => [upstream('https://second.invalid', 'b')]),
    );
    expect(other).toMatchObject({
      complete: true,
      problems: [],
      warnings: [{ code: 'plan.shadowed', subject: 'noarch/a-1-0.conda' }],
    });
    const same = await hiddenConflicts(
      [ours],
      view(async () => [upstream('https://second.invalid', 'a')]),
    );
    expect(same).toEqual({ complete: true, problems: [], warnings: [] });
  });

  it('says whose bytes are taken, and compares no channel with itself', async () => {
    const unverifiable = { ...ours, record: { ...ours.record, md5: undefined } };
    const found = await hiddenConflicts(
      [unverifiable],
      view(async () => [upstream('https://zeroth.invalid', 'b'), unverifiable]),
    );
    const detail =
      'https://first.invalid and https://zeroth.invalid offer different bytes under this name; taken from https://first.invalid';
    expect(found.warnings).toEqual([{ code: 'plan.shadowed', subject: 'noarch/a-1-0.conda', detail }]);
  });

  it('another channel that cannot be read makes the plan partial, and fails nothing', async () => {
    const unreadable = view(async () => {
      throw new GatehouseError('upstream.status', 'answered 500');
    });
    const found = await hiddenConflicts([ours], unreadable);
    expect(found).toEqual({
      complete: false,
      warnings: [],
      problems: [{ code: 'upstream.status', subject: 'a', detail: 'answered 500' }],
    });
  });
});
