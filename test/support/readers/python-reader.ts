import { type ChildProcess, spawn } from 'node:child_process';
import { z } from 'zod';
import { parseJson } from '../../../core/json/json.ts';
import { python } from '../machine/run-python.ts';
import type { SeenMember } from './seen.ts';

/** How Python is to read a file: what is inside of what. */
export type PythonForm = 'conda' | 'tar.bz2' | 'tar.gz' | 'tar' | 'zip';

/**
 * Answers one request after another: 4 bytes of length, a form's number, the file. A `.conda` is read as conda's own
 * reader does it: zipfile, each zstd frame of each tarball, tarfile. What went wrong is an answer too.
 */
const script = `
import bz2, gzip, hashlib, io, json, struct, sys, tarfile, zipfile
from backports import zstd

def digest(data): return hashlib.sha256(data).hexdigest()

def tar(data):
    seen = []
    with tarfile.open(fileobj=io.BytesIO(data), mode='r:') as archive:
        for member in archive:
            if member.isreg(): seen.append([member.name, 'file', digest(archive.extractfile(member).read()), ''])
            elif member.isdir(): seen.append([member.name, 'directory', '', ''])
            elif member.issym(): seen.append([member.name, 'symlink', '', member.linkname])
            else: seen.append([member.name, 'other', '', ''])
    return seen

def zip(data):
    seen = []
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        for info in archive.infolist():
            content = archive.read(info)
            seen.append([info.filename, 'directory' if info.is_dir() else 'file', '' if info.is_dir() else digest(content), ''])
    return seen

def conda(data):
    seen = []
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        if len(archive.infolist()) != 3: raise ValueError(str(archive.namelist()))
        for info in archive.infolist():
            content = archive.read(info)
            if info.filename.endswith('.tar.zst'): seen += tar(zstd.decompress(content))
    return seen

forms = [conda, lambda data: tar(bz2.decompress(data)), lambda data: tar(gzip.decompress(data)), tar, zip]
while head := sys.stdin.buffer.read(5):
    length, form = struct.unpack('<IB', head)
    data = sys.stdin.buffer.read(length)
    try:
        answer = {'seen': forms[form](data)}
    except Exception as error:
        answer = {'error': f'{type(error).__name__}: {error}'}
    print(json.dumps(answer), flush=True)
`;

const formNumbers: Record<PythonForm, number> = { conda: 0, 'tar.bz2': 1, 'tar.gz': 2, tar: 3, zip: 4 };

const answerSchema = z.object({
  error: z.string().optional(),
  seen: z
    .array(z.tuple([z.string(), z.enum(['file', 'directory', 'symlink', 'other']), z.string(), z.string()]))
    .default([]),
});

export interface PythonReader extends AsyncDisposable {
  /** What Python's zipfile and tarfile see in a file; throws with Python's words where it reads nothing. */
  read(form: PythonForm, bytes: Uint8Array): Promise<SeenMember[]>;
}

/** One Python for all files: starting one for each would take a hundred times as long as its work. */
export function startPythonReader(): PythonReader {
  const child = spawn(python, ['-c', script], { stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = answers(child);
  let last: Promise<unknown> = Promise.resolve();
  const ask = async (form: PythonForm, bytes: Uint8Array): Promise<SeenMember[]> => {
    const head = Buffer.alloc(5);
    head.writeUInt32LE(bytes.length);
    head.writeUInt8(formNumbers[form], 4);
    child.stdin.write(head);
    child.stdin.write(bytes);
    const line = await lines.next();
    if (line.done) throw new Error(`${python} ended`);
    const { error, seen } = parseJson(line.value, answerSchema, 'an answer of the oracle');
    if (error !== undefined) throw new Error(error);
    return seen.map(([path, type, sha256, linkTarget]) => ({ path, type, sha256, linkTarget }));
  };
  return {
    read(form, bytes) {
      const answer = last.then(() => ask(form, bytes));
      last = answer.catch(() => {});
      return answer;
    },
    async [Symbol.asyncDispose]() {
      child.stdin.end();
      await new Promise((resolve) => (child.exitCode === null ? child.once('exit', resolve) : resolve(null)));
    },
  };
}

async function* answers({ stdout }: ChildProcess): AsyncGenerator<string, void, void> {
  if (stdout === null) return;
  let rest = '';
  for await (const chunk of stdout.setEncoding('utf8')) {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    yield* lines;
  }
}
