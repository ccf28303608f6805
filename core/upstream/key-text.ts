import { Buffer } from 'node:buffer';
import { z } from 'zod';
import { parseJson } from '../json.ts';
import type { ByteSlice } from './json-scan.ts';

/** A JSON key as text, its escapes undone. */
export function keyText({ bytes, from, to }: ByteSlice): string {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset + from, to - from).toString();
  return text.includes('\\') ? parseJson(`"${text}"`, z.string(), 'a key') : text;
}
