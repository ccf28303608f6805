import { expect, it } from 'vitest';
import { openOwnChannel } from '../../../../core/publish/solving/own-channel.ts';
import { pageOf } from '../../../../core/publish/solving/packages-of-wheel.ts';
import { pipInstalls } from '../../../../core/publish/solving/pip-installs.ts';
import { offeredWheel, ownAllowlist, serveWheels } from '../../../support/publish/own-scene.ts';
import { memoryStore } from '../../../twins/store-memory.ts';

/** Requirements that all let in the same releases, none of which installs. */
async function lookingAt(requirements: number, releases: number) {
  const store = memoryStore();
  const names = Array.from({ length: releases }, (_, at) => `acme_a-1.${at}-py3-none-any.whl`);
  await serveWheels(store, Object.fromEntries(names.map((name) => [name, 'Requires-Dist: absent\n'])));
  const lines = Array.from({ length: requirements }, (_, at) => `Requires-Dist: acme-a>0.${at}\n`);
  const offered = await offeredWheel('acme_b-1.0-py3-none-any.whl', lines.join(''));
  const own = await openOwnChannel({ store, to: 'channel', allowlist: ownAllowlist() }, { wheels: [pageOf(offered)] });
  const looked = { reads: 0, turns: 0 };
  const metadata: typeof own.pages.metadata = (file) => {
    looked.reads += 1;
    return own.pages.metadata(file);
  };
  const counting = { ...own, pages: { ...own.pages, metadata } };
  const sleep = async () => {
    looked.turns += 1;
  };
  const said = await pipInstalls([offered], counting, { sleep });
  return { ...looked, verdict: said.get(offered) };
}

it('reads what a release needs once for all that let it in, and gives others a turn for each target', async () => {
  const [few, many] = [await lookingAt(2, 20), await lookingAt(90, 20)];
  expect(many.verdict).toMatchObject({ installs: false, reason: { detail: expect.stringContaining('"absent"') } });
  expect(many.reads).toBe(few.reads);
  // Three platforms with two pythons each.
  expect(many.turns).toBe(6);
});
