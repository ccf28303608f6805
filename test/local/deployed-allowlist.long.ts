import { setTimeout } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { acceptAllowlist } from '../../core/documents/allowlist/parse-allowlist.ts';
import { readStoredAllowlist } from '../../core/documents/allowlist/stored-allowlist.ts';
import { readLastSync } from '../../core/documents/last-sync.ts';
import { instructionsSchema } from '../../core/documents/patches/patch-file.ts';
import { canonicalJson } from '../../core/json/json.ts';
import { allowlistKey, deployedKey, patchKey } from '../../core/layout/keys.ts';
import { sha256Of } from '../../core/names/digest.ts';
import { subdirSchema } from '../../core/names/subdir.ts';
import { expectDeployed } from '../../local/pipeline/expect-deployed.ts';
import { recordedSync } from '../../local/pipeline/recorded-sync.ts';
import { lab, useLab } from '../support/cli/lab.ts';
import { small } from '../support/cli/start-lab.ts';
import { deployedStack } from '../support/cloud/deployed-stack.ts';
import { folderDigests } from '../support/machine/folder-files.ts';

useLab();

const textOf = (packages: readonly string[], spaces = 0) =>
  Buffer.from(JSON.stringify({ channels: [lab.upstream.url], platforms: ['linux-64'], packages }, null, spaces));
const linux = subdirSchema.parse('linux-64');

/** Syncs as a laptop does, by an allowlist as it is written there. */
const run = (written: Uint8Array, more: { yes?: boolean; patches?: typeof hotfix } = {}) =>
  recordedSync(
    acceptAllowlist(written, 'allowlist.json'),
    { ...lab.world, ...(more.patches && { patches: more.patches }) },
    () => {},
    { written, yes: more.yes ?? false },
  );

const hotfix = new Map([
  [linux, instructionsSchema.parse({ patch_instructions_version: 1, remove: ['b-1.0-0.conda'] })],
]);

/** A store that a stack fills, which was deployed with these packages. */
async function deployed(packages: readonly string[]): Promise<void> {
  const { store } = lab.world;
  await lab.publish([small('a 1.0'), small('b 1.0')]);
  const written = textOf(packages);
  await run(written);
  const stack = deployedStack({ allowlist: sha256Of(written) });
  await store.put(deployedKey, Buffer.from(canonicalJson(stack)));
}

const stored = async () => (await readStoredAllowlist(lab.world.store)).sha256;

describe('a sync by command of what a stack fills', () => {
  it('refuses another allowlist, says what differs, and has changed nothing', async () => {
    await deployed(['a', 'b']);
    const before = await folderDigests(lab.store);
    await expect(run(textOf(['a', 'c']))).rejects.toMatchObject({
      code: 'sync.deployed',
      message: expect.stringMatching(
        /^the stack Gatehouse fills this bucket, .*nothing was changed.*\n {2}- b\n {2}\+ c$/,
      ),
      hint: expect.stringMatching(/npx cdk deploy.*gatehouse sync --yes/),
    });
    expect(await folderDigests(lab.store)).toEqual(before);
  });

  it('goes by another when it is told to, and by the deployed one without a word', async () => {
    await deployed(['a', 'b']);
    await run(textOf(['a']), { yes: true });
    expect(await stored()).toBe(sha256Of(textOf(['a'])));
    await run(textOf(['a', 'b']));
    expect(await stored()).toBe(sha256Of(textOf(['a', 'b'])));
  });

  it('asks again for each sync by what was not deployed, though the bucket holds the same by now', async () => {
    await deployed(['a', 'b']);
    await run(textOf(['a']), { yes: true });
    await expect(run(textOf(['a']))).rejects.toMatchObject({
      code: 'sync.deployed',
      message: expect.stringContaining('not the deployed one either'),
    });
  });

  it('leaves the deployed bytes where the same is written in another way, for others would start a run', async () => {
    await deployed(['a', 'b']);
    await run(textOf(['a', 'b'], 2));
    expect(await stored()).toBe(sha256Of(textOf(['a', 'b'])));
  });

  it('refuses other hotfixes too; an empty file is as none', async () => {
    await deployed(['a', 'b']);
    await expect(run(textOf(['a', 'b']), { patches: hotfix })).rejects.toMatchObject({
      code: 'sync.deployed',
      message: expect.stringMatching(/\n {2}patches\/linux-64\.json differs$/),
    });
    await lab.world.store.put(patchKey(linux), Buffer.from('{"patch_instructions_version":1}'));
    expect((await run(textOf(['a', 'b']))).failed).toEqual([]);
  });

  it('refuses where the allowlist in the bucket is gone, for there is nothing to hold against it', async () => {
    await deployed(['a', 'b']);
    await lab.world.store.delete(allowlistKey);
    await expect(run(textOf(['a']))).rejects.toMatchObject({ message: expect.stringContaining('or cannot be read') });
  });

  it('names no more than twenty differences', async () => {
    await deployed(['a']);
    const many = Array.from({ length: 30 }, (_, i) => `p${i}`);
    const by = { allowlist: acceptAllowlist(textOf(many), 'x'), written: textOf(many) };
    await expect(expectDeployed(by, lab.world.store, '')).rejects.toMatchObject({
      message: expect.stringMatching(/\n {2}and 11 more$/),
    });
  });
});

describe('what a sync by command leaves', () => {
  it('says how it ended, and by what', async () => {
    await deployed(['a', 'nothing-such']);
    const last = await readLastSync(lab.world.store);
    expect(last).toMatchObject({ stage: 'ended', files: { come: 1, of: 1 }, error: null });
    expect(last?.allowlist).toBe(sha256Of(textOf(['a', 'nothing-such'])));
    expect(last?.outcome).toMatchObject({ fetched: 1, problems: [{ code: 'entry.unsolvable' }] });
  });

  it('says while it works how far it is', async () => {
    await lab.publish([small('a 1.0'), small('b 1.0')]);
    let seen: string | undefined;
    // The upstream answers for a package once it is written down that packages are fetched.
    const untilFetching = async () => {
      for (let looks = 0; looks < 500 && seen !== 'fetching'; looks++) {
        seen = (await readLastSync(lab.world.store))?.stage;
        await setTimeout(10);
      }
    };
    lab.intercept = (request, _response, next) =>
      request.url?.endsWith('.conda') ? void untilFetching().then(next) : next();
    await run(textOf(['a', 'b']));
    expect(seen).toBe('fetching');
  });

  it('says which error ended it', async () => {
    await deployed(['a', 'b']);
    await expect(run(textOf([]), { yes: false })).rejects.toMatchObject({ code: 'sync.deployed' });
    await lab.world.store.delete(deployedKey);
    await expect(run(textOf([]))).rejects.toMatchObject({ code: 'sync.most-leave' });
    expect(await readLastSync(lab.world.store)).toMatchObject({
      stage: 'ended',
      outcome: null,
      error: { code: 'sync.most-leave' },
    });
  });
});
