import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { packageKey } from '../../core/layout/keys.ts';
import { packageFileNameSchema } from '../../core/names/package-file-name.ts';
import { subdirSchema } from '../../core/names/subdir.ts';
import { buildFrame, runBlock } from '../support/archives/build-zstd.ts';
import { damage, lab, names, useLab } from '../support/cli/lab.ts';
import { small } from '../support/cli/start-lab.ts';
import {
  conda,
  havePython,
  keptOut,
  listed,
  publicPlaces,
  publishOwn,
  syncBeside,
} from '../support/gate-tables/refused-input.ts';
import { soundConda } from '../support/packages/sound-package.ts';
import { buildWheel } from '../support/python/build-wheel.ts';

useLab();

const demoKey = packageKey('conda', subdirSchema.parse('linux-64'), packageFileNameSchema.parse(conda));
const demo = soundConda({ payload: [{ name: 'lib/x', data: 'text' }] });
const other = soundConda({ payload: [{ name: 'lib/x', data: 'changed' }] });
const stored = async () => Buffer.from((await lab.world.store.read(demoKey))?.bytes ?? '');

/** Every key of the store whose object has these bytes in it. */
async function everywhere(bytes: Uint8Array): Promise<string[]> {
  const found: string[] = [];
  for await (const { key } of lab.world.store.list('_gatehouse/')) {
    const there = await lab.world.store.read(key);
    if (there !== null && Buffer.from(there.bytes).includes(Buffer.from(bytes))) found.push(key);
  }
  return [...found, ...(await publicPlaces(bytes))];
}

describe('bytes under a known name', () => {
  it('that are not those of the record are asked for three times at most, and kept nowhere: A1.hash', async () => {
    const flipped = Buffer.from(demo);
    flipped[100] = (flipped[100] ?? 0) ^ 1;
    lab.intercept = (request, response, next) => (request.url?.endsWith(conda) ? void response.end(flipped) : next());
    const { sound, ...report } = await syncBeside([listed(conda, demo)]);
    expect(keptOut(report)).toEqual([`linux-64/${conda} A1.hash`]);
    expect(report.problems.some((problem) => problem.endsWith(conda))).toBe(true);
    const asked = lab.upstream.requests.filter((request) => request.endsWith(conda)).length;
    expect(asked).toBeGreaterThan(0);
    expect(asked).toBeLessThanOrEqual(3);
    expect(await everywhere(flipped)).toEqual([]);
    expect(await names()).toEqual([sound]);
    expect(await damage()).toEqual([]);
    lab.intercept = null;
    expect((await syncBeside([listed(conda, demo)])).problems).toEqual([]);
    expect((await stored()).equals(demo)).toBe(true);
  });

  it('that upstream changed, with their record, are an alarm: what was served stays as it was: A2.mutated', async () => {
    expect((await syncBeside([listed(conda, demo)])).problems).toEqual([]);
    const record = (await lab.index())[conda];
    const { sound, ...report } = await syncBeside([listed(conda, other)]);
    expect(report.problems.filter((problem) => problem.endsWith(conda))).not.toEqual([]);
    expect([...report.failed, ...report.plan.problems].map(({ detail }) => detail).join()).toContain('A2.mutated');
    expect((await stored()).equals(demo)).toBe(true);
    expect((await lab.index())[conda]).toEqual(record);
    expect(await names()).toContain(sound);
    expect(await publicPlaces(other)).toEqual([]);
    expect(await damage()).toEqual([]);
  });

  it('that its own organisation changed are not published', async () => {
    await havePython();
    const file = (x: number) => ({ 'demo-1.0-py3-none-any.whl': buildWheel({ files: { 'demo.py': `x = ${x}\n` } }) });
    expect((await publishOwn(file(1))).problems).toEqual([]);
    const { problems, files } = await publishOwn(file(2));
    expect(problems[0]?.detail).toContain('A2.mutated');
    expect(files).toEqual([]);
    expect(await publicPlaces(file(2)['demo-1.0-py3-none-any.whl'])).toEqual([]);
  });
});

const badNames = ['../x-1-0.conda', 'x%2f..-1-0.conda', 'x\0y-1-0.conda', `${'x'.repeat(200)}-1.0-0.conda`];

describe.each(badNames)('a file that is called %j', (name) => {
  it('is no file of a channel: A3', async () => {
    await lab.publish([small('sound 1.0')]);
    await editRepodata((text) => {
      const document = JSON.parse(text);
      const [record] = Object.values<object>(document['packages.conda']);
      document['packages.conda'][name] = { ...record, name: 'x', version: '1', build: '0' };
      return JSON.stringify(document);
    });
    const report = await lab.sync(lab.allowlist(['sound', 'x']));
    expect(report.problems).toContain('entry.unsolvable x on linux-64');
    expect(await names()).toEqual(['sound-1.0-0.conda']);
    expect(lab.upstream.requests.filter((request) => request.endsWith('.conda'))).toHaveLength(1);
    expect(await damage()).toEqual([]);
  });

  it('is not published: A3', async () => {
    await havePython();
    const { problems, files } = await publishOwn({ [name]: demo });
    expect(problems).toHaveLength(1);
    expect(problems[0]?.detail).toMatch(/^A3\./);
    expect(files).toEqual([]);
    expect(await everywhere(demo)).toEqual([]);
  });
});

async function editRepodata(change: (text: string) => string): Promise<void> {
  const path = join(lab.upstreamFolder, 'linux-64', 'repodata.json');
  await writeFile(path, change(await readFile(path, 'utf8')));
}

describe("a channel's index", () => {
  it('that names sister channels: they are not passed on', async () => {
    await lab.publish([small('sound 1.0')]);
    await editRepodata((text) =>
      text
        .replace('"info":{', '"info":{"channel_relations":{"base":"https://evil.test"},"base_url":"",')
        .replace(',"base_url":""', ''),
    );
    expect((await lab.sync(lab.allowlist(['sound']))).problems).toEqual([]);
    for (const form of ['repodata.json', 'repodata.json.zst']) {
      expect(await readFile(join(lab.store, 'conda/linux-64', form), 'latin1')).not.toContain('evil.test');
    }
  });

  it('with a key twice costs the one record', async () => {
    await lab.publish([small('sound 1.0'), small('demo 1.0'), small('demo 2.0')]);
    await editRepodata((text) => text.replace('"version":"2.0"', '"version":"2.0","version":"2.0"'));
    const report = await lab.sync(lab.allowlist(['sound', 'demo']));
    expect(await names()).toEqual(['demo-1.0-0.conda', 'sound-1.0-0.conda']);
    expect(report.problems).toEqual([`record.invalid ${lab.upstream.url}/linux-64/demo-2.0-0.conda`]);
    expect(await damage()).toEqual([]);
  });

  it('of more than 2 GiB is given up at that, and what was served stays', async () => {
    await lab.publish([small('sound 1.0')]);
    await lab.sync(lab.allowlist(['sound']));
    const blanks = { ...runBlock(128 * 1024), data: Buffer.from(' ') };
    const huge = buildFrame({ blocks: Array.from({ length: 16_385 }, () => blanks), windowLog: 17 });
    lab.intercept = (request, response, next) => {
      if (request.url?.endsWith('linux-64/repodata.json.zst')) response.end(huge);
      else if (request.url?.endsWith('linux-64/repodata.json')) response.writeHead(404).end();
      else next();
    };
    const report = await lab.sync(lab.allowlist(['sound']));
    expect(report.problems).not.toEqual([]);
    expect(await names()).toEqual(['sound-1.0-0.conda']);
    expect(await damage()).toEqual([]);
  });
});
