import { describe, expect, it } from 'vitest';
import type { Waiver } from '../../../core/documents/gate/policy.ts';
import { keyOfVerdict } from '../../../core/documents/gate/verdict.ts';
import { verdictsPrefix } from '../../../core/layout/gate-keys.ts';
import { packageKey } from '../../../core/layout/keys.ts';
import { sha256Of } from '../../../core/names/digest.ts';
import { packageFileNameSchema } from '../../../core/names/package-file-name.ts';
import { indexSubdir } from '../../../core/steps/index-subdir.ts';
import { buildPackage } from '../../../local/sample/build-package.ts';
import { testGate } from '../../support/gate/test-gate.ts';
import { type IndexScene, indexScene, subdir } from '../../support/index/index-scene.ts';
import { newBucket } from '../../twins/store-memory.ts';

const a = 'a-1-0.conda';
const script = 'echo hello\n';
const files = [{ path: 'bin/.odd-post-link.sh', content: script }];
const odd = await buildPackage({ name: 'odd', version: '1', build: '0', subdir, format: '.conda', files });
const oddKey = packageKey('conda', subdir, packageFileNameSchema.parse(odd.filename));
const id = `${subdir}/${odd.filename}`;
const waiver: Waiver = { check: 'D1', sha256: sha256Of(script), reason: 'read', expires: '2099-01-01' };

/** An index by a gate with these waivers. */
const run = ({ world }: IndexScene, waivers: readonly Waiver[] = [], rebuild = false) =>
  indexSubdir(
    subdir,
    { ...world, gate: testGate(world.store, { clock: world.clock, policy: { waivers } }) },
    { rebuild },
  );

describe('what is copied in by hand', () => {
  it('is judged, and not listed nor adopted while the gate holds it: the problem says what lets it in', async () => {
    const scene = indexScene();
    await scene.store.put(oddKey, odd.bytes);
    await scene.copy(a);
    const { packages, problems } = await run(scene);
    const held = { code: 'gate.held', subject: id, detail: expect.stringMatching(/^D1\.link-script/) };
    expect([packages, problems]).toMatchObject([1, [{ ...held, hint: expect.stringContaining(sha256Of(script)) }]]);
    expect([...scene.store.objects.keys()].filter((at) => at.includes('/provenance/'))).toHaveLength(1);
  });

  it('is looked at again, though its bytes are not, once a waiver may have changed the answer, and when that expired stays', async () => {
    const read: string[] = [];
    const scene = indexScene({ before: (operation, where) => void read.push(`${operation} ${where}`) });
    await scene.store.put(oddKey, odd.bytes);
    await run(scene);
    read.length = 0;
    expect((await run(scene)).changed).toBe(false);
    expect(read.filter((call) => call.endsWith(oddKey))).toEqual([]);
    expect(await run(scene, [waiver])).toMatchObject({ packages: 1, problems: [] });
    // What is served is the sweep's: an entry that stands is not read again.
    expect(await run(scene)).toMatchObject({ packages: 1, problems: [] });
  });

  it('is rejected for good where two clients would read it two ways', async () => {
    const scene = indexScene();
    const where = await scene.copy(a);
    const { bytes } = scene.store.objects.get(where) ?? expect.unreachable();
    await scene.store.put(where, Buffer.concat([bytes, Buffer.from('more')]));
    expect(await run(scene)).toMatchObject({
      packages: 0,
      problems: [{ detail: expect.stringContaining('A4.framing') }],
    });
  });
});

describe('a store from before the gate', () => {
  it('keeps what its index lists until somebody must read it anew, who judges it then', async () => {
    const bucket = newBucket();
    const scene = indexScene({}, bucket);
    await scene.store.put(oddKey, odd.bytes);
    await scene.copy(a);
    await run(scene, [waiver]);
    const served = await scene.served();
    for (const at of bucket.objects.keys()) if (at.startsWith(verdictsPrefix)) await scene.store.delete(at);
    expect(await run(scene)).toMatchObject({ packages: 2, changed: false, problems: [] });
    expect(await scene.served()).toEqual(served);
    expect(await run(scene, [], true)).toMatchObject({ packages: 1, problems: [{ code: 'gate.held', subject: id }] });
  });
});

describe('what was recalled', () => {
  it('is out as soon as control says so, and in again when both it and the verdict let it', async () => {
    const scene = indexScene();
    await scene.copy(a);
    await run(scene);
    await scene.decide({ [a]: { recalled: { at: 1, reason: 'MAL-1' } } });
    expect(await run(scene)).toMatchObject({ packages: 0, changed: true, problems: [] });
    await scene.decide({ [a]: {} });
    expect(await run(scene)).toMatchObject({ packages: 1, changed: true, problems: [] });
  });
});

it('a damaged verdict is not taken for a pass', async () => {
  const scene = indexScene();
  await scene.store.put(oddKey, odd.bytes);
  await run(scene, [waiver]);
  await scene.store.put(keyOfVerdict(id, sha256Of(odd.bytes)), Buffer.from('{"verdict":"pass"}'));
  expect(await run(scene, [], true)).toMatchObject({ packages: 0, problems: [{ code: 'json.invalid', subject: id }] });
});
