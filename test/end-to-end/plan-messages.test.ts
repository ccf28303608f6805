import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, it } from 'vitest';
import type { Allowlist } from '../../core/documents/allowlist/parse-allowlist.ts';
import type { Problem } from '../../core/problems/problem.ts';
import { showPlan } from '../../local/commands/show-plan.ts';
import { sync, syncProblems } from '../../local/pipeline/sync.ts';
import { planJson, planText } from '../../local/render/plan.ts';
import { planMarkdown } from '../../local/render/plan-markdown.ts';
import { reporter } from '../../local/render/reporter.ts';
import { syncSummary } from '../../local/render/sync.ts';
import { buildChannel, type ChannelPackage } from '../../local/sample/build-channel.ts';
import { fakeTerminal } from '../support/cli/fake-terminal.ts';
import { lab, useLab } from '../support/cli/lab.ts';
import { small } from '../support/cli/start-lab.ts';

useLab();

const platforms = ['linux-64', 'osx-64'];

/** A channel in a folder beside the lab's own; its `file:` URL. */
async function channelOf(name: string, packages: readonly ChannelPackage[]): Promise<string> {
  const folder = join(lab.upstreamFolder, '..', name);
  await buildChannel(folder, packages, { forms: ['json'] });
  return pathToFileURL(folder).href;
}

const situations: [string, () => Promise<Allowlist> | Allowlist][] = [
  [
    'no-network',
    async () => {
      const { url } = lab.upstream;
      await lab.upstream.close();
      return lab.allowlist(['numpy', 'scipy >=1', { pypi: 'demo' }], {
        platforms,
        channels: [url],
        indexes: [`${url}/simple`],
      });
    },
  ],
  [
    'no-index',
    () =>
      lab.allowlist(['app', { pypi: 'demo' }, { pypi: 'other >=1' }], {
        platforms,
        indexes: ['http://127.0.0.1:1/simple'],
      }),
  ],
  ['wrong-channel', () => lab.allowlist(['numpy', 'scipy'], { platforms, channels: [`${lab.upstream.url}/slip`] })],
  ['typo', () => lab.allowlist(['numppy', 'app'], { platforms })],
  ['unsolvable', () => lab.allowlist(['app', 'left', 'both'], { platforms })],
  [
    'hidden-by-priority',
    async () => {
      const lower = await channelOf('lower', [small('app 2.0', [], { subdir: 'noarch' })]);
      return lab.allowlist(['app >=2'], { platforms, channels: [lab.upstream.url, lower] });
    },
  ],
  ['virtual-package', () => lab.allowlist(['gpu'], { platforms: ['linux-64'] })],
  ['other-platform', () => lab.allowlist(['mac', 'app'], { platforms: ['linux-64'] })],
];

async function publishAll(): Promise<void> {
  const everywhere = { subdir: 'noarch' };
  await lab.publish([
    small('numpy 1.0', [], everywhere),
    small('app 1.0', [], everywhere),
    small('left 1.0', ['core 1.*'], everywhere),
    small('both 1.0', ['left', 'core 2.*'], everywhere),
    small('core 1.0', [], everywhere),
    small('core 2.0', [], everywhere),
    small('gpu 1.0', ['__cuda >=12'], everywhere),
    small('mac 1.0', [], { subdir: 'osx-64' }),
  ]);
}

/** What a person, a pull request and a program are told. */
async function tellAll(allowlist: Allowlist) {
  const told = async (render: typeof planText, isTerminal = false) => {
    const terminal = fakeTerminal({ isTerminal, columns: 80 });
    await showPlan({ allowlist, patches: new Map() }, lab.world, { terminal, render });
    return { out: anywhere(terminal.said.out), err: anywhere(terminal.said.err) };
  };
  return {
    text: await told(planText),
    bars: await told(planText, true),
    markdown: await told(planMarkdown),
    json: await told(planJson),
  };
}

async function tellSync(allowlist: Allowlist): Promise<string> {
  const terminal = fakeTerminal({ columns: 80 });
  const report = await sync(allowlist, lab.world, reporter(terminal).log);
  return anywhere(terminal.said.err + syncSummary(report, syncProblems(report)));
}

/** Without the ports and folders of this run. */
const anywhere = (text: string): string =>
  text
    .replaceAll(lab.upstream.url, 'http://up.example')
    .replaceAll(pathToFileURL(join(lab.upstreamFolder, '..')).href, 'file:///folder')
    .replace(/127\.0\.0\.1:\d+/g, '127.0.0.1:1');

it.each(situations)('%s: text, Markdown and JSON tell the same, and nothing twice', async (name, allowlistOf) => {
  await publishAll();
  const allowlist = await allowlistOf();
  const { text, bars, markdown, json } = await tellAll(allowlist);
  const { made, complete, add, entries, simple, problems: all, warnings } = JSON.parse(json.out);
  const told = { made, complete, add, entries, forPip: simple.entries, problems: all, warnings };
  const golden = [text.err, text.out, markdown.out, `${JSON.stringify(told, null, 2)}\n`].join('\n----\n\n');
  await expect(golden).toMatchFileSnapshot(`../golden/${name}.txt`);
  const problems: Problem[] = told.problems;
  expect(problems.length).toBeGreaterThan(0);
  const sentences = problems.flatMap(({ detail, hint }) =>
    `${detail}\n${hint ?? ''}`.split('\n').map((line) => line.trim()),
  );
  for (const sentence of new Set(sentences)) {
    expect(text.err).toContain(sentence);
    expect(bars.err).toContain(sentence);
    expect(unescaped(markdown.out)).toContain(sentence);
  }
  for (const said of [text, bars]) expectOnce([...said.err.split('\n'), ...said.out.split('\n')]);
  expectOnce(problems.map(({ detail, hint = '' }) => `${detail} ${hint}`));
  expect(json.err).toBe(text.err);
  const synced = await tellSync(allowlist);
  expectOnce(synced.split('\n'));
  for (const sentence of new Set(sentences)) expect(synced).toContain(sentence);
});

/** Each line, but for those of a tree that older versions share. */
function expectOnce(lines: readonly string[]): void {
  const told = lines.map((line) => line.trim()).filter((line) => line !== '');
  expect(told.filter((line, i) => told.indexOf(line) !== i)).toEqual([]);
}

const unescaped = (markdown: string): string => markdown.replaceAll('\\|', '|');
