import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { digestStream } from '../../../core/names/digest.ts';
import { packageFileNameSchema } from '../../../core/names/package-file-name.ts';
import { subdirSchema } from '../../../core/names/subdir.ts';
import { identityProblems } from '../../../core/package/check-identity.ts';
import { recordFromIndex } from '../../../core/package/index-json.ts';
import { readPackageInfo } from '../../../core/package/read-package-info.ts';
import { bytesSource } from '../../../core/ports/byte-source.ts';
import { condaPackageFacts } from '../../support/packages/conda-package-streaming.ts';
import { corpusPackages } from '../../support/packages/corpus.ts';
import { countingSource } from '../../support/packages/counting-source.ts';
import { type Inspection, inspectPackage } from '../../support/packages/inspect-package.ts';
import { inSlices, refusalOf } from '../../support/packages/refusal.ts';

const key = ({ channel, subdir, fileName }: (typeof corpusPackages)[number]) => `${channel}/${subdir}/${fileName}`;
const find = (name: string) => {
  const found = corpusPackages.find((made) => key(made) === name);
  if (found === undefined) throw new Error(`the corpus has no ${name}`);
  return { bytes: readFileSync(found.path), fileName: packageFileNameSchema.parse(found.fileName) };
};

const inspected = new Map<string, Inspection>();
const refused: Record<string, string> = {};
for (const made of corpusPackages) {
  const reading = inspectPackage(bytesSource(readFileSync(made.path)), packageFileNameSchema.parse(made.fileName));
  const code = await refusalOf(reading);
  if (code === null) inspected.set(key(made), await reading);
  else refused[key(made)] = code;
}

/** Which packages each finding is met in; those met everywhere are counted only. */
const met: Record<string, string[]> = {};
for (const [name, { findings }] of inspected) {
  for (const code of new Set(findings.map((finding) => finding.code))) met[code] = [...(met[code] ?? []), name];
}

describe('the corpus', () => {
  it('is read whole: 275 packages, none refused', () => {
    expect(refused).toEqual({});
    expect(inspected.size).toBe(275);
  });

  it('is odd in ways that are known', () => {
    const counts = Object.fromEntries(Object.entries(met).map(([code, names]) => [code, names.length]));
    expect(counts).toEqual({
      'A10.target': 2,
      'A11.world-writable': 25,
      'A12.case': 1,
      'archive.directory-slash': 19,
      'conda.metadata': 1,
      'index.depends': 1,
      'tar.text-behind-nul': 30,
    });
    expect(met['A10.target']).toEqual([
      'dual-format/linux-64/zlib-1.2.11-h7b6447c_3.conda',
      'dual-format/osx-64/zlib-1.2.11-h1de35cc_3.conda',
    ]);
    expect(met['conda.metadata']).toEqual(['anaconda-client/linux-64/conda_gc_test-2.2.1-py27_3.conda']);
    expect(met['index.depends']).toEqual(['conda-verify/osx-64/testfile-0.0.8-py36_0.tar.bz2']);
    expect(met['A12.case']).toEqual(['conda-forge/linux-64/ncurses-6.5-h59595ed_0.conda']);
  });

  it("holds what conda's own reader finds in it", () => {
    const facts = condaPackageFacts(corpusPackages.map(({ path }) => path));
    for (const made of corpusPackages) {
      const fact = facts.get(made.path);
      if (fact === undefined) throw new Error(`the oracle is silent on ${made.path}`);
      const { index, members } = fact;
      const mine = inspected.get(key(made));
      const { depends, ...rest } = mine?.info.index ?? { depends: [] };
      const theirs = Object.fromEntries(Object.entries(index).filter(([name]) => name !== 'depends'));
      expect(rest, key(made)).toEqual(theirs);
      expect(depends, key(made)).toEqual([index['depends'] ?? []].flat());
      expect(mine?.members, key(made)).toBe(members);
    }
  });

  it('tells the same by ranged reads as by whole ones', async () => {
    for (const made of corpusPackages) {
      const { index, runExports } = await readPackageInfo(
        bytesSource(readFileSync(made.path)),
        packageFileNameSchema.parse(made.fileName),
      );
      const whole = inspected.get(key(made))?.info;
      expect([index, runExports], key(made)).toEqual([whole?.index, whole?.runExports]);
    }
  });

  it('contradicts its file names once and its folders never', () => {
    const problems = corpusPackages.flatMap((made) => {
      const index = inspected.get(key(made))?.info.index;
      const fileName = packageFileNameSchema.parse(made.fileName);
      return index ? identityProblems({ index, fileName, subdir: subdirSchema.parse(made.subdir) }) : [];
    });
    expect(problems).toEqual([
      {
        code: 'B1.build',
        subject: 'linux-64/test-package-0.1-0_copy.tar.bz2',
        detail: 'info/index.json says build "0", the file name says "0_copy"',
      },
    ]);
  });

  it('gives a record for every package', async () => {
    for (const made of corpusPackages) {
      const index = inspected.get(key(made))?.info.index;
      const digests = await digestStream(inSlices(readFileSync(made.path), 65_536));
      if (index === undefined) throw new Error(`${key(made)} was refused`);
      const record = recordFromIndex(index, digests, subdirSchema.parse(made.subdir));
      expect(record, key(made)).toMatchObject({ ...digests, name: index.name, subdir: made.subdir });
    }
  });

  it('costs 64 KiB or little more to index', async () => {
    const pip = find('conda-forge/noarch/pip-25.3-pyh8b19718_0.conda');
    const source = countingSource(pip.bytes);
    await readPackageInfo(source, pip.fileName);
    expect(source.counted).toEqual({ bytes: 64 * 1024, reads: 2 });
    const xz = find('conda-forge/linux-64/xz-5.2.6-h166bdaf_0.tar.bz2');
    const bz2 = countingSource(xz.bytes);
    await readPackageInfo(bz2, xz.fileName);
    expect(bz2.counted.bytes).toBeLessThan(xz.bytes.length);
  });
});

describe('any real package', () => {
  it.each(['dual-format/linux-64/zlib-1.2.11-h7b6447c_3.conda', 'dual-format/linux-64/zlib-1.2.11-h7b6447c_3.tar.bz2'])(
    'is refused when cut or when a byte changes: %s',
    async (name) => {
      const { bytes, fileName } = find(name);
      const inspect = (changed: Uint8Array) => inspectPackage(bytesSource(changed), fileName);
      const whole = await inspect(bytes);
      for (let i = 1; i <= 12; i++) {
        const at = Math.floor((bytes.length * i) / 13);
        expect(await refusalOf(inspect(bytes.subarray(0, at)))).toMatch(/^A[47]\./);
        const flipped = await inspect(bytes.with(at, (bytes[at] ?? 0) ^ 0x10)).catch((error: Error) => error.message);
        if (typeof flipped === 'string') expect(flipped).toMatch(/^A[4-9]\./);
        else expect(flipped).toEqual(whole);
      }
    },
  );
});
