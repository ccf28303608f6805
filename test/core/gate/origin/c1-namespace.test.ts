import { describe, expect, it } from 'vitest';
import { c1Namespace } from '../../../../core/gate/origin/c1-namespace.ts';
import { condaPackage, said, wheel } from '../../../support/advisories/origin-scene.ts';

const reserved = ['acme'];
const carries = (project: string, by: 'dist-info' | 'made' | 'mapping') => ({
  ...condaPackage,
  projects: [{ project, version: '1.0', by }],
});

describe('C1', () => {
  it.each([
    ['a package of a reserved name', { ...condaPackage, name: 'acme' }, 'C1.reserved reject'],
    ['one below it, in another spelling', { ...condaPackage, name: 'Acme_Tool' }, 'C1.reserved reject'],
    ['a wheel of one', { ...wheel, name: 'acme-tool' }, 'C1.reserved reject'],
    ['what was made of one', { ...condaPackage, origin: 'made' as const, name: 'acme' }, 'C1.reserved reject'],
    ['one that is served', { ...wheel, name: 'acme', isServed: true }, 'C1.reserved reject'],
    ['what installs one under another name', carries('acme-tool', 'dist-info'), 'C1.carries reject'],
    ['what was made of one under another name', carries('acme', 'made'), 'C1.carries reject'],
  ])('rejects %s from outside', async (_, candidate, firing) => {
    expect(await said(c1Namespace, candidate, { reserved })).toEqual([firing]);
  });

  it.each([
    ['a name that only starts so', { ...wheel, name: 'acmefoo' }],
    ['what is published', { ...wheel, name: 'acme', origin: 'published' as const, source: null }],
    ['what is copied in', { ...condaPackage, name: 'acme', origin: 'copied' as const, source: null }],
    ['what lies in this store', { ...condaPackage, name: 'acme', source: 'this store' }],
    ['what the mapping alone takes for one', carries('acme', 'mapping')],
    ['what installs another', carries('acmefoo', 'dist-info')],
  ])('passes %s', async (_, candidate) => {
    expect(await said(c1Namespace, candidate, { reserved })).toEqual([]);
  });
});
