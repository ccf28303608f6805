import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';

const stepSchema = z.strictObject({
  uses: z.string().optional(),
  run: z.string().optional(),
  with: z.record(z.string(), z.string()).optional(),
});
const jobSchema = z.strictObject({
  needs: z.string().optional(),
  'runs-on': z.string(),
  permissions: z.record(z.string(), z.string()).optional(),
  steps: z.array(stepSchema),
});
const workflowSchema = z.strictObject({
  name: z.string(),
  on: z.strictObject({ push: z.strictObject({ branches: z.array(z.string()) }) }),
  permissions: z.record(z.string(), z.string()),
  jobs: z.record(z.string(), jobSchema),
});

test('the workflow of docs/operations.md gives rights to the job that publishes alone, which runs nothing of the build', async () => {
  const page = await readFile(new URL('../../docs/operations.md', import.meta.url), 'utf8');
  const [, text = ''] = /```yaml\n(.*?)```/s.exec(page) ?? [];
  const { permissions, jobs } = workflowSchema.parse(parse(text));
  expect(permissions).toEqual({ contents: 'read' });
  const { build, publish } = jobs;
  expect(build?.permissions).toBeUndefined();
  expect(publish).toMatchObject({ needs: 'build', permissions: { contents: 'read', 'id-token': 'write' } });
  const runs = (publish?.steps ?? []).flatMap(({ run }) => run ?? []);
  expect(runs).toEqual(['npm ci', 'npx gatehouse publish dist/* --store s3://BUCKET --to staging']);
  const credentials = publish?.steps.find(({ uses }) => uses?.startsWith('aws-actions/configure-aws-credentials@'));
  expect(Object.keys(credentials?.with ?? {})).toEqual(['role-to-assume', 'aws-region']);
});
