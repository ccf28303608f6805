import { createHash } from 'node:crypto';
import { sizedBytes } from '../../../core/archive/sized-bytes.ts';
import { measured, writeZip } from '../../../core/archive/zip/write-zip.ts';
import { incompressibleChunks } from '../../../local/sample/build-package.ts';

/** A wheel of `demo` 1.0 whose one data file, of so many bytes, does not compress. */
export async function* largeWheel(dataBytes: number): AsyncGenerator<Uint8Array> {
  const hash = createHash('sha256');
  for (const bytes of incompressibleChunks('large', dataBytes)) hash.update(bytes);
  const row = (path: string, text: string) =>
    `${path},sha256=${createHash('sha256').update(text).digest('base64url')},${text.length}\n`;
  const texts = {
    'demo-1.0.dist-info/METADATA': 'Name: demo\nVersion: 1.0\n',
    'demo-1.0.dist-info/WHEEL': 'Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n',
  };
  const rows = Object.entries(texts).map(([path, text]) => row(path, text));
  const record = `${rows.join('')}demo/data,sha256=${hash.digest('base64url')},${dataBytes}\ndemo-1.0.dist-info/RECORD,,\n`;
  const small = Object.entries({ ...texts, 'demo-1.0.dist-info/RECORD': record });
  const members = await Promise.all(small.map(([path, text]) => measured(path, sizedBytes(text).open)));
  const large = await measured('demo/data', () => incompressibleChunks('large', dataBytes));
  yield* writeZip([large, ...members], 0);
}
