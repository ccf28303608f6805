import { crc32 } from 'node:zlib';
import { defaultLimits } from '../archive/limits.ts';
import { memberRules } from '../archive/members.ts';
import { sizedBytes } from '../archive/sized-bytes.ts';
import { measured, type StoredMember, writeZip } from '../archive/zip/write-zip.ts';
import { sha256Of, startDigests } from '../names/digest.ts';
import { replaceStart } from '../wheel/first-line.ts';
import { type RecordedFile, writeRecord } from '../wheel/record.ts';
import type { ChosenFile } from './choose-files.ts';
import type { Sdist } from './read-sdist.ts';

/** Part of each wheel's build tag: other bytes from a mended reader so get another name. Raise it when they change. */
export const sdistReaderRevision = 1;

const buildTag = `0gatehouse${sdistReaderRevision}`;

/** The Python tag of a wheel for any Python 3. */
const anyPython3: readonly string[] = ['py3'];

/**
 * What the wheel of a release's source distribution is called: with a build tag, so that it never meets a name of
 * upstream's, `networkx-1.10-0gatehouse1-py3-none-any.whl`.
 *
 * @param stem `networkx-1.10`: {@link wheelStemOf}
 * @param pythons its Python tags (PEP 425): `cp37`, `cp38`
 */
export const unpackedFileName = (stem: string, pythons = anyPython3): string =>
  `${stem}-${buildTag}-${pythons.join('.')}-none-any.whl`;

export interface UnpackedSdist {
  /** {@link unpackedFileName} */
  readonly fileName: string;
  /** The wheel's bytes, the same at each call. */
  open(): AsyncIterable<Uint8Array>;
}

/**
 * Makes a wheel of a source distribution. The same sdist, time and tags give the same bytes: its files in their order, stored.
 * Memory is that of the names; the sdist is decoded once for each kind of file that it has, and again when `open` is read.
 *
 * @param timestamp the members' date, in milliseconds since the epoch: when the index got the sdist
 * @param pythons as {@link unpackedFileName} has them
 * @throws GatehouseError `package.refused` with `A12.dup` where two files would lie in one place
 */
export async function unpackSdist(sdist: Sdist, timestamp: number, pythons = anyPython3): Promise<UnpackedSdist> {
  const rules = memberRules(defaultLimits, () => {});
  const members: Omit<StoredMember, 'open'>[] = [];
  const recorded: RecordedFile[] = [];
  for await (const { to, mode, body } of chosenFiles(sdist)) {
    rules.add({ path: to, type: 'file', mode });
    const { crc, sha256, size } = await digest(body);
    members.push({ name: to, mode, size, crc });
    recorded.push({ path: to, content: { sha256, size } });
  }
  const texts = await infoMembers(sdist, recorded, pythons);
  const open = async function* () {
    await using files = chosenFiles(sdist);
    yield* writeZip([...inOrder(members, files), ...texts], timestamp);
  };
  return { fileName: unpackedFileName(sdist.stem, pythons), open };
}

interface PlacedBody {
  readonly to: string;
  readonly mode: number;
  readonly body: AsyncIterable<Uint8Array>;
}

/** As distutils has it (`distutils/command/build_scripts.py`): an installer puts its own Python there. */
const pythonLine = /^#!.*python[0-9.]*(?=[ \t\n]|$)/;

/** All that goes into the wheel, by kind: a walk passes each file once, and one may be a licence and data too. */
async function* chosenFiles({ modules, scripts, data, licences, walk }: Sdist): AsyncGenerator<PlacedBody> {
  yield* placed(modules, walk);
  for await (const { to, body } of placed(scripts, walk)) {
    yield { to, mode: 0o755, body: replaceStart(body, pythonLine, '#!python') };
  }
  yield* placed(data, walk);
  yield* placed(licences, walk);
}

async function* placed(chosen: readonly ChosenFile[], walk: Sdist['walk']): AsyncGenerator<PlacedBody> {
  const targets = new Map(chosen.map(({ from, to }) => [from, to]));
  if (targets.size === 0) return;
  for await (const { path, mode, body } of walk()) {
    const to = targets.get(path);
    if (to !== undefined) yield { to, mode: (mode & 0o111) === 0 ? 0o644 : 0o755, body };
  }
}

async function digest(body: AsyncIterable<Uint8Array>) {
  const digests = startDigests();
  let crc = 0;
  for await (const bytes of body) {
    digests.update(bytes);
    crc = crc32(bytes, crc);
  }
  return { crc, ...digests.finish() };
}

/** Members whose bytes are taken from one walk, each when its turn has come. */
function inOrder(members: readonly Omit<StoredMember, 'open'>[], files: AsyncGenerator<PlacedBody>): StoredMember[] {
  const open = async function* () {
    const next = await files.next();
    if (!next.done) yield* next.value.body;
  };
  return members.map((member) => ({ ...member, open }));
}

async function infoMembers(
  { stem, texts }: Sdist,
  recorded: readonly RecordedFile[],
  pythons: readonly string[],
): Promise<StoredMember[]> {
  const tags = pythons.map((python) => `Tag: ${python}-none-any\n`).join('');
  const wheel = `Wheel-Version: 1.0\nGenerator: gatehouse ${sdistReaderRevision}\nRoot-Is-Purelib: true\n${tags}Build: ${buildTag}\n`;
  const infos = [...texts, ['WHEEL', wheel] as const].filter(([, text]) => text !== '');
  const rows = [...recorded];
  const members: StoredMember[] = [];
  for (const [name, text] of infos) {
    const path = `${stem}.dist-info/${name}`;
    members.push(await measured(path, sizedBytes(text).open));
    rows.push({ path, content: { sha256: sha256Of(text), size: Buffer.byteLength(text) } });
  }
  const path = `${stem}.dist-info/RECORD`;
  const record = writeRecord([...rows, { path, content: null }]);
  return [...members, await measured(path, sizedBytes(record).open)];
}
