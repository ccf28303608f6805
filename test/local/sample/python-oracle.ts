import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { python } from '../../support/machine/run-python.ts';

/** Reads a line of base64 named by the first word, answers with a line of JSON; Python's stdlib only. */
const script = `
import base64, bz2, io, json, sys, tarfile, zipfile
text = lambda data: base64.b64encode(data).decode()
def tar(data):
    with tarfile.open(fileobj=io.BytesIO(data), mode='r:') as archive:
        return [[m.name, m.mode, m.mtime, m.uid, m.gid, m.isreg(), text(archive.extractfile(m).read())] for m in archive]
def zip(data):
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.testzip() is None
        return [[m.filename, m.compress_type, text(archive.read(m))] for m in archive.infolist()]
for line in sys.stdin:
    kind, data = line.rstrip('\\n').split(' ')
    data = base64.b64decode(data)
    result = {'tar': tar, 'zip': zip, 'bz2': lambda data: text(bz2.decompress(data))}[kind](data)
    print(json.dumps(result), flush=True)
`;

export interface PythonOracle extends Disposable {
  read(kind: 'tar' | 'zip' | 'bz2', bytes: Uint8Array): Promise<unknown>;
}

/** One Python process for many questions. A question that breaks Python ends it, and every later one rejects. */
export function startPython(): PythonOracle {
  const child = spawn(python, ['-c', script], { stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    async read(kind, bytes) {
      child.stdin.write(`${kind} ${Buffer.from(bytes).toString('base64')}\n`);
      const line = await lines.next();
      if (line.done) throw new Error(`Python could not read this ${kind}`);
      return JSON.parse(line.value);
    },
    [Symbol.dispose]: () => void child.kill(),
  };
}
