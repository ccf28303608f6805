import { decodeBzip2 } from '../../../core/archive/bzip2/decode-bzip2.ts';
import { collectFindings } from '../../../core/archive/finding.ts';
import { decodeGzip } from '../../../core/archive/gzip/decode-gzip.ts';
import { defaultLimits } from '../../../core/archive/limits.ts';
import { memberRules } from '../../../core/archive/members.ts';
import { walkTar } from '../../../core/archive/tar/walk-tar.ts';
import { openZip } from '../../../core/archive/zip/open-zip.ts';
import { decodeZstd } from '../../../core/archive/zstd/decode-zstd.ts';
import { inspectPackage } from '../../../core/package/inspect-package.ts';
import { openConda } from '../../../core/package/open-conda.ts';
import { bytesSource, chunksOf } from '../../../core/ports/byte-source.ts';
import { walkSdist } from '../../../core/sdist/walk-sdist.ts';
import { readWheel } from '../../../core/wheel/read-wheel.ts';
import { joined, refusalCode } from '../packages/refusal.ts';
import { wheelName } from '../python/build-wheel.ts';
import { outerMember } from './compare-readers.ts';
import type { MadeFile } from './make-file.ts';
import { type SeenMember, sha256Hex } from './seen.ts';

export async function ourReading({
  kind,
  fileName,
  bytes,
}: MadeFile): Promise<{ code: string | null; members: SeenMember[] }> {
  const { report, list } = collectFindings();
  const members: SeenMember[] = [];
  const source = bytesSource(bytes);
  const rules = () => memberRules(defaultLimits, report);
  const add = async (tar: AsyncIterable<Uint8Array>) => {
    for await (const { path, type, linkTarget = '', body } of walkTar(tar, rules())) {
      members.push({ path, type, linkTarget, sha256: type === 'file' ? sha256Hex(await joined(body)) : '' });
    }
  };
  const addZip = async () => {
    for (const { name, open } of await openZip(source, report)) {
      const dir = name.endsWith('/');
      members.push({
        path: name,
        type: dir ? 'directory' : 'file',
        linkTarget: '',
        sha256: dir ? '' : sha256Hex(await joined(open())),
      });
    }
  };
  try {
    if (kind === 'conda') {
      await inspectPackage(source, fileName as never);
      const { info, pkg } = await openConda(source, { fileName: fileName as never, limits: defaultLimits, report });
      for (const { name, open } of await openZip(source, report))
        members.push(outerMember({ name, content: await joined(open()) }));
      await add(decodeZstd(info.open(), () => {}));
      await add(decodeZstd(pkg.open(), () => {}));
    } else if (kind === 'tar.bz2') {
      await inspectPackage(source, fileName as never);
      await add(decodeBzip2(chunksOf(source), () => {}, report));
    } else if (kind === 'sdist.tar.gz') {
      for await (const _ of walkSdist({ source, format: '.tar.gz', limits: defaultLimits }));
      await add(decodeGzip(source, () => {}));
    } else if (kind === 'wheel') {
      await readWheel(source, wheelName(fileName));
      await addZip();
    } else {
      for await (const { body } of walkSdist({ source, format: '.zip', limits: defaultLimits })) await joined(body);
      await addZip();
    }
  } catch (error) {
    const code = refusalCode(error);
    if (code === null) throw error;
    return { code, members: [] };
  }
  const bad = list().find(({ code }) => /^A1[012]\.(?!world)|^bzip2|^conda.deflated/.test(code));
  return { code: bad?.code ?? null, members };
}
