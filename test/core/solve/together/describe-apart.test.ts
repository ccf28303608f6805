import { expect, it } from 'vitest';
import { subdirSchema } from '../../../../core/names/subdir.ts';
import { installRequests } from '../../../../core/solve/requests.ts';
import { describeApart } from '../../../../core/solve/together/describe-apart.ts';
import { smallAllowlist } from '../../../support/upstream/small-upstream.ts';

const here = { reason: 'why', platform: subdirSchema.parse('linux-64'), python: null };

it('a group with a PyPI entry is offered no environment, which has packages of the channels alone', async () => {
  const allowlist = smallAllowlist(['a', { pypi: 'b ==1' }]);
  const asked: string[] = [];
  const apart = await describeApart([{ ...here, group: installRequests(allowlist) }], allowlist, async ({ name }) => {
    asked.push(name);
    return true;
  });
  expect(apart).toMatchObject([{ entries: ['a', 'pypi:b ==1'], upstream: 'untried', environment: null }]);
  expect(asked).toEqual([]);
});

it('ten environments are tried, each of a name of its own, and others are offered untried', async () => {
  const allowlist = smallAllowlist(Array.from({ length: 13 }, (_, i) => `p${i}`));
  const [first, ...others] = installRequests(allowlist);
  const found = others.flatMap((other) => (first === undefined ? [] : [{ ...here, group: [first, other] }]));
  const asked: string[] = [];
  const apart = await describeApart(found, allowlist, async ({ specs }) => {
    asked.push(specs.map(({ name }) => name).join());
    return true;
  });
  expect(asked).toEqual(Array.from({ length: 10 }, (_, i) => `p0,p${i + 1}`));
  expect(apart.map(({ upstream }) => upstream)).toEqual([...Array(10).fill('solves'), 'untried', 'untried']);
  expect(new Set(apart.flatMap(({ environment }) => Object.keys(environment ?? {}))).size).toBe(12);
});
