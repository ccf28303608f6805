import type { Readable } from 'node:stream';
import { Busboy, type BusboyInstance } from '@fastify/busboy';
import { GatehouseError } from '../../core/problems/error.ts';
import type { Received } from '../../core/upstream/download.ts';
import type { TakeFile } from './form-file.ts';
import type { UploadLimits } from './upload-limits.ts';

export interface SentForm {
  /** With its boundary. */
  readonly contentType: string;
  readonly body: AsyncIterable<Uint8Array>;
}

/** What a form said: of its fields those that were asked for, and its one file. Whoever has it disposes of the file. */
export interface Form {
  readonly fields: ReadonlyMap<string, string>;
  readonly file: { readonly fileName: string } & Received;
}

export interface FormWorld {
  readonly limits: UploadLimits;
  /** Fields that are kept. The others are read and thrown away. */
  readonly wanted: ReadonlySet<string>;
  readonly takeFile: TakeFile;
}

/**
 * Reads a multipart form (RFC 7578) to its last boundary: parts may come after the file, which is staged as it comes.
 * Memory is one field and a few chunks.
 *
 * @throws GatehouseError `upload.invalid`, `upload.too-large`, `upload.busy`, and what the body and the store throw; then
 *   nothing of it is left behind
 */
export async function readForm({ contentType, body }: SentForm, world: FormWorld): Promise<Form> {
  const parser = openParser(contentType, world.limits);
  const patience = untilRefused();
  const fields = keptFields(parser, world, patience.refuse);
  const content = takenContent(parser, world, patience.refuse);
  parser.on('error', () => patience.refuse(cutShort()));
  // The last boundary may come long before the body's end.
  const finished = new Promise<void>((resolve) => void parser.on('finish', resolve));
  try {
    let left = world.limits.fileBytes + world.limits.formBytes;
    for await (const chunk of body) {
      left -= chunk.length;
      if (left < 0) throw tooLong();
      await patience.until((done) => parser.write(chunk, () => done()));
    }
    await patience.until((done) => {
      void finished.then(done);
      parser.end();
    });
    const file = content.file();
    if (file === null) throw invalid('the form has no file: a part named content, with a filename');
    return { fields, file: await file };
  } catch (error) {
    await content.drop(error);
    throw error;
  }
}

function openParser(contentType: string, { fields, descriptionBytes, partHeadBytes }: UploadLimits): BusboyInstance {
  const limits = {
    fields,
    parts: fields + 10,
    fieldSize: descriptionBytes,
    headerPairs: 20,
    headerSize: partHeadBytes,
  };
  try {
    // A file's whole name, so that one with folders is seen and refused.
    return new Busboy({ headers: { 'content-type': contentType }, limits, preservePath: true });
  } catch (cause) {
    throw invalid('Content-Type is no multipart/form-data with a boundary', { cause });
  }
}

interface Patience {
  readonly refuse: (error: unknown) => void;
  /** Waits for `start` to be done, unless what comes is refused meanwhile. */
  readonly until: (start: (done: () => void) => void) => Promise<void>;
}

/** A parser that nobody reads from any more never calls back: whoever waits for it waits for a refusal too. */
function untilRefused(): Patience {
  let refused: { readonly error: unknown } | null = null;
  let cut: (error: unknown) => void = () => undefined;
  return {
    refuse(error) {
      refused ??= { error };
      cut(refused.error);
    },
    until: (start) =>
      new Promise((resolve, reject) => {
        if (refused !== null) return reject(refused.error);
        cut = reject;
        start(resolve);
      }),
  };
}

function keptFields(
  parser: BusboyInstance,
  { limits, wanted }: FormWorld,
  refuse: Patience['refuse'],
): ReadonlyMap<string, string> {
  const kept = new Map<string, string>();
  parser.on('field', (name, value, isNameCut, isValueCut) => {
    const most = name === 'description' ? limits.descriptionBytes : limits.fieldBytes;
    if (isNameCut || isValueCut || Buffer.byteLength(value) > most) refuse(longField(name, most));
    if (!wanted.has(name)) return;
    if (kept.has(name)) refuse(invalid(`the form has the field ${name} twice`));
    kept.set(name, value);
  });
  for (const event of ['fieldsLimit', 'partsLimit'] as const)
    parser.on(event, () => refuse(invalid(`the form has more than ${limits.fields} fields`)));
  return kept;
}

interface Content {
  file(): Promise<Form['file']> | null;
  /** Takes back what came of the file. */
  drop(error: unknown): Promise<void>;
}

function takenContent(parser: BusboyInstance, { takeFile }: FormWorld, refuse: Patience['refuse']): Content {
  let taken: { readonly stream: Readable; readonly file: Promise<Form['file']> } | null = null;
  parser.on('file', (field, stream, fileName) => {
    stream.on('error', () => refuse(cutShort()));
    // A signature, as twine once sent: it says nothing that is kept.
    if (field !== 'content') return void stream.resume();
    if (taken !== null) return refuse(invalid('the form has two files, and one upload is one file'));
    const file = takeFile(stream).then((received) => ({ ...received, fileName }));
    file.catch(refuse);
    taken = { stream, file };
  });
  return {
    file: () => taken?.file ?? null,
    async drop(error) {
      taken?.stream.destroy(error instanceof Error ? error : undefined);
      const file = await taken?.file.catch(() => null);
      await file?.[Symbol.asyncDispose]();
    },
  };
}

const invalid = (message: string, { cause }: { readonly cause?: unknown } = {}): GatehouseError =>
  new GatehouseError('upload.invalid', message, { hint: 'upload with twine, uv, poetry, pdm, hatch or flit', cause });

const cutShort = (): GatehouseError => invalid('the form ends before its last boundary');

const longField = (name: string, bytes: number): GatehouseError =>
  new GatehouseError('upload.too-large', `the field ${name} is longer than ${bytes} bytes`);

const tooLong = (): GatehouseError => new GatehouseError('upload.too-large', 'the form is too long');
