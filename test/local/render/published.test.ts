import { expect, test } from 'vitest';
import { objectKeySchema } from '../../../core/layout/keys.ts';
import { sha256Of } from '../../../core/names/digest.ts';
import { publishedSummary } from '../../../local/render/published.ts';

const nothing = { warnings: [], problems: [], unlisted: [] };
const shared = { name: 'notes', version: '1.0', sha256: sha256Of('x'), size: 1, status: 'stored' } as const;
const files = [
  { ...shared, kind: 'package', key: objectKeySchema.parse('staging/conda/noarch/notes-1.0-0.conda') },
  { ...shared, kind: 'sdist', key: objectKeySchema.parse('staging/simple/notes/notes-1.0.tar.gz') },
] as const;

test('where it is to be had: the channel by its name, and the project', () => {
  const told = publishedSummary({ ...nothing, files }, { to: 'staging', name: 'acme' });
  expect(told).toContain('for pip: /staging/simple/notes/ of /staging/simple/\nfor conda: the channel /staging/acme\n');
  expect(publishedSummary({ ...nothing, files }, { to: 'channel', name: 'acme' })).toContain('the channel /acme\n');
});
