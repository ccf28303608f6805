import { expect, it } from 'vitest';
import { installLines } from '../../../local/render/messages.ts';

const url = 'http://127.0.0.1:8080/';

it('shows a command for each client, and pip where the allowlist has something for it', () => {
  expect(installLines(url).match(/^ {2}\w+/gm)).toEqual(['  conda', '  mamba', '  pixi']);
  const entries = [
    { kind: 'conda', id: 'numpy >=2' },
    { kind: 'pypi', id: 'pypi:networkx ==1.10' },
    { kind: 'conda', id: 'scipy' },
  ] as const;
  const lines = installLines(url, entries).split('\n');
  expect(lines).toContain("  conda create -n try --override-channels -c http://127.0.0.1:8080/conda 'numpy >=2'");
  expect(lines).toContain("  pip install --index-url http://127.0.0.1:8080/simple/ 'networkx ==1.10'");
});
