import { expect, it } from 'vitest';
import { projectNameSchema } from '../../../core/names/project-name.ts';
import { readHtmlPage } from '../../../core/python-index/html-page.ts';
import { readJsonPage } from '../../../core/python-index/json-page.ts';

const url = 'https://pypi.org/simple/demo/';
const address = { asked: url, url, project: projectNameSchema.parse('demo') };
const file = (version: string, facts: object = {}) => ({
  filename: `demo-${version}-py3-none-any.whl`,
  url: `https://files.pythonhosted.org/demo-${version}-py3-none-any.whl`,
  hashes: {},
  ...facts,
});
const page = (files: readonly object[], more: object = {}) => readJsonPage(JSON.stringify({ files, ...more }), address);
const at = (time: string) => ({ 'upload-time': time });

it('says of each file when the first of its release was uploaded, however the release is spelt', () => {
  const late = { ...file('1.0', at('2026-03-01T00:00:00Z')), filename: 'demo-1.0-cp315-cp315-linux_x86_64.whl' };
  const early = file('1.0', at('2026-01-01T00:00:00.5Z'));
  const later = { ...late, filename: 'demo-1.0.0-cp316-cp316-linux_x86_64.whl' };
  const read = page([late, early, later, file('1.1', at('2026-02-01T00:00:00Z'))]);
  expect(read.map(({ releasedAt }) => releasedAt)).toEqual([
    Date.parse('2026-01-01T00:00:00.5Z'),
    Date.parse('2026-01-01T00:00:00.5Z'),
    Date.parse('2026-01-01T00:00:00.5Z'),
    Date.parse('2026-02-01T00:00:00Z'),
  ]);
});

it('says of none when one of its release has no time', () => {
  const undated = { ...file('1.0'), filename: 'demo-1.0.tar.gz' };
  const read = page([file('1.0', at('2026-01-01T00:00:00Z')), undated, file('1.1', at('2026-02-01T00:00:00Z'))]);
  expect(read.map((one) => 'releasedAt' in one)).toEqual([false, false, true]);
});

it('says where the index keeps attestations, where it does', () => {
  const url = 'https://pypi.org/integrity/demo/1.0/demo-1.0-py3-none-any.whl/provenance';
  const read = page([
    file('1.0', { provenance: url }),
    file('1.1', { provenance: null }),
    file('1.2', { provenance: 7 }),
    file('1.3'),
  ]);
  expect(read.map(({ attestations }) => attestations)).toEqual([url, undefined, undefined, undefined]);
});

it('says of each file what its project is', () => {
  const status = { 'project-status': { status: 'quarantined', reason: 'malware' } };
  expect(page([file('1.0')], status)).toMatchObject([{ projectStatus: 'quarantined' }]);
  expect(page([file('1.0')], { 'project-status': { status: 'archived' } })).toMatchObject([
    { projectStatus: 'archived' },
  ]);
  const anchor = '<a href="demo-1.0-py3-none-any.whl">it</a>';
  const html = `<meta name="pypi:project-status" content="quarantined">${anchor}`;
  expect(readHtmlPage(html, address)).toMatchObject([{ projectStatus: 'quarantined' }]);
  expect(() => readHtmlPage(html.replace(anchor, ''), address)).toThrow('quarantined');
  expect(page([file('1.0')])).toEqual([expect.not.objectContaining({ projectStatus: expect.anything() })]);
});
