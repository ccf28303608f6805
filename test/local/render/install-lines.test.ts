import { expect, test } from 'vitest';
import { installLines } from '../../../local/render/messages.ts';

const told = (...ids: readonly string[]) =>
  installLines('http://127.0.0.1:8080/', {
    name: 'acme',
    entries: ids.map((id) => ({ kind: id.startsWith('pypi:') ? 'pypi' : 'conda', id })),
  });

test('the example is the first entry of the kind that a client installs', () => {
  const lines = told('pypi:networkx ==1.10', 'numpy >=1.20', 'scipy', 'pypi:campus-quiz');
  expect(lines).toContain("conda create -n try --override-channels -c http://127.0.0.1:8080/acme 'numpy >=1.20'\n");
  expect(lines).toContain("pip install --index-url http://127.0.0.1:8080/simple/ 'networkx ==1.10'\n");
});

test('pip is told nothing where nothing is for it', () => {
  expect(told('numpy')).not.toContain('pip install');
  expect(told()).toContain('/acme PACKAGE\n');
});
