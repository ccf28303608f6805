import { createHash } from 'node:crypto';
import { parseWheelFileName, type WheelFileName } from '../../../core/names/wheel-file-name.ts';
import { bytesSource } from '../../../core/ports/byte-source.ts';
import { readWheel, type Wheel } from '../../../core/wheel/read-wheel.ts';
import { buildZip, type RawZipMember } from '../archives/build-zip.ts';

/** A wheel to build, sound unless told otherwise: path -> text. */
export interface RawWheel {
  readonly fileName?: string;
  /** Beside what every wheel has. */
  readonly files?: Readonly<Record<string, string | Uint8Array>>;
  /** In place of what every wheel has in its `.dist-info`; null leaves it out. */
  readonly info?: Readonly<Record<string, string | Uint8Array | null>>;
  /** Lines of METADATA behind name and version. */
  readonly metadata?: string;
  /** Changes a row of RECORD; null leaves it out. */
  readonly record?: (row: string) => string | null;
  /** Unix modes, by path. */
  readonly modes?: Readonly<Record<string, number>>;
  /** Behind the rest; not in RECORD. */
  readonly more?: readonly RawZipMember[];
}

export const wheelName = (fileName: string): WheelFileName => {
  const parsed = parseWheelFileName(fileName);
  if (!parsed.ok) throw new Error(`${fileName} ${parsed.message}`);
  return parsed.wheel;
};

const recordRow = (path: string, content: string | Uint8Array): string => {
  const digest = createHash('sha256').update(content).digest('base64url');
  return `${path},sha256=${digest},${Buffer.byteLength(content)}`;
};

const wheelText = (tag: string) => `Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: ${tag}\n`;

/** A wheel's bytes, deflated. */
export function buildWheel(raw: RawWheel = {}): Uint8Array {
  const { fileName = 'demo-1.0-py3-none-any.whl', files = { 'demo.py': 'x = 1\n' }, metadata = '' } = raw;
  const [name = '', version = '', ...tags] = fileName.replace(/\.whl$/, '').split('-');
  const folder = `${name}-${version}.dist-info`;
  const texts: Record<string, string | Uint8Array | null> = {
    METADATA: `Metadata-Version: 2.1\nName: ${name}\nVersion: ${version}\n${metadata}`,
    WHEEL: wheelText(tags.join('-')),
    ...raw.info,
  };
  const all = new Map(Object.entries(files));
  for (const [text, content] of Object.entries(texts)) if (content !== null) all.set(`${folder}/${text}`, content);
  if (!('RECORD' in texts)) {
    const rows = [...all].map(([path, content]) => recordRow(path, content));
    const kept = [...rows, `${folder}/RECORD,,`].map((row) => (raw.record ? raw.record(row) : row));
    all.set(`${folder}/RECORD`, kept.filter((row) => row !== null).join('\n'));
  }
  const members = [...all].map(([path, data]) => ({
    name: path,
    data,
    method: 8,
    mode: raw.modes?.[path] ?? 0o100644,
  }));
  return buildZip([...members, ...(raw.more ?? [])]);
}

/** Builds a wheel and reads it. */
export const readBuilt = (raw: RawWheel = {}): Promise<Wheel> =>
  readWheel(bytesSource(buildWheel(raw)), wheelName(raw.fileName ?? 'demo-1.0-py3-none-any.whl'));
