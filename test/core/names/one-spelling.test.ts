import { describe, expect, it } from 'vitest';
import { parseDistributionFileName } from '../../../core/names/distribution-file-name.ts';
import { oneSpelling } from '../../../core/names/named-file.ts';
import { parseProjectName } from '../../../core/names/project-name.ts';

const spelt = (fileName: string, name = 'acme.tool'): string => {
  const [project, parsed] = [parseProjectName(name), parseDistributionFileName(fileName)];
  if (project === null || parsed === null) throw new Error(fileName);
  return oneSpelling(project, parsed);
};

describe('the one spelling of a file name', () => {
  it.each([
    ['acme_tool-1.0-py3-none-any.whl', 'acme_tool-1.0-py3-none-any.whl'],
    ['Acme.Tool-1.0.0.0-py3-none-any.whl', 'acme_tool-1.0-py3-none-any.whl'],
    ['acme_tool-1-py3-none-any.whl', 'acme_tool-1.0-py3-none-any.whl'],
    ['acme_tool-0-py3-none-any.whl', 'acme_tool-0.0-py3-none-any.whl'],
    ['acme_tool-1.0.10-py3-none-any.whl', 'acme_tool-1.0.10-py3-none-any.whl'],
    ['acme_tool-v1.0.0_Alpha1-py3-none-any.whl', 'acme_tool-1.0a1-py3-none-any.whl'],
    ['acme_tool-1.0.0+Local.01-01-PY3.py2-none-any.any.whl', 'acme_tool-1.0+local.1-1-py2.py3-none-any.whl'],
    ['acme-tool-1.0.0.tar.gz', 'acme_tool-1.0.tar.gz'],
    ['acme_tool-1.0-1.zip', 'acme_tool-1.0.post1.zip'],
    ['other-1.0.tar.gz', 'other-1.0.tar.gz'],
  ])('of %s is %s', (written, one) => {
    expect(spelt(written)).toBe(one);
    expect(spelt(one)).toBe(one);
  });
});
