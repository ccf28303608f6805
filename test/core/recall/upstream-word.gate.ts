import { expect, it } from 'vitest';
import type { AtTheDoor } from '../../../core/gate/gate.ts';
import { md5Schema, sha256Of } from '../../../core/names/digest.ts';
import { distributionFileNameSchema } from '../../../core/names/distribution-file-name.ts';
import { bytesSource } from '../../../core/ports/byte-source.ts';
import type { ProjectFile } from '../../../core/python-index/project-file.ts';
import { upstreamWord } from '../../../core/recall/upstream-word.ts';

const listed = (fileName: string, more: Partial<ProjectFile> = {}): ProjectFile => ({
  fileName: distributionFileNameSchema.parse(fileName),
  ...{ url: `https://files.test/${fileName}`, page: 'https://index.test/simple/demo/', requiresPython: null },
  ...{ sha256: sha256Of(fileName), metadata: false, size: 1, uploadTime: null, yanked: false, ...more },
});
const door = (id: string, origin: AtTheDoor['origin']): AtTheDoor => ({
  ...{ kind: id.endsWith('.whl') ? 'wheel' : 'package', id, name: 'demo', version: '1.10', origin, record: null },
  ...{ source: 'https://index.test/simple', published: null, yanked: false, projectStatus: null, request: null },
  projects: [{ project: 'demo', version: '1.10', by: 'itself' }],
  ...{
    digests: { sha256: sha256Of(id), md5: md5Schema.parse('0'.repeat(32)), size: 1 },
    bytes: bytesSource(Buffer.from(id)),
  },
});
const unpacked = door('simple/demo/demo-1.10-0gatehouse1-py3-none-any.whl', 'made');
const made = door('noarch/demo-1.10-pypi_0.conda', 'made');
const ask = (file: AtTheDoor, files: readonly ProjectFile[] | null) => upstreamWord(file, async () => files);

it('goes by the release of what is made, which its index has under another name', async () => {
  for (const file of [unpacked, made]) {
    const there = [listed('demo-1.10.zip'), listed('demo-1.9.zip', { yanked: 'old' })];
    expect(await ask(file, there)).toEqual({ yanked: false, projectStatus: null });
    const taken = [listed('demo-1.10.zip', { yanked: 'bad', projectStatus: 'quarantined' }), listed('demo-1.9.zip')];
    expect(await ask(file, taken)).toEqual({ yanked: 'bad', projectStatus: 'quarantined' });
    expect(await ask(file, [listed('demo-1.9.zip')])).toMatchObject({ yanked: 'it has the file no more' });
    expect(await ask(file, null)).toMatchObject({ yanked: 'it has the file no more' });
  }
});

it('goes by the file of what came as it is, and asks nobody about packages of channels', async () => {
  const wheel = door('simple/demo/demo-1.10-py3-none-any.whl', 'index');
  expect(await ask(wheel, [listed('demo-1.10.zip')])).toMatchObject({ yanked: 'it has the file no more' });
  expect(await ask(wheel, [listed('demo-1.10-py3-none-any.whl')])).toMatchObject({ yanked: false });
  expect(await ask(door('noarch/demo-1.10-0.conda', 'upstream'), null)).toMatchObject({ yanked: false });
});
