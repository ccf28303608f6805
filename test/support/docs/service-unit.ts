import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';

export const root = resolve(import.meta.dirname, '../../..');
const page = await readFile(join(root, 'docs/serving.md'), 'utf8');

/** The unit for systemd that docs/serving.md has. */
export const serviceUnit = /^```ini\n(\[Unit\]\n.*?)^```$/ms.exec(page)?.[1] ?? '';
