import { expect, test } from 'vitest';
import { compressBzip2 } from '../../adapters/compress-bzip2/compress-bzip2.ts';
import { runPython } from '../support/machine/run-python.ts';

test('repodata.json.bz2 is one bzip2 stream that Python reads, the same each time', async () => {
  const text = JSON.stringify({
    info: {},
    packages: Object.fromEntries(Array.from({ length: 500 }, (_, i) => [i, 'x'])),
  });
  const bytes = await compressBzip2(Buffer.from(text));
  const script = `
import bz2, json, sys
one = bz2.BZ2Decompressor()
text = one.decompress(bytes.fromhex(json.loads(sys.stdin.readline())))
print(json.dumps([one.eof, one.unused_data.hex(), text.decode()]))
`;
  const [line = ''] = runPython(script, [Buffer.from(bytes).toString('hex')]);
  expect(JSON.parse(line)).toEqual([true, '', text]);
  expect(await compressBzip2(Buffer.from(text))).toEqual(bytes);
});
